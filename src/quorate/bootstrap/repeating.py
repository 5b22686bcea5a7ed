"""Acts that are the same done twice, such as a cancel: the key of a request is noted after its act, not with it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from quorate.arena.acceptance import RequestKey, acceptance_event, last_acceptance, standing
from quorate.bootstrap.store import Store
from quorate.kernel.errors import ConflictError
from quorate.kernel.ids import RunId


@dataclass(frozen=True, slots=True)
class RepeatableActs:
    """Knows which requests were carried out already."""

    store: Store

    async def is_known(self, key: RequestKey | None) -> bool:
        """Return whether an earlier request with this key was carried out; raises RejectedError as `standing`."""
        if key is None:
            return False
        last = last_acceptance(await self.store.journal.entries(key.stream))
        return standing(key, last, self.store.clock.now()) is not None

    async def note(self, key: RequestKey | None, target: str) -> None:
        """Let `key` stand for what was done to `target`; of two notes at once the first stands."""
        if key is None:
            return
        event = acceptance_event(
            key,
            RunId(target),
            self.store.ids.trace_id(),
            last=last_acceptance(await self.store.journal.entries(key.stream)),
            now=self.store.clock.now(),
        )
        with suppress(ConflictError):
            await self.store.journal.commit(lambda _tx: [event])
