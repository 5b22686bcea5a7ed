import pytest

from quorate.arena.record import RunFilter
from tests.unit.arena.record.debated import details


def test_only_debates_are_asked_for(quorate, fake_app):
    quorate("run", "AAPL")
    listed = quorate("debate", "--json").json
    assert [item["runId"] for item in listed["items"]] == ["run_1"]
    assert fake_app.filters[-1] == RunFilter(debated=True)


def test_a_list_can_be_narrowed_to_a_symbol(quorate, fake_app):
    assert quorate("debate", "list", "--symbol", "ibm").code == 0
    assert fake_app.filters[-1] == RunFilter(debated=True, symbol="IBM")


def test_a_debate_is_shown_round_by_round(quorate, fake_app):
    fake_app.details = details()
    lines = quorate("debate", "show", "run_1").lines
    assert "  votes, which alone count" in lines
    assert "    analyst   BUY 0.80  up" in lines
    assert "    bull      argues BUY 0.70  buyers" in lines
    assert "    cautious  BUY 0.64  changed from HOLD  the bull is right" in lines
    assert "    judge  BUY 0.90  ruled" in lines
    assert "    on its side: analyst" in lines
    assert lines[-1] == "  BUY (panel)"


def test_programs_get_the_session(quorate, fake_app):
    fake_app.details = details()
    told = quorate("debate", "show", "run_1", "--json").json
    assert (told["sessionId"], told["rounds"]) == ("run_1", 2)
    assert told["debates"][0]["synthesis"]["action"] == "BUY"


def test_an_unknown_run_ends_with_5(quorate):
    assert quorate("debate", "show", "run_x").code == 5


def test_a_debate_is_started_as_a_run_with_its_rounds(quorate, fake_app):
    done = quorate("debate", "start", "AAPL", "--rounds", "0", "--as-of", "2012-06-29", "--json")
    assert done.json["decisions"][0]["symbol"] == "AAPL"
    [request] = fake_app.requests
    assert (request.rounds, request.mode, str(request.as_of)) == (0, "debate", "2012-06-29")


@pytest.mark.parametrize("rounds", ["6", "-1", "two"])
def test_an_impossible_number_of_rounds_starts_nothing(quorate, fake_app, rounds):
    assert quorate("debate", "start", "AAPL", "--rounds", rounds).code == 2
    assert fake_app.requests == []
