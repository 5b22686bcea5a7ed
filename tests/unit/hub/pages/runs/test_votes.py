from dataclasses import replace

import pytest

from quorate.agents.profile import Role
from quorate.arena.record.facts import Cited
from quorate.hub.pages.runs.votes import (
    Seat,
    camps,
    dissent_words,
    left_out_words,
    price_words,
    seated,
    seats_taken,
)
from quorate.kernel.vote import StepKind
from quorate.market.wyckoff import Phase, VolumeTrend
from tests.unit.arena.casts import (
    ABSTAIN,
    BUY,
    HOLD,
    SELL,
    answer,
    ballot,
    cast,
    risk_manager,
    scene,
    vote,
)
from tests.unit.hub.pages.runs.cases import completed_rows

TRAP = scene(phase=Phase.DISTRIBUTION, volume_trend=VolumeTrend.DECLINING)
CHEAP = Seat(tier="cheap", mode="cheap_first", description="a scripted agent")
POWER = Seat(tier="power", mode="escalation_only", description="the judge")


def seats(*votes, **taken):
    cited = [Cited(10 + place, one) for place, one in enumerate(votes)]
    return seated(cited, dict.fromkeys("abcde", CHEAP) | taken)


def names(cards):
    return [card.name for card in cards]


def test_the_seats_are_those_of_the_run_and_not_of_today():
    taken = seats_taken(completed_rows())
    assert taken["trend"].tier == "free"
    assert taken["power_macro_judge"].mode == "escalation_only"


def test_every_vote_sits_where_it_counts():
    found = seats(
        vote(BUY, name="a"),
        vote(ABSTAIN, name="b"),
        risk_manager(),
        replace(vote(SELL, name="judge", role=Role.JUDGE), voter=False, panel=True),
        judge=POWER,
    )
    assert names(found.valid) == ["A"]
    assert names(found.abstained) == ["B"]
    assert names(found.sizers) == ["Rule risk manager"]
    assert names(found.panel) == ["Judge"]
    assert names(found.all) == ["A", "B", "Rule risk manager", "Judge"]


def test_a_card_shows_who_says_what_at_which_price():
    [card] = seats(vote(HOLD, 0.55)).valid
    assert (card.tier, card.tone, card.description) == ("cheap", "", "a scripted agent")
    assert (card.confidence, card.raw, card.colour, card.seq) == (0.55, None, 0, 10)
    assert card.took == "0.0 ms"


def test_an_undiscounted_confidence_says_so():
    [card] = seats(vote(BUY, 0.7)).valid
    assert [step.text for step in card.steps] == ["raw 0.70", "no discount", "final 0.70"]


def test_each_discount_stands_between_raw_and_final_with_its_reason():
    [card] = seats(vote(BUY, 0.9, at=TRAP, fallback_used=True)).valid
    assert [step.text for step in card.steps] == [
        "raw 0.90",
        "fallback \N{MULTIPLICATION SIGN}0.8",
        "hidden hand \N{MULTIPLICATION SIGN}0.5",
        "final 0.36",
    ]
    assert card.raw == 0.9
    assert [step.lowered for step in card.steps] == [False, True, True, False]
    assert card.steps[1].reason == "a fallback model answered"
    assert StepKind.HIDDEN_HAND == "hidden_hand"


def test_an_abstention_has_neither_confidence_nor_steps():
    [card] = seats(vote(ABSTAIN)).abstained
    assert (card.confidence, card.steps) == (None, ())


def test_the_risk_manager_shows_what_it_asks_for():
    [card] = seats(risk_manager()).sizers
    assert card.tier == "rules"
    assert card.wishes == ("cap 1.4 % of equity", "stop 600.01", "target 649.64")


def test_a_profile_that_nobody_registered_has_no_tier():
    [card] = seats(vote(BUY, name="stranger")).valid
    assert (card.tier, card.description) == ("", "")


def test_the_bar_holds_valid_votes_only():
    votes = [*ballot(HOLD, BUY, BUY), vote(ABSTAIN, name="d"), risk_manager()]
    assert [(camp.action, camp.votes) for camp in camps(votes)] == [(BUY, 2), (HOLD, 1)]
    assert camps([risk_manager()]) == ()


@pytest.mark.parametrize(
    ("votes", "limit", "words"),
    [
        pytest.param([], 0.34, "No voter had a view, so there is nothing to count.", id="nobody"),
        pytest.param(
            ballot(BUY, BUY, HOLD),
            0.34,
            "Disagreement = 1 \N{MINUS SIGN} 2/3 = 0.33, within the 0.34 limit.",
            id="within",
        ),
        pytest.param(
            ballot(BUY, HOLD),
            0.34,
            "Disagreement = 1 \N{MINUS SIGN} 1/2 = 0.50, above the 0.34 limit.",
            id="above",
        ),
        pytest.param(
            ballot(BUY, BUY), None, "Disagreement = 1 \N{MINUS SIGN} 2/2 = 0.00.", id="no limit"
        ),
    ],
)
def test_the_disagreement_is_worked_out_beside_its_limit(votes, limit, words):
    assert dissent_words(votes, limit) == words


def test_who_is_not_in_the_bar_is_said():
    assert left_out_words(seats(vote(BUY))) == ""
    assert left_out_words(seats(vote(ABSTAIN))) == "Abstentions are not in this bar."
    assert left_out_words(seats(risk_manager())) == (
        "The agent that only sizes is not in this bar."
    )
    judge = replace(vote(SELL, name="judge", role=Role.JUDGE), voter=False, panel=True)
    assert left_out_words(seats(vote(ABSTAIN), judge, judge=POWER)) == (
        "Abstentions and the panel are not in this bar."
    )


def test_a_run_of_keyless_agents_says_so():
    assert price_words(seats(risk_manager())) == "1 keyless agent"
    assert price_words(seats(cast(answer(BUY)))) == ""
