"""`quorate strategies`: listed, shown, switched, tried; and a run that follows one."""

from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.arena.strategy import Strategy, Thresholds
from quorate.cycle.strategies.backtest import BacktestLine, BacktestStatus
from quorate.cycle.strategies.versions import SaidChange, StrategyStep
from quorate.llm import Preset
from tests.unit.cycle.strategies.backtests import completed, failed

CALM = Strategy(
    description="Little dissent.",
    symbols=("AAPL", "IBM"),
    thresholds=Thresholds(min_confidence=0.7),
    preset=Preset.FREE_ONLY,
    max_cost=Decimal("0.05"),
)
TRIED = BacktestLine(
    backtest_id="bkt_1",
    strategy="calm",
    version=1,
    status=BacktestStatus.COMPLETED,
    first="2012-03-02",
    last="2012-06-29",
    started_at="2026-11-21T12:00:00Z",
    ended_at="2026-11-21T12:00:01Z",
    by="me",
    passes=True,
    trades=21,
    win_rate=0.5238,
    returned=0.0106,
    max_drawdown=0.0056,
)


@pytest.fixture
def quorate(quorate, fake_app):
    fake_app.strategies = {"calm": CALM, "bold": Strategy()}
    fake_app.backtests.found = completed()
    return quorate


def test_the_strategies_are_listed_by_name(quorate):
    listed = quorate("strategies", "--json").json
    assert [item["name"] for item in listed["items"]] == ["bold", "calm"]
    calm = listed["items"][1]
    assert (calm["symbols"], calm["maxCostUsd"]) == (["AAPL", "IBM"], "0.05")
    assert (calm["thresholds"], calm["preset"]) == ({"min_confidence": "0.7"}, "free_only")
    assert (calm["version"], calm["enabled"], calm["gate"]) == (1, False, "untested")
    assert listed["nextCursor"] is None


def test_a_person_sees_who_may_be_followed(quorate, fake_app):
    fake_app.backtests.kept = [TRIED]
    heading, bold, calm = quorate("strategies").lines
    assert heading.split()[:4] == ["name", "version", "enabled", "gate"]
    assert bold.split()[:4] == ["bold", "1", "no", "untested"]
    assert calm.split()[:4] == ["calm", "1", "no", "passed"]


def test_the_list_comes_in_pages(quorate):
    first = quorate("strategies", "list", "--limit", 1, "--json").json
    rest = quorate("strategies", "list", "--cursor", first["nextCursor"], "--json").json
    assert [item["name"] for item in rest["items"]] == ["calm"]


def test_without_any_nothing_is_listed(quorate, fake_app):
    fake_app.strategies = {}
    assert quorate("strategies").lines == ["Nothing here yet."]


def test_a_strategy_is_shown_with_what_it_leaves_to_the_configuration(quorate):
    shown = dict(line.split(maxsplit=1) for line in quorate("strategies", "show", "calm").lines)
    assert shown["symbols"] == "AAPL IBM"
    assert shown["thresholds"] == "min_confidence=0.7"
    assert shown["profiles"] == "as the configuration says"
    assert shown["hash"] == CALM.hash
    assert (shown["enabled"], shown["version"]) == ("no", "1")


def test_who_switched_it_and_how_it_was_tried_are_shown_below(quorate, fake_app):
    fake_app.backtests.kept = [TRIED]
    quorate("strategies", "enable", "calm", "--reason", "tried it")
    *_, switched, tried = quorate("strategies", "show", "calm").lines
    assert switched == "enabled 2026-11-21T12:00:00Z by command line: tried it"
    assert tried == "last tried in bkt_1: quorate strategies report bkt_1"


def test_a_strategy_that_is_not_there_is_not_found(quorate):
    shown = quorate("strategies", "show", "clam")
    assert shown.code == 5
    assert "choose from bold, calm" in shown.err


def test_enabling_says_what_speaks_against_it(quorate, fake_app):
    untested = quorate("strategies", "enable", "calm")
    assert (untested.code, untested.lines) == (0, ["calm, version 1, is enabled."])
    assert "Nobody has tried this version" in untested.err
    fake_app.backtests.kept = [replace(TRIED, passes=False)]
    again = quorate("strategies", "enable", "calm")
    assert again.lines == ["calm, version 1, is already enabled."]
    assert "The gate refused this version" in again.err
    fake_app.backtests.kept = [TRIED]
    assert quorate("strategies", "enable", "bold", "--json").json["applied"] is True
    assert quorate("strategies", "enable", "calm").err == ""


def test_disabling_is_a_mutation(quorate):
    quorate("strategies", "enable", "calm")
    told = quorate("strategies", "disable", "calm", "--reason", "odd fills", "--json").json
    assert (told["target"], told["applied"], told["dryRun"]) == ("calm", True, False)
    assert (told["enabled"], told["reason"]) == (False, "odd fills")


def test_its_history_is_newest_first(quorate, fake_app):
    first = StrategyStep(
        seq=1, at="2026-11-21", kind="recorded", by="quorate", reason="", version=1, hash="a"
    )
    change = SaidChange("symbols", ["AAPL"], ["AAPL", "IBM"])
    second = replace(first, seq=2, version=2, changes=(change,))
    third = replace(first, seq=3, kind="enabled", by="ann", reason="tried", version=2)
    fake_app.steps = [first, second, third]
    assert quorate("strategies", "history", "calm").lines == [
        "2026-11-21  version 2  enabled by ann: tried",
        "2026-11-21  version 2  recorded by quorate",
        "    symbols: AAPL -> AAPL IBM",
        "2026-11-21  version 1  recorded by quorate",
    ]
    told = quorate("strategies", "history", "calm", "--json").json
    assert [item["version"] for item in told["items"]] == [2, 2, 1]


def test_one_that_was_never_used_has_no_history(quorate):
    assert "Not on record yet" in quorate("strategies", "history", "calm").out


def test_a_backtest_is_told_in_sentences_with_its_newest_trades(quorate, fake_app):
    shown = quorate("strategies", "backtest", "calm", "--from", "2012-03-02", "--to", "2012-06-29")
    assert shown.code == 0
    assert shown.lines[0].startswith("bkt_1   calm version 2   completed   REPLAY 2012-03-02")
    assert "The gate refuses it" in shown.out
    assert "AAPL    2012-03-05  545.42" in shown.out
    assert "quorate replay walks whole cycles" in shown.lines[-2]
    ((wanted, by),) = fake_app.backtests.wanted
    assert (wanted.strategy, str(wanted.first), str(wanted.last), by) == (
        *("calm", "2012-03-02", "2012-06-29", "command line"),
    )


def test_programs_get_all_of_it(quorate):
    told = quorate("strategies", "backtest", "calm", "--json").json
    assert told["backtestId"] == "bkt_1"
    assert told["result"]["figures"]["trades"] == len(
        [trade for trade in told["result"]["trades"] if trade["left"]]
    )
    assert (len(told["limits"]), told["said"][0][:15]) == (3, "From 2012-03-02")


def test_the_gate_decides_the_exit_code(quorate, fake_app):
    assert quorate("strategies", "backtest", "calm", "--gate").code == 3
    assert quorate("strategies", "backtest", "calm").code == 0
    passed = completed()
    fake_app.backtests.found = replace(passed, report=replace(passed.report, refusals=()))
    assert quorate("strategies", "backtest", "calm", "--gate").code == 0
    fake_app.backtests.found = failed()
    shown = quorate("strategies", "backtest", "calm", "--gate")
    assert (shown.code, shown.lines[-1]) == (*(3, "It ended without a result: the disk is full"),)


def test_a_date_that_is_none_is_refused(quorate, fake_app):
    shown = quorate("strategies", "backtest", "calm", "--from", "2012-3-2")
    assert (shown.code, fake_app.backtests.wanted) == (2, [])
    assert "--from 2012-06-29" in shown.err


def test_the_backtests_are_listed_and_shown(quorate, fake_app):
    fake_app.backtests.kept = [TRIED, replace(TRIED, backtest_id="bkt_0", passes=None, trades=None)]
    _, first, second = quorate("strategies", "backtests").lines
    assert first.split()[:3] == ["bkt_1", "calm", "1"]
    assert first.endswith("52.4 %  +1.1 %  0.6 %     passed")
    assert second.split()[0] == "bkt_0"
    assert quorate("strategies", "backtests", "bold", "--json").json["items"] == []
    assert quorate("strategies", "report", "bkt_1").lines[0].startswith("bkt_1")
    assert quorate("strategies", "report", "nothing").code == 5


def test_a_run_follows_a_strategy_that_names_the_symbols(quorate, fake_app):
    assert quorate("run", "--strategy", "calm").code == 0
    (request,) = fake_app.requests
    assert (request.strategy, request.symbols) == ("calm", ())


def test_a_run_without_symbol_and_strategy_asks_for_one_of_them(quorate, fake_app):
    shown = quorate("run")
    assert (shown.code, fake_app.requests) == (2, [])
    assert "--strategy" in shown.err


def test_a_strategy_is_written_as_the_file_has_it(quorate, fake_app):
    words = ("--based-on", "calm", "--symbols", "AAPL,IBM", "--horizon", 10, "--preset", "none")
    more = ("--threshold", "quorum=3", "--threshold", "min_confidence=0.7", "--max-cost", "$0.05")
    shown = quorate("strategies", "add", "mine", *words, *more)
    (wish,) = fake_app.wishes
    assert (wish.name, wish.based_on) == ("mine", "calm")
    assert wish.says == {
        "symbols": '["AAPL", "IBM"]',
        "horizon": "10",
        "preset": "default",
        "max_cost": '"0.05"',
        "thresholds": "{quorum = 3, min_confidence = 0.7}",
    }
    assert shown.lines[0].startswith("mine, version 1, is written and waits:")


@pytest.mark.parametrize(
    "words", [("--horizon", "long"), ("--threshold", "quorum"), ("--threshold", "quorum=many")]
)
def test_what_is_no_number_or_no_pair_is_refused(quorate, fake_app, words):
    assert quorate("strategies", "add", "mine", *words).code == 2
    assert fake_app.wishes == []
