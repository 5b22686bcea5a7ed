"""`quorate halt`, `resume` and `breakers`: what a person reads, what a script gets, and how they end."""

import pytest

from quorate.execution.halting import HaltReport, Left, TradingLine
from quorate.kernel.errors import RejectedError, UnavailableError
from quorate.kernel.ids import BookName
from quorate.risk import TradingState
from tests.fakes.safety import ACTIVE, HALTED

PAPER = TradingLine(book=BookName("paper"), mode="PAPER")


def test_a_halt_says_what_stops_and_what_stays(quorate):
    done = quorate("halt", "--reason", "odd fills")
    assert done.code == 0
    (said,) = done.lines
    assert said.startswith("Trading halted on replay (REPLAY). New orders refused from 14:44:07")
    assert said.endswith("3 open orders and 1 position untouched.")


def test_a_script_gets_the_names_that_it_was_promised(quorate, fake_app):
    fake_app.safety.books = [ACTIVE, PAPER]
    told = quorate("halt", "--scope", "cancel", "--reason", "odd fills", "--json").json
    assert (told["target"], told["applied"], told["state"]) == ("replay,paper", True, "HALTED")
    assert [each["book"] for each in told["books"]] == ["replay", "paper"]
    assert (told["complete"], told["dryRun"]) == (True, False)
    assert not quorate("halt", "--reason", "again", "--json").json["applied"]


def test_one_book_is_halted_alone(quorate, fake_app):
    fake_app.safety.books = [ACTIVE, PAPER]
    assert quorate("halt", "--book", "paper", "--reason", "r", "--json").json["target"] == "paper"
    assert fake_app.safety.books[0].trades
    assert quorate("halt", "--book", "nobody", "--reason", "r").code == 5


def test_somebody_who_waits_is_told_that_it_holds_already(quorate):
    done = quorate("halt", "--scope", "flatten", "--reason", "out")
    assert "replay (REPLAY): halted; waiting for the broker." in done.err
    assert "waiting" not in quorate("halt", "--reason", "out").err


@pytest.mark.parametrize(
    "report",
    [
        pytest.param(
            HaltReport(unconfirmed=(Left(name="a1-x", cause="no answer"),)), id="unconfirmed"
        ),
        pytest.param(None, id="still under way"),
    ],
)
def test_what_the_broker_does_not_confirm_ends_with_7_and_the_next_act(quorate, fake_app, report):
    fake_app.safety.report = report
    done = quorate("halt", "--scope", "cancel", "--reason", "odd fills", "--json")
    assert (done.code, done.json["state"], done.json["complete"]) == (7, "HALTED", False)
    assert "New orders are refused all the same" in done.err
    assert "Fix: quorate halt --scope cancel again" in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param((), "a reason is wanted", id="no reason"),
        pytest.param(("--reason", "x" * 501), "at most 500", id="a novel"),
        pytest.param(("--scope", "all", "--reason", "r"), "no scope 'all'", id="no such scope"),
    ],
)
def test_what_cannot_be_understood_halts_nothing(quorate, fake_app, words, said):
    done = quorate("halt", *words)
    assert done.code == 2
    assert said in done.err
    assert fake_app.safety.books == [ACTIVE]


def test_trading_goes_on_when_a_person_says_so(quorate, fake_app):
    fake_app.safety.books = [HALTED]
    assert quorate("resume").code == 2
    done = quorate("resume", "--reason", "fills match the tape")
    assert done.lines == ["Trading resumed on replay (REPLAY)."]
    again = quorate("resume", "--reason", "again", "--json").json
    assert (again["target"], again["applied"], again["state"]) == ("replay", False, "ACTIVE")
    assert quorate("resume", "--reason", "again").lines == ["Trading was not stopped."]


def test_a_drill_shows_every_step_and_ends_with_3_where_one_failed(quorate, fake_app):
    done = quorate("halt", "--drill")
    assert (done.code, done.lines[0]) == (0, "ok  a halt is on record  HALTED  4 ms")
    assert done.lines[-1].startswith("The kill switch works.")
    told = quorate("halt", "--drill", "--json").json
    assert (told["passed"], told["dryRun"], told["steps"][0]["ms"]) == (True, True, 4)

    step = fake_app.safety.drilled.steps[0]
    broken = type(step)(name=step.name, ok=False, detail="ACTIVE")
    drill = fake_app.safety.drilled
    fake_app.safety.drilled = type(drill)(halt_id="hlt_2", book=drill.book, steps=(broken,))
    failed = quorate("halt", "--drill")
    assert (failed.code, failed.lines[0][:3]) == (3, "BAD")


def test_breakers_are_listed_with_what_they_hold_back(quorate):
    listed = quorate("breakers", "--json").json
    items = {item["name"]: item for item in listed["items"]}
    assert (items["trading"]["state"], items["trading"]["latched"]) == ("closed", False)
    model = items["openrouter~openai~gpt"]
    assert (model["state"], model["failures"], model["opensForS"]) == ("open", 3.0, 42.0)
    assert quorate("breakers", "list").lines[0].split()[:3] == ["breaker", "of", "state"]


def test_the_auditors_breaker_waits_for_a_person(quorate, fake_app):
    fake_app.safety.books = [
        TradingLine(
            book=BookName("replay"),
            mode="REPLAY",
            state=TradingState.HALTED,
            reason="RISK_ABOVE_ONE_PERCENT",
            by="auditor",
        )
    ]
    (line,) = [x for x in quorate("breakers", "--json").json["items"] if x["name"] == "trading"]
    assert (line["state"], line["latched"]) == ("open", True)
    assert quorate("breakers", "reset", "trading").code == 2
    done = quorate("breakers", "reset", "trading", "--reason", "the check was wrong", "--json")
    assert (done.json["target"], done.json["applied"], done.json["state"]) == (
        "trading",
        True,
        "closed",
    )
    assert quorate("breakers", "reset", "trading", "--reason", "x").lines == [
        "trading is already closed."
    ]
    assert quorate("breakers", "reset", "nothing", "--reason", "x").code == 5


@pytest.mark.parametrize(
    ("slug", "code", "status"),
    [("trading-halted", 6, 423), ("breaker-open", 6, 503), ("broker-unavailable", 7, 502)],
)
def test_refusals_of_safety_have_an_exit_code_and_a_status(quorate, fake_app, slug, code, status):
    fake_app.safety.failure = RejectedError("trading is halted", slug=slug)
    done = quorate("breakers", "--json")
    assert (done.code, done.json["error"]["status"]) == (code, status)
    fake_app.safety.failure = UnavailableError("gone", source="broker", slug=slug)
    assert quorate("breakers", "--json").json["error"]["retryable"]
