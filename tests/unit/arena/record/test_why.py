from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.agents.profile import Role
from quorate.arena.record.evidence import Evidence
from quorate.arena.record.facts import Cited
from quorate.arena.record.why import OUTCOMES, Case, why
from quorate.kernel.action import DecisionReason
from quorate.kernel.vote import Sizing, SizingKind
from quorate.market.regime import Regime
from quorate.market.wyckoff import Phase, VolumeTrend
from tests.unit.arena.casts import (
    AAPL,
    ABSTAIN,
    BUY,
    HOLD,
    SELL,
    answer,
    ballot,
    cast,
    decided,
    header,
    risk_manager,
    scene,
    vote,
)

SEEN = Evidence(
    symbol=AAPL,
    bars=1000,
    first_session="2000-03-01",
    last_session="2012-08-08",
    close="619.86",
    regime="high_volatility",
    regime_reason="calmer in 97.0% of the last 252 sessions",
    last_change=-0.12,
    phase="markup",
    volume_trend="neutral",
)
NOT_SEEN = Evidence(symbol=AAPL)
TRAP = scene(phase=Phase.DISTRIBUTION, volume_trend=VolumeTrend.DECLINING)


def case(votes, at=None, seen=SEEN):
    return Case(
        header=Cited(1, header()),
        evidence=Cited(2, seen),
        votes=tuple(Cited(10 + place, cast) for place, cast in enumerate(votes)),
        decision=Cited(99, decided(votes, at)),
    )


def texts(votes, at=None, seen=SEEN):
    return [sentence.text for sentence in why(case(votes, at, seen))]


def test_a_buy_is_told_from_the_close_to_the_order():
    votes = [*ballot(BUY, BUY, HOLD), vote(ABSTAIN, name="d"), risk_manager()]
    assert " ".join(texts(votes)) == (
        "AAPL closed at 619.86 on 2012-08-08, bar 1000 of its history; the regime is high "
        "volatility (calmer in 97.0% of the last 252 sessions), the Wyckoff phase markup, the "
        "volume trend neutral. "
        "Of 3 valid votes 2 say BUY (a 0.70, b 0.70) and 1 says HOLD (c 0.70); d (no setup) "
        "abstained; rule_risk_manager had no vote. "
        "No confidence was discounted: no fallback model answered, and no vote contradicts the "
        "Wyckoff phase. "
        "No trigger fired: the disagreement of 0.33 is within the 0.34 limit; the confidence of "
        "0.70 reaches the 0.62 limit; the volatility's percentile of 0.40 is below the 0.95 limit; "
        "an order of 1.40 % of equity is below the 1.50 % limit. "
        "So the decision is BUY: 1.4 % of equity, stop 600.01, target 649.64, 20 sessions at most, "
        "with confidence 0.70."
    )


def test_each_sentence_names_the_rows_that_prove_it():
    rows = [sentence.evidence for sentence in why(case(ballot(BUY, BUY)))]
    assert rows == [
        ("journal:2",),
        ("journal:10", "journal:11"),
        ("journal:10", "journal:11"),
        ("journal:2", "journal:99"),
        ("journal:99", "journal:1"),
    ]


def test_a_hold_is_told_without_triggers():
    told = texts(ballot(HOLD, HOLD, BUY))
    assert told[3] == (
        "No trigger applies to an undisputed HOLD: the disagreement of 0.33 is within the 0.34 "
        "limit."
    )
    assert told[4] == (
        "So the decision is HOLD: most voters want to keep things as they are, with confidence "
        "0.70."
    )


def test_a_discount_is_told_with_its_factor_and_reason():
    votes = [vote(BUY, 0.9, "a", at=TRAP, fallback_used=True), vote(HOLD, 0.9, "b")]
    assert texts(votes)[2] == (
        "Confidence was discounted: a times 0.8 to 0.72 (a fallback model answered); a times 0.5 "
        "to 0.36 (BUY in distribution on declining volume may step into an upthrust)."
    )


@pytest.mark.parametrize(
    ("votes", "at", "phrase"),
    [
        pytest.param(
            ballot(BUY, BUY, BUY, HOLD, HOLD),
            None,
            "the disagreement of 0.40 is above the 0.34 limit",
            id="disagreement",
        ),
        pytest.param(
            ballot(BUY, BUY, confidence=0.6),
            None,
            "the confidence of 0.60 is below the 0.62 limit",
            id="low confidence",
        ),
        pytest.param(
            ballot(BUY, BUY),
            scene(regime=Regime.HIGH_VOLATILITY, volatility_percentile=0.97),
            "the volatility's percentile of 0.97 reaches the 0.95 limit",
            id="high volatility",
        ),
        pytest.param(
            ballot(BUY, BUY),
            scene(regime=Regime.HIGH_VOLATILITY, volatility_percentile=0.4),
            "the regime is high volatility after a change of -12.0 %",
            id="a jump",
        ),
        pytest.param(
            [*ballot(BUY, BUY), risk_manager(size="0.02")],
            None,
            "an order of 2.00 % of equity reaches the 1.50 % limit",
            id="portfolio delta",
        ),
    ],
)
def test_a_fired_trigger_is_told_with_value_and_limit(votes, at, phrase):
    told = texts(votes, at)
    assert told[3] == f"This asks for the power panel: {phrase}."
    assert told[4] == (
        "So the decision is NO_TRADE: the power panel would have to decide, and there is no power "
        "model to ask."
    )


def test_a_veto_names_who_and_why_and_its_row():
    *_, triggers, outcome = why(case([*ballot(BUY, BUY), risk_manager(veto=True)]))
    assert triggers.text.startswith("No trigger applies to a vetoed BUY: the disagreement of 0.00")
    assert outcome.text == (
        "So the decision is NO_TRADE: new risk is vetoed by rule_risk_manager (No new risk, the "
        "regime is bearish.)."
    )
    assert "journal:12" in outcome.evidence


def test_a_missing_quorum_is_told_beside_the_quorum():
    told = texts([vote(BUY, name="a"), vote(ABSTAIN, name="b")])
    assert told[1] == "The one valid vote says BUY (a 0.70); b (no setup) abstained."
    assert told[-1] == ("So the decision is NO_TRADE: 1 valid vote cannot decide, the quorum is 2.")


def test_without_any_valid_vote_there_is_nothing_to_discount():
    assert texts([vote(ABSTAIN, name="a"), vote(BUY, name="b", role=Role.BULL)])[1:] == [
        "There is no valid vote; a (no setup) abstained; b had no vote.",
        "So the decision is NO_TRADE: 0 valid votes cannot decide, the quorum is 2.",
    ]


@pytest.mark.parametrize(
    ("votes", "end"),
    [
        pytest.param(ballot(BUY, SELL), ", a tie that goes to SELL.", id="by caution"),
        pytest.param(
            [vote(BUY, 0.8, "a"), vote(HOLD, 0.7, "b")],
            ", a tie that goes to BUY.",
            id="by confidence",
        ),
        pytest.param(ballot(BUY, BUY, HOLD), "1 says HOLD (c 0.70).", id="no tie"),
    ],
)
def test_a_tie_names_the_camp_that_won(votes, end):
    assert texts(votes)[1].endswith(end)


def test_an_exit_is_told_with_its_quantity():
    assert texts(ballot(SELL, SELL), scene(held="1"))[-1] == (
        "So the decision is SELL: 1 AAPL, with confidence 0.70."
    )


def test_an_exit_past_a_trigger_says_why_it_needs_no_panel():
    storm = scene(regime=Regime.HIGH_VOLATILITY, volatility_percentile=0.97, held="1")
    assert texts(ballot(SELL, SELL), storm)[-1].endswith(
        "an exit that the voters agree on needs no panel."
    )


def test_an_entry_by_quantity_without_exits_is_told_plainly():
    sized = Sizing(kind=SizingKind.QTY, value=Decimal(1))
    votes = [cast(answer(BUY, sizing=sized, horizon=None), name) for name in "ab"]
    assert texts(votes)[-1] == "So the decision is BUY: 1 AAPL, with confidence 0.70."


@pytest.mark.parametrize(
    ("votes", "at", "seen", "first", "last"),
    [
        pytest.param(
            ballot(SELL, SELL),
            None,
            SEEN,
            "AAPL closed at 619.86",
            "most voters want to sell, but the book holds no AAPL.",
            id="nothing to sell",
        ),
        pytest.param(
            [],
            scene(quarantine="BAR_GAP"),
            replace(NOT_SEEN, quarantine="BAR_GAP", quarantine_detail="no bar for 20 days"),
            "AAPL is quarantined with BAR_GAP: no bar for 20 days.",
            "a quarantined symbol is never traded. Import sound bars with 'quorate data import "
            "FILE'.",
            id="quarantined",
        ),
        pytest.param(
            [],
            scene(bars=0),
            NOT_SEEN,
            "No bar of AAPL is known up to 2012-08-08.",
            "nothing can be decided without bars. Import sound bars with 'quorate data import "
            "FILE'.",
            id="no data",
        ),
        pytest.param(
            ballot(BUY, BUY),
            scene(bars=100),
            replace(SEEN, bars=100),
            "AAPL closed at 619.86",
            "100 bars are fewer than the 252 that a decision needs.",
            id="too short",
        ),
    ],
)
def test_a_refusal_says_what_is_missing(votes, at, seen, first, last):
    told = texts(votes, at, seen)
    assert told[0].startswith(first)
    assert told[-1] == f"So the decision is NO_TRADE: {last}"
    assert not any("  " in text for text in told)


def test_without_votes_the_decision_row_proves_that_nobody_voted():
    _, votes, *_ = why(case([], scene(bars=0), NOT_SEEN))
    assert votes == ("Nobody voted.", ("journal:99",))


def test_every_reason_has_its_words():
    assert set(OUTCOMES) == set(DecisionReason)
