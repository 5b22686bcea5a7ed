"""Filters over runs as conditions on their table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Final, TypeAlias

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, func, select, union

from quorate.adapters.sql.calls import LLM_CALLS
from quorate.adapters.sql.runs import CONSENSUS, RUNS
from quorate.arena.record import COMPETITION_ROUND, RunFilter, RunView
from quorate.kernel.decision import TriggerName
from quorate.kernel.ids import Symbol, Tenant
from quorate.llm.call import Purpose

Condition: TypeAlias = ColumnElement[bool]

OF_THEIR_OWN: Final[Condition] = RUNS.c.outcome != RunView.WHAT_IF.value
"""Runs that stand for themselves, and not for what another one would have been."""

COMPLETED: Final[Condition] = and_(RUNS.c.status == "completed", OF_THEIR_OWN)

VIEWS: Final[Mapping[RunView, tuple[Condition, ...]]] = {
    RunView.ALL: (OF_THEIR_OWN,),
    RunView.RUNNING: (OF_THEIR_OWN, RUNS.c.status == "running"),
    RunView.TRADED: (RUNS.c.outcome == RunView.TRADED.value,),
    RunView.HELD: (RUNS.c.outcome == RunView.HELD.value,),
    RunView.NO_TRADE: (RUNS.c.outcome == RunView.NO_TRADE.value,),
    RunView.FAILED: (OF_THEIR_OWN, RUNS.c.status.in_(("failed", "cancelled"))),
    RunView.WHAT_IF: (RUNS.c.outcome == RunView.WHAT_IF.value,),
}


def conditions(tenant: Tenant, wanted: RunFilter) -> Iterator[Condition]:
    """Yield what a run must fulfil, its view aside."""
    yield RUNS.c.tenant == tenant
    if wanted.symbol is not None:
        yield _holds(RUNS.c.symbols, json.dumps(wanted.symbol))
    if wanted.trigger is not None:
        yield RUNS.c.run_id.in_(_fired(tenant, wanted.trigger, wanted.symbol))
    if wanted.escalated is not None:
        yield RUNS.c.escalated.is_(wanted.escalated)
    if wanted.profile is not None:
        yield _holds(RUNS.c.profiles, f" {wanted.profile} ")
    if wanted.as_of_from is not None:
        yield RUNS.c.as_of >= wanted.as_of_from.isoformat()
    if wanted.as_of_to is not None:
        yield RUNS.c.as_of <= wanted.as_of_to.isoformat()
    yield from _kinds(tenant, wanted)


def _kinds(tenant: Tenant, wanted: RunFilter) -> Iterator[Condition]:
    """Yield whether a dispute was heard in it, and whether it is a round of a competition, where that is asked."""
    if wanted.debated is not None:
        heard = RUNS.c.run_id.in_(_heard(tenant))
        yield heard if wanted.debated else ~heard
    if wanted.rounds is not None:
        is_round = RUNS.c.triggered_by == COMPETITION_ROUND
        yield is_round if wanted.rounds else ~is_round


def _holds(column: ColumnElement[str], text: str) -> Condition:
    """Return whether a column holds `text`, letter for letter; LIKE would not tell the cases apart on SQLite."""
    return func.replace(column, text, "") != column


def _fired(tenant: Tenant, trigger: TriggerName, symbol: Symbol | None) -> Select[str]:
    """Return the query of the runs in which a trigger fired, on `symbol` where one is named."""
    runs = select(CONSENSUS.c.run_id).where(
        CONSENSUS.c.tenant == tenant, CONSENSUS.c.triggers.in_(_lists_with(trigger))
    )
    return runs if symbol is None else runs.where(CONSENSUS.c.symbol == symbol)


def _heard(tenant: Tenant) -> CompoundSelect[str]:
    """Return the query of the runs in which a dispute was heard; a what-if made of records has no call of its own."""
    asked = select(LLM_CALLS.c.run_id).where(
        LLM_CALLS.c.tenant == tenant, LLM_CALLS.c.purpose.in_((Purpose.ARGUE, Purpose.PANEL))
    )
    ruled = select(CONSENSUS.c.run_id).where(CONSENSUS.c.tenant == tenant, CONSENSUS.c.escalated)
    return union(asked, ruled)


def _lists_with(trigger: TriggerName) -> Iterator[str]:
    """Yield every list of fired triggers that `trigger` is in: they are few, and an index finds each."""
    for length in range(1, len(TriggerName) + 1):
        for fired in combinations(TriggerName, length):
            if trigger in fired:
                yield " ".join(fired)
