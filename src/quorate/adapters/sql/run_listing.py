"""Lists of runs: a page by keyset, newest first, and how many runs each view holds under the same filter."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, Row, func, select, tuple_

from quorate.adapters.sql.chain_table import JOURNAL
from quorate.adapters.sql.run_filter import VIEWS, Condition, conditions
from quorate.adapters.sql.runs import AGENT_DECISIONS, CONSENSUS, RUNS
from quorate.arena.record import DecisionLine, RunFilter, RunLine, RunPosition, RunRow, RunView
from quorate.kernel.action import Action, FinalAction
from quorate.kernel.decision import TriggerName
from quorate.kernel.ids import ProfileName, Symbol, Tenant
from quorate.kernel.stamps import moment_of

_NOT_SHOWN = {"tenant", "task_id", "config_hash", "outcome", "profiles"}
_SHOWN = tuple(column for column in RUNS.columns if column.name not in _NOT_SHOWN)

_MADE = (
    CONSENSUS.c.run_id,
    CONSENSUS.c.symbol,
    CONSENSUS.c.decision_id,
    CONSENSUS.c.final_action,
    CONSENSUS.c.reason_code,
    CONSENSUS.c.confidence,
    CONSENSUS.c.disagreement,
    CONSENSUS.c.triggers,
    CONSENSUS.c.escalated,
    JOURNAL.c.payload,
)


class _Support(NamedTuple):
    """How many valid votes stand behind the plurality, and how many there are."""

    supporters: int = 0
    valid_votes: int = 0


def runs_page(
    connection: Connection,
    tenant: Tenant,
    wanted: RunFilter,
    limit: int,
    after: RunPosition | None = None,
) -> Sequence[RunLine]:
    """Return the newest runs that `wanted` asks for, at most `limit`, older than `after`."""
    query = select(*_SHOWN).where(*conditions(tenant, wanted), *VIEWS[wanted.view])
    if after:
        query = query.where(tuple_(RUNS.c.started_at, RUNS.c.run_id) < tuple_(*after))
    newest = query.order_by(RUNS.c.started_at.desc(), RUNS.c.run_id.desc()).limit(limit)
    rows = connection.execute(newest).all()
    decisions = _decisions(connection, tenant, [row.run_id for row in rows])
    return [_line(row, decisions.get(row.run_id, ())) for row in rows]


def view_counts(connection: Connection, tenant: Tenant, wanted: RunFilter) -> Mapping[RunView, int]:
    """Return how many runs each view holds of those that `wanted` asks for, its own view ignored."""
    return counted_views(connection, *conditions(tenant, wanted))


def counted_views(connection: Connection, *fulfilled: Condition) -> Mapping[RunView, int]:
    """Return how many runs each view holds of those that fulfil the conditions, in one pass and without sorting."""
    return dict(zip(VIEWS, counted(connection, list(VIEWS.values()), *fulfilled), strict=True))


def counted(
    connection: Connection, groups: Iterable[Sequence[Condition]], *fulfilled: Condition
) -> Sequence[int]:
    """Return how many runs fulfil each group of conditions, of those that fulfil the others."""
    query = select(*(func.count().filter(*group) for group in groups)).select_from(RUNS)
    return connection.execute(query.where(*fulfilled)).one()


def seconds_between(start: str, end: str) -> float:
    """Return the seconds from one stamp to another."""
    return (moment_of(end) - moment_of(start)).total_seconds()


def _decisions(
    connection: Connection, tenant: Tenant, run_ids: Sequence[str]
) -> Mapping[str, Sequence[DecisionLine]]:
    """Return the decisions of some runs, by run, in the order in which they were made."""
    support = _supports(connection, tenant, run_ids)
    made = connection.execute(
        select(*_MADE)
        .join(
            JOURNAL,
            (JOURNAL.c.tenant == CONSENSUS.c.tenant) & (JOURNAL.c.seq == CONSENSUS.c.seq),
            isouter=True,
        )
        .where(CONSENSUS.c.tenant == tenant, CONSENSUS.c.run_id.in_(run_ids))
        .order_by(CONSENSUS.c.seq)
    )
    found: defaultdict[str, list[DecisionLine]] = defaultdict(list)
    for row in made:
        place = row.run_id, row.symbol
        found[row.run_id].append(_decision(row, support.get(place, _Support())))
    return found


def _supports(
    connection: Connection, tenant: Tenant, run_ids: Sequence[str]
) -> Mapping[tuple[str, str], _Support]:
    """Return what stands behind each decision; of camps of one size it does not matter which one won."""
    place = (AGENT_DECISIONS.c.run_id, AGENT_DECISIONS.c.symbol)
    camps = (
        select(*place, func.count().label("votes"))
        .where(
            AGENT_DECISIONS.c.tenant == tenant,
            AGENT_DECISIONS.c.run_id.in_(run_ids),
            AGENT_DECISIONS.c.voter,
            AGENT_DECISIONS.c.action != Action.ABSTAIN.value,
        )
        .group_by(*place, AGENT_DECISIONS.c.action)
        .subquery()
    )
    found = connection.execute(
        select(
            camps.c.run_id, camps.c.symbol, func.max(camps.c.votes), func.sum(camps.c.votes)
        ).group_by(camps.c.run_id, camps.c.symbol)
    )
    return {
        (run_id, symbol): _Support(int(largest), int(votes))
        for run_id, symbol, largest, votes in found
    }


def _line(row: Row[*tuple[object, ...]], decisions: Sequence[DecisionLine]) -> RunLine:
    shown = RunRow(
        run_id=row.run_id,
        trace_id=row.trace_id,
        book=row.book,
        mode=row.mode,
        symbols=tuple(json.loads(row.symbols)),
        started_at=row.started_at,
        final_actions=json.loads(row.final_actions),
        cost_usd=row.cost_usd,
        escalated=row.escalated,
        status=row.status,
    )
    return RunLine(
        row=shown,
        as_of=date.fromisoformat(row.as_of),
        triggered_by=row.triggered_by,
        seconds=seconds_between(row.started_at, row.finished_at) if row.finished_at else None,
        decisions=tuple(
            made for symbol in shown.symbols for made in decisions if made.symbol == symbol
        ),
    )


def _decision(row: Row[*tuple[object, ...]], support: _Support) -> DecisionLine:
    profile = _own(row.payload)
    if profile is not None:
        support = _Support(*(int(row.confidence is not None),) * 2)
    return DecisionLine(
        decision_id=row.decision_id,
        symbol=Symbol(row.symbol),
        action=FinalAction(row.final_action),
        reason=row.reason_code,
        confidence=None if row.confidence is None else float(row.confidence),
        disagreement=None if row.disagreement is None else float(row.disagreement),
        triggers=tuple(map(TriggerName, row.triggers.split())),
        escalated=row.escalated,
        supporters=support.supporters,
        valid_votes=support.valid_votes,
        confidence_limit=_confidence_limit(row.payload),
        profile=profile,
    )


def _own(payload: str | None) -> ProfileName | None:
    """Return whose decision it is in a competition, from its row in the journal."""
    profile = json.loads(payload or "{}").get("profile")
    return None if profile is None else ProfileName(profile)


def _confidence_limit(payload: str | None) -> float | None:
    """Return the limit that a decision's confidence was held against, from its row in the journal."""
    triggers = json.loads(payload or "{}").get("triggers", [])
    limits = {trigger["name"]: trigger.get("threshold") for trigger in triggers}
    limit = limits.get(TriggerName.LOW_CONFIDENCE.value)
    return None if limit is None else float(limit)
