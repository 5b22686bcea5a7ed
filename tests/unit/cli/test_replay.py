import pytest

from quorate.cli.main_job import main_job
from quorate.cli.replay_view import (
    fired,
    latest_buy,
    latest_buy_lines,
    outcomes,
    replay_tree,
)
from quorate.cli.run_facts import run_facts
from tests.unit.cli.fake_app import decision_tree, run_tree, trigger_tree


def two_sessions():
    doubt = [trigger_tree("disagreement", 0.5, 0.34, fired=True)]
    refused = decision_tree("IBM", "NO_TRADE", "no_power_model", triggers=doubt)
    silent = decision_tree("IBM", "NO_TRADE", "quorum_not_met", triggers=[])
    return [
        run_facts(run_tree("run_1", "2013-02-28", [decision_tree("AAPL"), refused])),
        run_facts(run_tree("run_2", "2013-03-01", [decision_tree("AAPL", "HOLD"), silent])),
    ]


def test_every_session_becomes_one_run_with_all_symbols(quorate, fake_app):
    shown = quorate("replay", "--sessions", "3", "--symbols", "AAPL,IBM", "--json")
    assert shown.code == 0
    assert [str(r.as_of) for r in fake_app.requests] == ["2013-02-27", "2013-02-28", "2013-03-01"]
    assert {request.symbols for request in fake_app.requests} == {("AAPL", "IBM")}
    assert (shown.json["runs"], shown.json["decisions"]) == (3, 6)
    assert (shown.json["from"], shown.json["to"]) == ("2013-02-27", "2013-03-01")
    assert (shown.json["book"], shown.json["gap"], shown.json["tradingState"]) == (
        "replay-1",
        "0",
        "ACTIVE",
    )


def test_days_are_named_from_and_to(quorate, fake_app):
    shown = quorate("replay", "--from", "2013-02-27", "--to", "2013-02-28", "--json")
    assert (shown.code, shown.json["runs"]) == (0, 2)
    (terms,) = fake_app.trading.wanted
    assert (str(terms.first), str(terms.last)) == ("2013-02-27", "2013-02-28")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "yesterday"), "is no date"),
        (("--sessions", "5", "--from", "2013-02-27"), "both say where to begin"),
        (("--from", "2031-01-01"), "no session lies between"),
        (("--from", "2013-02-28", "--to", "2013-02-27"), "is after --to 2013-02-27"),
        (("--symbols", "A B"), "not a symbol"),
        (("--strategy", "none-such"), "none-such"),
    ],
    ids=["date", "two beginnings", "days", "crossed days", "symbol", "strategy"],
)
def test_what_cannot_be_replayed_is_refused(quorate, fake_app, words, said):
    shown = quorate("replay", *words)
    assert shown.code in {2, 5}
    assert said in shown.err
    assert fake_app.trading.wanted == []


def test_a_person_sees_what_was_traded(quorate):
    shown = quorate("replay").out
    assert "2 entries; exits: 1 by target, 1 by stop" in shown
    assert "1 win, 1 loss, 0 breakeven, 0 held; closed trades came to +50.00 USD" in shown
    assert "equity 100000.00 -> 100050.00 USD (+0.05%)" in shown
    assert "3 orders refused: COOLDOWN" in shown


def test_a_person_sees_counts_whys_and_the_way_on(quorate):
    shown = quorate("replay")
    assert "12 decisions over 3 sessions, 2013-02-27 to 2013-03-01" in shown.lines[0]
    for heading in (
        "What was decided",
        "Which doubts",
        "The last session",
        "The latest BUY",
        "Look",
    ):
        assert heading in shown.out
    assert "sessions: 3 of 3" in shown.err


def test_a_second_replay_says_that_its_runs_are_new(quorate):
    assert "held runs already" not in quorate("replay").out
    assert "held runs already" in quorate("replay").out


def test_quiet_keeps_the_progress_back(quorate):
    assert quorate("replay", "-q").err == ""


def test_nothing_stored_is_refused_with_5(quorate, fake_app):
    fake_app.sessions = 0
    shown = quorate("replay")
    assert shown.code == 5
    assert fake_app.requests == []


def test_make_run_is_the_replay(capsys):
    assert main_job(["--no-serve", "--help"]) == 0
    assert "Trade past sessions" in capsys.readouterr().out


def test_outcomes_are_counted_by_symbol_trades_first():
    assert [(outcome, dict(counts)) for outcome, counts in outcomes(two_sessions())] == [
        (("BUY", "consensus"), {"AAPL": 1}),
        (("HOLD", "consensus"), {"AAPL": 1}),
        (("NO_TRADE", "no_power_model"), {"IBM": 1}),
        (("NO_TRADE", "quorum_not_met"), {"IBM": 1}),
    ]


def test_triggers_that_never_fired_are_counted_too():
    assert fired(two_sessions()) == [("disagreement", 1)]
    assert fired(two_sessions()[1:]) == [("disagreement", 0)]


def test_the_latest_buy_is_found_or_missed_aloud():
    run, decision = latest_buy(two_sessions())
    assert (run.run_id, decision.symbol) == ("run_1", "AAPL")
    without = two_sessions()[1:]
    assert list(latest_buy_lines(without)) == ["No BUY in these sessions."]
    assert replay_tree(without, interrupted=True)["latestBuy"] is None
