"""The section "Risk & audit": every check with its value and limit, the one that denied first."""

from quorate.hub.pages.runs.risk import risk_page
from tests.unit.cycle.story.test_story import cycle_rows, told, verdict


def test_a_verdict_shows_each_check_with_its_value_and_limit():
    (card,) = risk_page(told(verdicts=[verdict()])).cards
    assert card.title == "Approved: BUY 10, entry"
    assert card.counted == "3 checks: 2 passed and 1 do not apply"
    assert card.verdict.verdict_id == "vrd_1"
    last = card.rows[-1]
    assert (last.check.number, last.tag[0], last.value, last.limit) == (
        13,
        "passed",
        "0.0004856",
        "0.01",
    )


def test_what_denied_stands_first():
    page = risk_page(told(verdicts=[verdict(code="DAILY_LOSS")]))
    (card,) = page.cards
    assert card.title == "Denied, DAILY_LOSS: BUY 10, entry"
    assert [row.check.number for row in card.rows][:2] == [20, 1]
    assert (card.rows[0].tag, card.rows[0].said) == (("denied", "loss"), "DAILY_LOSS")
    assert "risk denied it with DAILY_LOSS" in page.said


def test_the_auditor_is_quoted_where_it_looked():
    assert risk_page(told()).audit == ""
    page = risk_page(told(cycle=cycle_rows()))
    assert (page.audit, page.audit_tone, page.violations) == (
        "The auditor recomputed the cycle's checks and found nothing wrong.",
        "gain",
        (),
    )
