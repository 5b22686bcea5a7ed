"""What pages ask of the application: ids are found, prices end where the run stood, checks are quick and true."""

from __future__ import annotations

from datetime import date

import pytest

from quorate.arena.record.trace import SpanKind, read_trace
from quorate.bootstrap import BookClock
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import ProfileName, Symbol
from tests.integration.homes import REQUEST, opened_home
from tests.integration.test_opening import home, seeded

__all__ = ["home", "seeded"]

pytestmark = pytest.mark.integration

AAPL = Symbol("AAPL")


@pytest.fixture
async def app(home):
    async with opened_home(*home) as app:
        yield app


@pytest.fixture
async def run(app):
    return await app.run_arena(REQUEST)


async def found(app, text, limit=9):
    return [(each.kind, each.id, each.run_id) for each in await app.find(text, limit)]


async def test_a_run_is_found_by_its_id_or_the_beginning_of_it(app, run):
    here = ("run", run.run_id, run.run_id)
    assert await found(app, run.run_id) == [here]
    assert await found(app, run.run_id.lower()[:12]) == [here]
    assert await found(app, f" {run.run_id[4:]} ") == [here]
    assert (await app.find(run.run_id, 1))[0].label == "2012-06-29"


async def test_a_decision_is_found_with_the_run_that_made_it(app, run):
    made = run.decisions[0].fact
    (decision,) = await app.find(made.decision_id, 5)
    assert decision == ("decision", made.decision_id, made.symbol, run.run_id)
    assert await found(app, made.decision_id[4:20]) == [("decision", made.decision_id, run.run_id)]


async def test_a_trace_is_found_with_its_run(app, run):
    assert await found(app, run.trace_id.upper()) == [("trace", run.trace_id, run.run_id)]


async def test_symbols_and_profiles_are_found_by_a_part_of_their_names(app):
    assert await found(app, "aap") == [("symbol", "AAPL", None)]
    assert await found(app, "wyck") == [("profile", "wyckoff", None)]
    assert ("profile", "rule_risk_manager", None) in await found(app, "RISK")


async def test_no_more_is_found_than_was_asked_for(app, run):
    again = await app.run_arena(REQUEST)
    newest_first = [("run", each.run_id, each.run_id) for each in (again, run)]
    assert await found(app, "run_") == newest_first
    assert await found(app, "run_", limit=1) == newest_first[:1]


@pytest.mark.parametrize(
    "text", ["", "  ", "%", "_", "run_%", "\\", "'", "nothing", "0" * 6, "run_" + "Z" * 40]
)
async def test_what_stands_for_nothing_finds_nothing(app, run, text):
    assert run.run_id
    assert await found(app, text) == []


async def test_the_rows_of_a_run_and_its_task_come_in_their_order(app, run):
    entries = await app.run_entries(run.run_id)
    assert [entry.seq for entry in entries] == sorted(entry.seq for entry in entries)
    task = run.header.fact.task_id
    assert {entry.stream for entry in entries} == {f"run:{run.run_id}", f"task:{task}"}
    assert {entry.trace_id for entry in entries} == {run.trace_id}
    with pytest.raises(RejectedError, match="there is no run 'run_x'"):
        await app.run_entries("run_x")


async def test_a_real_run_can_be_traced(app, run):
    trace = read_trace(await app.run_entries(run.run_id))
    assert [span.name for span in trace.spans if span.kind is SpanKind.TASK] == [
        *("RECEIVED", "VALIDATING_SPEC", "SPEC_APPROVED", "ROUTING", "ROUTED", "EXECUTING"),
        *("EXECUTION_COMPLETE", "VERIFYING", "VERIFIED", "COMPLETED"),
    ]
    agents = {span.name for span in trace.spans if span.kind is SpanKind.AGENT}
    assert agents == set(run.header.fact.profiles)
    assert [span.name for span in trace.spans if span.kind is SpanKind.RULE] == [
        "decide AAPL",
        "decide IBM",
    ]
    assert all(0 <= span.start_ms <= span.end_ms <= trace.total_ms for span in trace.spans)


async def test_prices_end_with_the_close_that_the_run_saw(app, run):
    bars = await app.price_history(AAPL, run.header.fact.as_of, 250)
    assert len(bars) == 250
    assert bars[-1].session == date(2012, 6, 29)
    assert bars[-1].close == pytest.approx(float(run.evidence[AAPL].fact.close))


async def test_of_a_symbol_that_is_not_stored_there_are_no_prices(app):
    assert await app.price_history(Symbol("NOPE"), date(2012, 6, 29), 250) == ()


async def test_the_book_stands_at_the_newest_stored_session(app):
    assert await app.book_clock() == BookClock(name="replay", mode="REPLAY", as_of=date(2013, 3, 1))


async def test_a_home_that_can_run_passes_its_checks(app):
    checks = await app.setup_checks()
    assert [check.name for check in checks] == ["database", "rule agents", "bars"]
    assert all(check.ok and not check.fix for check in checks)


async def test_a_home_without_voters_says_what_to_do(app):
    for name in ("trend", "momentum", "mean_reversion"):
        await app.set_profile_enabled(ProfileName(name), False)
    (agents,) = [check for check in await app.setup_checks() if check.name == "rule agents"]
    assert (agents.ok, agents.detail) == (False, "1 enabled voters, a quorum is 2")
    assert agents.fix == "quorate profiles enable trend"


async def test_the_hubs_secret_stays_the_same(home):
    async with opened_home(*home) as app:
        secret = app.hub_secret
    async with opened_home(*home) as app:
        assert app.hub_secret == secret
        assert len(secret) == 32
