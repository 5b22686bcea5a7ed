from dataclasses import replace

from quorate.arena.record import RunEvent
from quorate.arena.record.debate import read_debate
from quorate.hub.pages.debates.scene import debate_context
from quorate.llm.call import Purpose
from tests.unit.arena.record.debated import details
from tests.unit.hub.pages.runs.calls import call


def context(calls=(), **what):
    told = replace(details(**what), calls=calls)
    session = read_debate(told)
    return debate_context(told, session, session.symbols[0])


def test_the_columns_are_who_speaks_and_the_rows_the_rounds():
    shown = context()
    assert [(one.name, one.part) for one in shown["columns"]] == [
        ("Analyst", "voter"),
        ("Cautious", "voter"),
        ("Bull", "advocate"),
        ("Bear", "advocate"),
    ]
    assert [row.label for row in shown["rows"]] == ["Votes", "Round 1", "Round 2"]
    assert shown["intro"] == "2 voters, 2 advocates, 2 rounds, then the panel."


def test_a_cell_says_what_was_said_or_why_nothing_was():
    votes, first, second = context()["rows"]
    assert votes.cells[2].silence == "Does not vote."
    assert first.cells[0].silence == "Said nothing."
    assert first.cells[2].argues == "argues BUY"
    assert first.cells[1].changed == "changed: HOLD → BUY"
    assert second.cells[1].changed == "changed: BUY → HOLD"


def test_the_figures_above_count_votes_and_minds():
    figures = context()["figures"]
    assert (figures.votes, figures.actions, figures.disagreement) == (
        "1 · 1",
        "BUY, HOLD",
        "disagreement 0.50",
    )
    assert (figures.moved, figures.analysts, figures.moved_words) == (
        1,
        1,
        "in round 1 and round 2",
    )


def test_the_cost_of_a_dispute_is_what_was_argued_and_ruled_and_unpriced_stays_so():
    calls = (
        call("0.5"),
        call("0.001", purpose=Purpose.ARGUE, profile="bull"),
        call("0.003", purpose=Purpose.PANEL, profile="judge"),
        call(None, purpose=Purpose.PANEL, profile="judge"),
    )
    shown = context(calls)
    assert shown["figures"].cost == "$0.004 + 1 unpriced"
    assert shown["figures"].shares == ((0.25, 7), (0.75, 3))
    assert shown["panel_calls"] == "2 calls"


def test_who_changed_their_mind_is_quoted_with_the_row():
    first, second = context()["changes"]
    assert (first.name, first.text) == ("Cautious", "HOLD → BUY in round 1")
    assert (second.text, second.rationale) == ("BUY → HOLD in round 2", "no, wait")
    assert "row=" in first.href


def test_while_it_runs_there_is_no_verdict_yet():
    shown = context(upto=RunEvent.VOTE_CAST)
    assert (shown["decision"], shown["escalation"], shown["panel"]) == (None, None, "")
    assert shown["intro"].endswith("It is still running.")


def test_the_stances_are_drawn_of_those_who_may_change_them():
    drawn = context()["timeline"]
    [line] = drawn.lines
    assert line.name == "Cautious"
    assert [point.y for point in line.points] == [72.0, 28.0, 72.0]
    assert line.points[0].x < line.points[1].x < line.points[2].x
    assert drawn.summary == "cautious goes from HOLD to BUY to HOLD."
    assert [text for text, _ in drawn.times] == ["votes", "round 1", "round 2"]
