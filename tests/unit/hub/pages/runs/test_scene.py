import pytest

from quorate.arena.record.details import RunDetails
from quorate.arena.record.header import RunEvent
from quorate.hub.pages.runs.scene import (
    decision_context,
    pretty_json,
    run_context,
    scene_of,
    trace_context,
)
from quorate.hub.pages.runs.summary import Tab, TraceView
from tests.unit.hub.pages.runs.cases import completed_rows, run_of, running_rows


def test_the_address_says_which_decision_and_which_tab():
    scene = scene_of(
        RunDetails(entries=completed_rows()), {"symbol": "aapl", "tab": "consensus", "view": "tree"}
    )
    assert scene.case.decision.fact.symbol == "AAPL"
    assert (scene.place.symbol, scene.place.tab) == ("AAPL", Tab.CONSENSUS)
    assert scene.place.view is TraceView.TREE


@pytest.mark.parametrize(
    "params",
    [
        pytest.param({}, id="nothing"),
        pytest.param(
            {"tab": "verdicts", "view": "graph", "page": "x", "row": "-1"}, id="unknown words"
        ),
        pytest.param({"page": "0", "row": "9" * 30}, id="impossible numbers"),
        pytest.param({"page": "\N{SUPERSCRIPT TWO}"}, id="a digit that is no number"),
    ],
)
def test_what_an_address_cannot_mean_is_the_beginning(params):
    place = scene_of(RunDetails(entries=completed_rows()), params).place
    assert (place.tab, place.view, place.page, place.row) == (
        Tab.SUMMARY,
        TraceView.TIMELINE,
        1,
        None,
    )


def test_the_tabs_keep_the_symbol():
    context = run_context(scene_of(RunDetails(entries=completed_rows()), {"symbol": "AAPL"}))
    assert [(label, number) for _, label, number, _ in context["tabs"]] == [
        ("Summary", None),
        ("Agents", 5),
        ("Trace", 1),
        ("Tool calls", 0),
        ("Consensus", None),
        ("Risk & audit", None),
        ("Prompts", 0),
        ("Cost", 0),
        ("Raw JSON", None),
    ]
    assert all("symbol=AAPL" in href for *_, href in context["tabs"])


def test_switching_the_symbol_keeps_the_tab():
    context = run_context(scene_of(RunDetails(entries=completed_rows()), {"tab": "agents"}))
    assert [href.partition("?")[2] for _, href in context["switches"]] == [
        "symbol=IBM&tab=agents",
        "symbol=AAPL&tab=agents",
    ]


def test_the_json_is_made_only_where_it_is_shown():
    rows = completed_rows()
    assert run_context(scene_of(RunDetails(entries=rows), {}))["json"] == ""
    assert run_context(scene_of(RunDetails(entries=rows), {"tab": "json"}))["json"] == pretty_json(
        run_of(rows)
    )


def test_a_row_opens_the_log_at_its_page():
    context = trace_context(scene_of(RunDetails(entries=completed_rows()), {"row": "105"}))
    assert context["log"].number == 1
    assert (context["log_before"], context["log_after"]) == ("", "")
    assert [label for label, *_ in context["trace_views"]] == ["Timeline", "Tree", "Log"]


def test_before_any_decision_there_is_nothing_to_say_of_one():
    scene = scene_of(RunDetails(entries=running_rows(RunEvent.SNAPSHOT_FROZEN)), {})
    assert decision_context(scene) == {"seats_words": ""}
    assert run_context(scene)["case"] is None


def test_the_shadows_are_those_of_the_symbol():
    context = decision_context(scene_of(RunDetails(entries=completed_rows()), {"symbol": "AAPL"}))
    assert {shadow.symbol for shadow in context["shadows"]} == {"AAPL"}
    assert context["full_answer"].endswith("?symbol=AAPL&tab=agents#agent-")
