"""Finding: what an id, a beginning of one, or a name stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, select

from quorate.adapters.sql.competitions import COMPETITIONS
from quorate.adapters.sql.cycles import CYCLES
from quorate.adapters.sql.profiles import PROFILES
from quorate.adapters.sql.runs import CONSENSUS, RUNS
from quorate.adapters.sql.series import SERIES
from quorate.adapters.sql.tasks import TASKS
from quorate.kernel.ids import Tenant

LEAST_OF_AN_ID: Final = 4
"""Fewer characters of an id would find too much to be of use."""


ULID: Final = re.compile(r"[0-9A-Za-z]{0,26}")
TRACE: Final = re.compile(r"[0-9A-Fa-f]{6,32}")

LEAST_OF_A_NAME: Final = 2
"""One letter stands in nearly every profile's name."""

OF_A_RUN: Final = frozenset({"run", "decision", "trace"})


class Found(NamedTuple):
    """One thing: `kind` is run, decision, trace, cycle, competition, task, symbol or profile.

    `run_id` is that of the first three. `label` says which one it is: of a run and a trace the session it stands at, of
    a decision its symbol, of a cycle its book, of a competition its name, of a task its type, of a symbol the source of
    its bars, of a profile its role.
    """

    kind: str
    id: str
    label: str
    run_id: str | None = None


def find_in(connection: Connection, tenant: Tenant, text: str, limit: int) -> list[Found]:
    """Return at most `limit` things that `text` may stand for: names first, then ids, the newest first."""
    wanted = text.strip()
    if not wanted:
        return []
    queries = chain(_names(tenant, wanted), _ids(tenant, wanted))
    found = (
        _found(kind, row)
        for kind, query in queries
        for row in connection.execute(query.limit(limit))
    )
    return list(islice(found, limit))


def _names(tenant: Tenant, text: str) -> Iterator[tuple[str, Select[str, str, str]]]:
    yield (
        "symbol",
        select(SERIES.c.symbol, SERIES.c.source, SERIES.c.symbol)
        .where(SERIES.c.tenant == tenant, SERIES.c.symbol.startswith(text.upper(), autoescape=True))
        .order_by(SERIES.c.symbol),
    )
    if len(text) < LEAST_OF_A_NAME:
        return
    yield (
        "profile",
        select(PROFILES.c.name, PROFILES.c.role, PROFILES.c.name)
        .where(PROFILES.c.tenant == tenant, PROFILES.c.name.contains(text.lower(), autoescape=True))
        .order_by(PROFILES.c.name),
    )


def _ids(tenant: Tenant, text: str) -> Iterator[tuple[str, Select[str, str, str]]]:
    if begin := _beginning(text, "run_"):
        yield (
            "run",
            select(RUNS.c.run_id, RUNS.c.as_of, RUNS.c.run_id)
            .where(RUNS.c.tenant == tenant, *_begins(RUNS.c.run_id, begin))
            .order_by(RUNS.c.run_id.desc()),
        )
    if begin := _beginning(text, "dec_"):
        yield (
            "decision",
            select(CONSENSUS.c.decision_id, CONSENSUS.c.symbol, CONSENSUS.c.run_id)
            .where(CONSENSUS.c.tenant == tenant, *_begins(CONSENSUS.c.decision_id, begin))
            .order_by(CONSENSUS.c.decision_id),
        )
    if TRACE.fullmatch(text):
        yield (
            "trace",
            select(RUNS.c.trace_id, RUNS.c.as_of, RUNS.c.run_id)
            .where(RUNS.c.tenant == tenant, *_begins(RUNS.c.trace_id, text.lower()))
            .order_by(RUNS.c.run_id.desc()),
        )

    yield from _others(tenant, text)


def _others(tenant: Tenant, text: str) -> Iterator[tuple[str, Select[str, str, str]]]:
    """Yield the searches for what no run is; tasks are so many that only their own prefix finds them."""
    for kind, prefix, identity, label in (
        ("cycle", "cyc_", CYCLES.c.cycle_id, CYCLES.c.book),
        ("competition", "cmp_", COMPETITIONS.c.competition_id, COMPETITIONS.c.name),
        ("task", "tsk_", TASKS.c.task_id, TASKS.c.type),
    ):
        begin = _beginning(text, prefix)
        if not begin or (kind == "task" and not text.lower().startswith(prefix)):
            continue
        yield (
            kind,
            select(identity, label, identity)
            .where(identity.table.c.tenant == tenant, *_begins(identity, begin))
            .order_by(identity.desc()),
        )


def _beginning(text: str, prefix: str) -> str:
    """Return how an id of a kind would begin that `text` is the beginning of, with or without the kind's prefix.

    Empty where `text` cannot be one, or is too short to say.
    """
    if text.lower().startswith(prefix):
        rest, least = text[len(prefix) :], 0
    else:
        rest, least = text, LEAST_OF_AN_ID
    return prefix + rest.upper() if len(rest) >= least and ULID.fullmatch(rest) else ""


def _begins(column: ColumnElement[str], text: str) -> tuple[ColumnElement[bool], ...]:
    """Return whether an id begins with `text`, in such a way that an index finds it."""
    behind = text[:-1] + chr(ord(text[-1]) + 1)
    return column >= text, column < behind, column.startswith(text, autoescape=True)


def _found(kind: str, row: Row[str, str, str]) -> Found:
    return Found(kind, row[0], row[1], row[2] if kind in OF_A_RUN else None)
