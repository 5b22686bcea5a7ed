"""The page of a run that did not complete: what it says, and that it fills itself. Rendered from made rows."""

import re

import pytest

from quorate.arena.record.details import RunDetails
from quorate.arena.record.header import RunEvent
from quorate.hub.pages.runs.order_chain import order_words
from quorate.hub.pages.runs.scene import (
    calls_context,
    decision_context,
    run_context,
    scene_of,
    trace_context,
)
from quorate.hub.pages.shell import ShellView
from quorate.hub.pages.templating import environment
from tests.unit.arena.casts import entries
from tests.unit.arena.record.runs import facts
from tests.unit.hub.pages.runs.cases import completed_rows, failed_rows, running_rows

TEMPLATES = environment()
SHELL = ShellView(title="IBM, as of 2012-08-08", section="runs", principal="operator", csrf="c")

TABS = ("summary", "agents", "trace", "tools", "consensus", "prompts", "cost", "json")


def rendered(rows, **params):
    scene = scene_of(RunDetails(entries=rows), params)
    context = {
        **run_context(scene),
        **trace_context(scene),
        **calls_context(scene),
        **decision_context(scene),
    }
    part = TEMPLATES.get_template("runs/_details.html")
    orders = {"order_hops": (), "order_said": order_words(None)}
    return part.render(shell=SHELL, prices=None, **context, **orders)


@pytest.mark.parametrize("tab", TABS)
def test_a_running_run_asks_for_itself_again_on_every_tab(tab):
    page = rendered(running_rows(RunEvent.SNAPSHOT_FROZEN), tab=tab)
    assert 'hx-trigger="quorate:run from:document' in page
    assert "This run is still running" in page


def test_a_running_run_shows_how_far_it_is():
    page = rendered(running_rows(RunEvent.AGENT_ANSWERED))
    assert re.search(r'hub-pipe__now"><span[^>]*>.*?</span>Agents<br>1 of 8', page, re.DOTALL)
    assert "Nothing is decided yet." in page
    assert "No votes yet" in page
    assert "not known yet" in page


def test_a_run_that_waits_for_its_verification_shows_what_it_decided():
    page = rendered(running_rows(RunEvent.SHADOWS_DRAWN), symbol="AAPL")
    assert "Why this decision" in page
    assert "This run is still running" in page


def test_a_failed_run_says_why_and_what_still_holds():
    page = rendered(failed_rows())
    assert "This run failed: attempts exhausted" in page
    assert "3 holders died at work" in page
    assert "true and verifies; no decision of it counts" in page
    assert "Run again" in page
    assert 'hx-trigger="quorate:run' not in page


def test_a_cancelled_run_is_told_from_a_failed_one():
    payload = {"reason": "cancelled", "detail": ""}
    page = rendered(entries([*facts()[:2], (RunEvent.CANCELLED, payload)]))
    assert "This run was cancelled" in page


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("symbol", ["AAPL", "IBM"])
def test_a_quarantined_symbol_has_every_tab_too(tab, symbol):
    assert "<h1>" in rendered(completed_rows(), tab=tab, symbol=symbol)


def test_a_log_of_many_pages_can_be_turned():
    rows = [*completed_rows(), *entries(("task.moved", {"to": "ROUTED"}) for _ in range(300))]
    page = rendered(rows, tab="trace", view="log")
    assert "Page 1 of 2, 312 rows" in page
    assert "page=2" in page


def test_what_a_model_says_is_shown_as_text_with_nothing_hidden_in_it():
    wrong = "<script>alert(1)</script> buy\u202e\u200b"
    kind, payload = facts()[3]
    told = [*facts()[:3], (kind, payload | {"rationale": wrong}), *facts()[4:]]
    for tab in ("summary", "agents"):
        page = rendered(entries(told), symbol="AAPL", tab=tab)
        assert "&lt;script&gt;alert(1)&lt;/script&gt; buy[U+202E]" in page
        assert "<script>alert" not in page
        assert "\u200b" not in page
