"""The overview: every figure is what the journal says, counted anew."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quorate.adapters.sql import overview as figures
from quorate.arena.record import RunView, SessionActions, Spread
from quorate.kernel.action import FinalAction
from quorate.kernel.decision import TriggerName
from quorate.kernel.money import Usd
from quorate.kernel.stamps import moment_of, stamp
from tests.integration.drawn_runs import drawn_runs
from tests.integration.test_run_listing import PLAIN, PROPERTY, Told, decision, open_store

__all__ = ["open_store"]

pytestmark = pytest.mark.integration

ENDS = {"run.completed": "completed", "run.failed": "failed", "run.cancelled": "cancelled"}


def overview_of(told, today):
    return told.store.database.read_now(
        lambda connection: figures.overview(connection, told.store.tenant, today)
    )


class Recounted:
    """A run as its rows tell it."""

    def __init__(self, rows):
        self.types = defaultdict(list)
        for row in rows:
            self.types[row.type].append((row, json.loads(row.payload)))
        (self.begun, self.asked), *_ = self.types["run.requested"]
        ends = [(kind, *self.types[kind][0]) for kind in ENDS if self.types[kind]]
        self.status, self.ended, self.end = "running", None, {}
        for kind, row, payload in ends:
            self.status, self.ended, self.end = ENDS[kind], row, payload
        self.votes = [payload for _, payload in self.types["vote.cast"]]
        made = [payload for _, payload in self.types["decision.made"]]
        self.decisions = made if self.status == "completed" else []

    @property
    def seconds(self):
        return (moment_of(self.ended.ts) - moment_of(self.begun.ts)).total_seconds()

    @property
    def cost(self):
        """Return what its priced calls cost: the total where it is known, else what is."""
        if self.end.get("costUsd") is not None:
            return Decimal(self.end["costUsd"])
        return sum((Decimal(vote["costUsd"]) for vote in self.votes if vote["costUsd"]), Decimal(0))


def recounted(rows):
    streams = defaultdict(list)
    for row in rows:
        if row.stream.startswith("run:"):
            streams[row.stream].append(row)
    return [Recounted(stream) for stream in streams.values()]


def nearest(values, share):
    ordered = sorted(values)
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else None


def spread(measured):
    values = list(measured)
    return Spread(median=nearest(values, 0.5), p95=nearest(values, 0.95))


@PROPERTY
@given(st.lists(drawn_runs(), max_size=7), st.integers(0, 7))
async def test_every_figure_is_what_the_journal_says(open_store, runs, yesterdays):
    told = Told(*open_store)
    await told.tell(*runs[:yesterdays])
    told.clock.jump(0.5)
    today = stamp(told.clock.now())
    await told.tell(*runs[yesterdays:])
    shown, said = overview_of(told, today), recounted(told.store.rows())

    todays = [run for run in said if run.begun.ts >= today]
    completed = [run for run in said if run.status == "completed"]
    made = [each for run in completed for each in run.decisions]
    actions = Counter(each["finalAction"] for each in made)
    fired = Counter(t["name"] for each in made for t in each["triggers"] if t["fired"])
    reasons = Counter(each["reasonCode"] for each in made)

    assert shown.runs == told.counts()
    assert (shown.runs[RunView.ALL], shown.runs_today[RunView.ALL]) == (len(said), len(todays))
    assert shown.runs_today[RunView.RUNNING] == sum(run.status == "running" for run in todays)
    assert shown.decisions == len(made)
    assert shown.escalated_today == sum(bool(run.end.get("escalated")) for run in todays)
    assert shown.cost_today == Usd(sum((run.cost for run in todays), Decimal(0)))
    assert shown.unpriced_today == sum(
        run.ended is not None and run.end.get("costUsd") is None for run in todays
    )
    costs = [run.end["costUsd"] for run in completed if run.end["costUsd"] is not None]
    assert shown.cost_per_run == spread(map(float, costs))
    assert shown.seconds_per_run == spread(run.seconds for run in completed)
    assert shown.actions == {action: actions[action.value] for action in FinalAction}
    assert shown.triggers == {name: fired[name.value] for name in TriggerName}
    assert dict(shown.reasons) == reasons
    assert [count for _, count in shown.reasons] == sorted(reasons.values(), reverse=True)
    assert list(shown.sessions) == [
        session_of(day, said) for day in sorted({run.asked["asOf"] for run in said})
    ]


def session_of(day, said):
    actions = Counter(
        FinalAction(made["finalAction"])
        for run in said
        if run.asked["asOf"] == day
        for made in run.decisions
    )
    return SessionActions(date.fromisoformat(day), dict(actions))


async def test_only_the_newest_sessions_are_shown(open_store):
    told = Told(*open_store)
    first = date(2012, 1, 2)
    days = [first + timedelta(days=n) for n in range(figures.SESSIONS + 5)]
    await told.tell(*(replace(PLAIN, as_of=day) for day in reversed(days)))
    shown = overview_of(told, "")
    assert [session.session for session in shown.sessions] == days[5:]
    assert shown.decisions == len(days)


async def test_the_usual_cost_and_length_are_those_of_the_newest_runs(open_store):
    told = Told(*open_store)
    old, new = replace(PLAIN, seconds=9, cost="9"), replace(PLAIN, seconds=1, cost="1")
    ids = [f"run_{number:04}" for number in range(figures.RECENT + 1)]
    await told.store.add(*(new.beginning(run_id) for run_id in ids[1:]), old.beginning(ids[0]))
    told.clock.jump(1)
    await told.store.add(*(event for run_id in ids[1:] for event in new.rest(run_id)))
    await told.store.add(*old.rest(ids[0]))
    shown = overview_of(told, "")
    assert shown.seconds_per_run == shown.cost_per_run == Spread(median=1.0, p95=1.0)


async def test_a_decision_of_a_run_that_failed_counts_for_nothing(open_store):
    told = Told(*open_store)
    bought = replace(PLAIN, decisions=(decision(action=FinalAction.BUY),))
    await told.tell(bought, replace(bought, status="failed"), replace(bought, status=""))
    shown = overview_of(told, "")
    assert (shown.decisions, shown.actions[FinalAction.BUY]) == (1, 1)
    assert shown.reasons == [("consensus", 1)]


async def test_a_run_without_a_price_is_not_shown_as_free(open_store):
    told = Told(*open_store)
    await told.tell(replace(PLAIN, cost=None), replace(PLAIN, cost="0.5"))
    shown = overview_of(told, "")
    assert (shown.unpriced_today, shown.cost_today) == (1, Usd(Decimal("0.5")))
    assert shown.cost_per_run == Spread(median=0.5, p95=0.5)


async def test_a_home_without_runs_has_no_figures(open_store):
    shown = overview_of(Told(*open_store), "")
    assert (shown.decisions, shown.reasons, shown.sessions) == (0, [], ())
    assert shown.cost_per_run == shown.seconds_per_run == Spread()
    assert set(shown.runs.values()) == {0}
