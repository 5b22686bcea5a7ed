"""Details: everything that is recorded of one run, in a bounded number of readings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Final

from sqlalchemy import Connection

from quorate.adapters.openai_compatible.configured import provider_variables
from quorate.adapters.openai_compatible.keys import KEYS_FILE, keys_in
from quorate.adapters.sql.call_listing import calls_page
from quorate.adapters.sql.texts import texts_under
from quorate.arena.record.details import RUN_STREAM, RunDetails, texts_of
from quorate.arena.record.turns import read_turns
from quorate.bootstrap.store import Store
from quorate.bootstrap.viewing import run_entries
from quorate.config import environment_of
from quorate.kernel.redaction import redacted
from quorate.llm.call_listing import CallFilter, CallLine

MOST_CALLS: Final = 5000
"""More calls than any run may make: 50 symbols cost no more calls than one, and a turn has at most a few hops."""


async def run_details(store: Store, run_id: str, *, with_texts: bool) -> RunDetails:
    """Return all that is recorded of the run with this id or its beginning; raises as `full_run_id`."""
    entries = await run_entries(store, run_id)
    digests = texts_of(read_turns(entries)) if with_texts else frozenset()
    streams = (entry.stream for entry in entries if entry.stream.startswith(RUN_STREAM))
    wanted = CallFilter(run_id=next(streams).removeprefix(RUN_STREAM))

    def read(connection: Connection) -> tuple[Sequence[CallLine], Mapping[str, bytes]]:
        calls = calls_page(connection, store.tenant, wanted, MOST_CALLS).items
        return calls[::-1], texts_under(connection, store.tenant, digests)

    calls, texts = await store.database.read(read)
    return RunDetails(
        entries=entries,
        calls=calls,
        texts=texts,
        mask=partial(redacted, secrets=configured_keys(store)),
    )


def configured_keys(store: Store) -> Collection[str]:
    """Return the keys that this home and this process know, to be masked and for nothing else."""
    stored = keys_in(store.settings.home / KEYS_FILE).values()
    told = environment_of(provider_variables(store.settings.providers))
    return (
        *(key.reveal() for key in stored),
        *(value for name, value in told.items() if name.endswith("_KEY")),
    )
