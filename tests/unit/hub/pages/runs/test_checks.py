import pytest

from quorate.arena.consensus import reach_consensus
from quorate.arena.escalation import escalation_triggers
from quorate.arena.record.evidence import Evidence
from quorate.hub.pages.runs.checks import (
    TRIGGER_RULES,
    Verdict,
    checks_of,
    panel_words,
    plurality_words,
    trigger_text,
    verdict_counts,
)
from quorate.kernel.decision import Trigger, TriggerName
from quorate.market.regime import Regime
from tests.unit.arena.casts import (
    AAPL,
    ABSTAIN,
    BUY,
    HOLD,
    POLICY,
    SELL,
    ballot,
    risk_manager,
    scene,
    vote,
)
from tests.unit.hub.pages.runs.cases import SEEN, case


def shown(votes, at=None, seen=SEEN):
    return {check.name: (check.seen, check.verdict) for check in checks_of(case(votes, at, seen))}


def trigger(name, value, threshold, *, fired):
    return Trigger(name=name, value=value, threshold=threshold, fired=fired)


def test_a_buy_that_everyone_wants_passes_every_rule():
    assert shown([*ballot(BUY, BUY), risk_manager()]) == {
        "Bars can be trusted": ("no defect found", Verdict.PASSED),
        "History": ("1,000 ≥ 252 bars", Verdict.PASSED),
        "Quorum": ("2 ≥ 2 valid votes", Verdict.PASSED),
        "Risk veto": ("none", Verdict.PASSED),
        "Disagreement": ("0.00 ≤ 0.34", Verdict.PASSED),
        "Confidence": ("0.70 ≥ 0.62", Verdict.PASSED),
        "Volatility percentile": ("0.40 < 0.95", Verdict.PASSED),
        "Portfolio change": ("1.40 % < 1.50 %", Verdict.PASSED),
    }


def test_a_trigger_that_fired_is_told_from_a_rule_that_refused():
    assert shown(ballot(BUY, HOLD))["Disagreement"] == ("0.50 > 0.34", Verdict.FIRED)
    assert shown(ballot(BUY))["Quorum"] == ("1 < 2 valid votes", Verdict.STOPPED)


def test_a_hold_is_exempt_from_the_limit_of_confidence():
    assert shown(ballot(HOLD, HOLD, confidence=0.5))["Confidence"] == (
        "0.50 < 0.62",
        Verdict.EXEMPT,
    )


def test_a_veto_stops_a_buy_and_no_exit():
    veto = risk_manager(veto=True)
    assert shown([*ballot(BUY, BUY), veto])["Risk veto"] == (
        "rule risk manager",
        Verdict.STOPPED,
    )
    sold = shown([*ballot(SELL, SELL), veto], scene(held="10"))
    assert sold["Risk veto"] == ("rule risk manager", Verdict.EXEMPT)
    assert sold["Position to sell"] == ("not in the way", Verdict.PASSED)


def test_the_veto_is_proved_by_its_vote():
    checks = checks_of(case([*ballot(BUY, BUY), risk_manager(veto=True)]))
    assert {check.name: check.seq for check in checks}["Risk veto"] == 12


def test_what_the_book_does_not_hold_cannot_be_sold():
    assert shown(ballot(SELL, SELL))["Position to sell"] == (
        "the book holds none",
        Verdict.STOPPED,
    )


def test_bars_that_cannot_be_trusted_decide_before_anybody_is_counted():
    quarantined = Evidence(symbol=AAPL, quarantine="BAR_GAP", quarantine_detail="a gap")
    rules = shown([], scene(quarantine="BAR_GAP"), quarantined)
    assert rules["Bars can be trusted"] == ("BAR_GAP", Verdict.STOPPED)
    assert "History" not in rules
    assert rules["Quorum"][1] is Verdict.UNMEASURED
    assert rules["Confidence"] == ("not measured", Verdict.UNMEASURED)


def test_a_young_symbol_is_stopped_by_its_history():
    young = Evidence(symbol=AAPL, bars=20)
    rules = shown([vote(ABSTAIN)], scene(bars=20), young)
    assert rules["History"] == ("20 < 252 bars", Verdict.STOPPED)


def test_a_jump_makes_the_regime_wild_before_the_percentile_notices():
    wild = shown(ballot(BUY, BUY), scene(regime=Regime.HIGH_VOLATILITY))
    assert wild["Volatility percentile"] == ("regime high volatility", Verdict.FIRED)
    unmeasured = trigger(TriggerName.HIGH_VOLATILITY, None, 0.95, fired=True)
    assert trigger_text(unmeasured) == "regime high volatility"


@pytest.mark.parametrize("name", TriggerName)
@pytest.mark.parametrize("votes", [ballot(BUY, BUY, SELL, HOLD, confidence=0.5), ballot(BUY, BUY)])
def test_the_signs_agree_with_the_rules_of_the_arena(name, votes):
    measured = escalation_triggers(
        reach_consensus(votes), scene(volatility_percentile=0.95), None, POLICY, armed=True
    )
    found = next(one for one in measured if one.name is name)
    if found.value is not None:
        assert TRIGGER_RULES[name].past(found.value, found.threshold) is found.fired


def test_the_verdicts_are_counted():
    assert verdict_counts(checks_of(case(ballot(BUY, HOLD)))) == (
        ("7 passed", "gain"),
        ("1 fired", "warn"),
    )


@pytest.mark.parametrize(
    ("votes", "at", "words"),
    [
        pytest.param(ballot(BUY, BUY), None, "No trigger fired", id="agreed"),
        pytest.param(ballot(BUY, HOLD), None, "there is no power model to ask", id="disputed"),
        pytest.param(ballot(BUY), None, "quorum not met decides", id="no quorum"),
        pytest.param(
            ballot(SELL, SELL),
            scene(held="10", volatility_percentile=0.99),
            "needs no panel",
            id="an agreed exit",
        ),
    ],
)
def test_the_panel_card_says_why_nobody_was_asked(votes, at, words):
    assert words in panel_words(case(votes, at))


def test_the_plurality_says_how_a_tie_was_broken():
    assert plurality_words(case(ballot(BUY, BUY, HOLD))) == "BUY with 2 of 3 valid votes."
    assert plurality_words(case(ballot(BUY, HOLD))) == (
        "HOLD with 1 of 2 valid votes; BUY and HOLD tie, and HOLD has the larger sum of "
        "confidences, or at equal sums is the more cautious."
    )
    assert plurality_words(case([])) == "There is no valid vote, so there is no plurality."
