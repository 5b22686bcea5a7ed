"""The overview's figures, aggregated by the database, folded here."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias

from sqlalchemy import Connection, func, literal, not_, select

from quorate.adapters.sql.run_filter import COMPLETED, OF_THEIR_OWN, VIEWS, Condition
from quorate.adapters.sql.run_listing import counted, counted_views, seconds_between
from quorate.adapters.sql.runs import AGENT_DECISIONS, CONSENSUS, RUNS
from quorate.arena.record import (
    CostToday,
    Overview,
    RunView,
    SessionActions,
    Spread,
    spread_of,
)
from quorate.kernel.action import FinalAction
from quorate.kernel.decision import TriggerName
from quorate.kernel.ids import Tenant
from quorate.kernel.money import Usd

SESSIONS: Final = 60
"""How many of the newest sessions are shown: about a quarter of a year."""

RECENT: Final = 500
"""Of how many of the newest completed runs the usual cost and length are told. Ours: more would tell of older ones."""

_UNPRICED: Final = RUNS.c.cost_usd.is_(None)
ODD_ONES: Final[Sequence[Sequence[Condition]]] = (
    (OF_THEIR_OWN, RUNS.c.escalated),
    (_UNPRICED,),
    (_UNPRICED, RUNS.c.status != "running"),
)
"""Runs that escalated, that have no price, and that have none though they ended."""

Actions: TypeAlias = Counter[FinalAction]


class _Grounds(NamedTuple):
    """How often decisions ended how, for which reasons, and with which triggers."""

    actions: Actions
    reasons: Counter[str]
    triggers: Counter[TriggerName]


def overview(connection: Connection, tenant: Tenant, today: str) -> Overview:
    """Return the arena's figures; `today` is the stamp at which the UTC day began.

    Decisions count once their run completed: until then, and when it fails, nobody vouches for them.
    """
    ours = RUNS.c.tenant == tenant
    todays = (ours, RUNS.c.started_at >= today)
    *views, escalated, unpriced, ended_unpriced = counted(
        connection, (*VIEWS.values(), *ODD_ONES), *todays
    )
    runs_today = dict(zip(VIEWS, views, strict=True))
    before = counted_views(connection, ours, RUNS.c.started_at < today)
    runs = {view: before[view] + runs_today[view] for view in RunView}
    others = (RunView.RUNNING, RunView.FAILED, RunView.WHAT_IF)
    grounds = _grounds(connection, tenant, uncounted=sum(runs[view] for view in others))
    costs, seconds = _recent(connection, tenant)
    return Overview(
        runs=runs,
        runs_today=runs_today,
        decisions=grounds.actions.total(),
        escalated_today=escalated,
        cost_today=_cost(connection, tenant, todays, unpriced=unpriced),
        unpriced_today=ended_unpriced,
        cost_per_run=costs,
        seconds_per_run=seconds,
        actions={action: grounds.actions[action] for action in FinalAction},
        reasons=sorted(grounds.reasons.items(), key=lambda item: (-item[1], item[0])),
        triggers={trigger: grounds.triggers[trigger] for trigger in TriggerName},
        sessions=_sessions(connection, tenant),
    )


def cost_today(connection: Connection, tenant: Tenant, today: str) -> CostToday:
    """Return what models cost since the stamp `today`: the overview's own figure, without the rest of it."""
    todays = (RUNS.c.tenant == tenant, RUNS.c.started_at >= today)
    _, unpriced, ended_unpriced = counted(connection, ODD_ONES, *todays)
    return CostToday(_cost(connection, tenant, todays, unpriced=unpriced), ended_unpriced)


def _cost(
    connection: Connection, tenant: Tenant, todays: Sequence[Condition], *, unpriced: int
) -> Usd:
    """Return what today's runs cost; of the `unpriced` ones, those of their calls that have a price."""
    runs = select(RUNS.c.cost_usd, func.count()).where(*todays, RUNS.c.cost_usd != "0")
    found = connection.execute(runs.group_by(RUNS.c.cost_usd)).all()
    if unpriced:
        these = select(RUNS.c.run_id).where(*todays, _UNPRICED)
        calls = select(AGENT_DECISIONS.c.cost_usd, func.count()).where(
            AGENT_DECISIONS.c.tenant == tenant,
            AGENT_DECISIONS.c.run_id.in_(these),
            AGENT_DECISIONS.c.cost_usd.is_not(None),
        )
        found = [*found, *connection.execute(calls.group_by(AGENT_DECISIONS.c.cost_usd))]
    return Usd(sum((Decimal(cost or 0) * times for cost, times in found), Decimal(0)))


def _grounds(connection: Connection, tenant: Tenant, *, uncounted: int) -> _Grounds:
    """Return how and why the decisions of completed runs were made: all that were made but the others' (what-ifs too).

    The `uncounted` others are few: asking for the ids of their decisions keeps SQLite from walking the whole index of
    grounds for them.
    """
    columns = (CONSENSUS.c.triggers, CONSENSUS.c.final_action, CONSENSUS.c.reason_code)
    ours = CONSENSUS.c.tenant == tenant
    made = select(*columns, func.count()).where(ours).group_by(*columns)
    others = select(RUNS.c.run_id).where(RUNS.c.tenant == tenant, not_(COMPLETED))
    theirs = select(*columns, literal(-1), CONSENSUS.c.decision_id).where(
        ours, CONSENSUS.c.run_id.in_(others)
    )
    grounds = _Grounds(Counter(), Counter(), Counter())
    for query in (made, theirs) if uncounted else (made,):
        for triggers, action, reason, count, *_ in connection.execute(query):
            grounds.actions[FinalAction(action)] += count
            grounds.reasons[reason] += count
            for trigger in triggers.split():
                grounds.triggers[TriggerName(trigger)] += count
    return grounds._replace(reasons=+grounds.reasons)


def _sessions(connection: Connection, tenant: Tenant) -> Sequence[SessionActions]:
    """Return how the decisions of completed runs ended in the newest sessions, oldest first."""
    newest = (
        select(RUNS.c.as_of)
        .where(RUNS.c.tenant == tenant)
        .distinct()
        .order_by(RUNS.c.as_of.desc())
        .limit(SESSIONS)
    )
    shown = connection.execute(newest).scalars().all()
    found = connection.execute(
        select(RUNS.c.as_of, RUNS.c.final_actions, func.count())
        .where(RUNS.c.tenant == tenant, RUNS.c.as_of >= min(shown, default=""), COMPLETED)
        .group_by(RUNS.c.as_of, RUNS.c.final_actions)
    )
    by_session: dict[str, Actions] = {as_of: Counter() for as_of in sorted(shown)}
    for as_of, final_actions, runs in found:
        for action in json.loads(final_actions).values():
            by_session[as_of][FinalAction(action)] += runs
    return tuple(
        SessionActions(date.fromisoformat(as_of), dict(actions))
        for as_of, actions in by_session.items()
    )


def _recent(connection: Connection, tenant: Tenant) -> tuple[Spread, Spread]:
    """Return what the newest completed runs cost, where that is known, and how long they took."""
    found = connection.execute(
        select(RUNS.c.cost_usd, RUNS.c.started_at, RUNS.c.finished_at)
        .where(RUNS.c.tenant == tenant, COMPLETED)
        .order_by(RUNS.c.started_at.desc(), RUNS.c.run_id.desc())
        .limit(RECENT)
    ).all()
    costs = Counter(float(cost) for cost, _, _ in found if cost is not None)
    seconds = Counter(seconds_between(start, end) for _, start, end in found)
    return spread_of(costs), spread_of(seconds)
