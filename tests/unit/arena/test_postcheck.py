from collections.abc import Sequence
from dataclasses import replace

import pytest

from quorate.arena.postcheck import violations
from quorate.arena.record import Cited, RecordedRun, read_run
from quorate.kernel.action import DecisionReason, FinalAction
from quorate.kernel.confidence import Confidence
from quorate.kernel.decision import Decision
from quorate.kernel.ids import DecisionId, Symbol, decision_id
from quorate.kernel.vote import StepKind, Vote
from tests.unit.arena.casts import ABSTAIN, BUY, HOLD, POLICY, SELL, ballot, entries, vote
from tests.unit.arena.record.runs import facts

READ = read_run(entries(facts()))
RUN = replace(
    READ,
    decisions=tuple(
        Cited(seq, replace(made, decision_id=decision_id(READ.run_id, made.symbol)))
        for seq, made in READ.decisions
    ),
)
BOUGHT = next(made.fact for made in RUN.decisions if made.fact.symbol == "AAPL")


def run_with(
    votes: Sequence[Vote] | None = None, decisions: Sequence[Decision] | None = None
) -> RecordedRun:
    """The recorded run with other votes or decisions in it."""
    changed = RUN
    if votes is not None:
        changed = replace(changed, votes=tuple(Cited(1, given) for given in votes))
    if decisions is not None:
        changed = replace(changed, decisions=tuple(Cited(2, made) for made in decisions))
    return changed


def found(votes=None, **changes) -> tuple[str, ...]:
    """What is wrong with the BUY of AAPL, changed so, on these votes (three that all say BUY)."""
    given = ballot(BUY, BUY, BUY) if votes is None else votes
    others = [made.fact for made in RUN.decisions if made.fact.symbol != "AAPL"]
    return violations(run_with(given, [replace(BOUGHT, **changes), *others]), POLICY)


def test_a_run_as_the_arena_makes_it_breaks_nothing():
    assert violations(RUN, POLICY) == ()
    assert found() == ()


def test_a_symbol_without_a_decision_is_told():
    assert violations(run_with(decisions=[BOUGHT]), POLICY) == (
        "IBM has 0 decisions instead of one",
    )


def test_a_symbol_with_two_decisions_is_told():
    twice = [*(made.fact for made in RUN.decisions), BOUGHT]
    assert violations(run_with(decisions=twice), POLICY) == ("AAPL has 2 decisions instead of one",)


def test_a_decision_that_nobody_asked_for_is_told():
    foreign = replace(BOUGHT, symbol=Symbol("XYZ"), decision_id=DecisionId("dec_1"))
    told = violations(run_with(decisions=[*(made.fact for made in RUN.decisions), foreign]), POLICY)
    assert "XYZ has a decision, and nobody asked for one" in told


def test_a_decision_under_a_foreign_id_is_told():
    assert found(decision_id=DecisionId("dec_1")) == ("the decision on AAPL carries a foreign id",)


def with_steps(**changes) -> Vote:
    """A BUY whose chain has some step changed: `fallback={"factor": 0.8}`."""
    given = vote(BUY)
    steps = tuple(replace(step, **changes.get(step.kind, {})) for step in given.steps)
    return replace(given, steps=steps)


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        pytest.param(
            with_steps(fallback={"factor": 0.8}), "is believed 0.7 after fallback, not 0.7 x 0.8",
            id="a factor that was not applied",
        ),
        pytest.param(
            with_steps(hidden_hand={"value": 0.9}), "is believed 0.9 after hidden_hand",
            id="a value out of nowhere",
        ),
        pytest.param(
            replace(vote(BUY), steps=vote(BUY).steps[:3]), "has a confidence chain of raw, calibrated",
            id="a link that is missing",
        ),
        pytest.param(
            replace(vote(BUY), steps=(*vote(BUY).steps, vote(BUY).steps[-1])),
            "hidden_hand, hidden_hand", id="a link twice",
        ),
        pytest.param(
            replace(vote(BUY), steps=vote(BUY).steps[::-1]), "has a confidence chain of hidden_hand",
            id="links in another order",
        ),
        pytest.param(
            replace(vote(BUY), confidence=Confidence(0.9)), "does not end where its confidence chain",
            id="another end",
        ),
        pytest.param(
            replace(vote(BUY), confidence=None), "does not end where its confidence chain",
            id="no end",
        ),
        pytest.param(
            replace(vote(ABSTAIN), confidence=Confidence(0.9)),
            "does not end where its confidence chain", id="a belief without a chain",
        ),
    ],
)  # fmt: skip
def test_a_broken_confidence_chain_is_told(broken, told):
    """Source: RELIABILITY 4.2, invariant 12."""
    texts = found([*ballot(BUY, BUY), replace(broken, profile="c")])
    assert any(text.startswith("the vote of c on AAPL") and told in text for text in texts)


def test_the_chain_of_a_vote_is_the_four_links_in_their_order():
    assert [step.kind for step in vote(BUY).steps] == list(StepKind)


@pytest.mark.parametrize("action", [FinalAction.BUY, FinalAction.SELL])
@pytest.mark.parametrize(
    ("actions", "told"),
    [
        pytest.param([BUY], "has 1 valid votes, 2 are needed", id="no quorum"),
        pytest.param([], "has 0 valid votes, 2 are needed", id="no vote at all"),
        pytest.param([BUY, ABSTAIN, ABSTAIN], "has 1 valid votes", id="abstentions are no votes"),
        pytest.param([BUY, HOLD], "stands against 0.50 of the votes", id="half of the votes"),
        pytest.param([BUY, BUY, HOLD, HOLD, HOLD], "stands against 0.60", id="most of the votes"),
    ],
)
def test_new_risk_on_too_few_votes_is_told(action, actions, told):
    """Source: RELIABILITY 4.2, invariant 17."""
    votes = ballot(*(SELL if a is BUY and action == "SELL" else a for a in actions))
    assert any(text.startswith(f"{action} AAPL {told}") for text in found(votes, action=action))


@pytest.mark.parametrize(
    ("actions", "breaks"),
    [
        pytest.param([BUY, BUY, HOLD], False, id="one of three is within the limit"),
        pytest.param([BUY] * 33 + [HOLD] * 17, False, id="exactly 0.34 is within"),
        pytest.param([BUY, BUY, BUY, HOLD, HOLD], True, id="two of five are too many"),
    ],
)
def test_dissent_is_allowed_up_to_its_limit(actions, breaks):
    votes = [vote(action, name=f"v{place}") for place, action in enumerate(actions)]
    assert any("stands against" in text for text in found(votes)) is breaks


def test_dissent_exactly_at_its_limit_is_allowed():
    policy = replace(POLICY, max_disagreement=0.5)
    run = run_with(ballot(BUY, BUY, HOLD, HOLD))
    assert not any("stands against" in text for text in violations(run, policy))
    assert any("stands against" in text for text in violations(run, POLICY))


@pytest.mark.parametrize(
    ("confidence", "told"),
    [
        pytest.param(Confidence(0.62), (), id="at the limit"),
        pytest.param(Confidence(0.61), ("BUY AAPL has confidence 0.61",), id="below it"),
        pytest.param(None, ("BUY AAPL has confidence 0.00",), id="none"),
    ],
)
def test_new_risk_needs_confidence(confidence, told):
    assert found(confidence=confidence) == told


def vetoing(name: str = "c") -> Vote:
    given = vote(BUY, name=name)
    return replace(given, role="risk_manager", answer=replace(given.answer, veto=True))


def test_a_buy_against_a_veto_is_told():
    assert found([*ballot(BUY, BUY), vetoing()]) == ("BUY AAPL stands against a veto",)


def test_an_exit_may_stand_against_a_veto():
    votes = [*ballot(SELL, SELL), replace(vetoing(), answer=replace(vetoing().answer, action=SELL))]
    assert found(votes, action=FinalAction.SELL) == ()


def test_a_veto_of_somebody_else_is_none():
    """The arena asks `is_veto` (R-076): an analyst's veto does not stop it, so the check must not either."""
    assert found([*ballot(BUY, BUY), replace(vetoing(), role="technical_analyst")]) == ()


@pytest.mark.parametrize("action", [FinalAction.HOLD, FinalAction.NO_TRADE])
def test_doing_nothing_needs_neither_votes_nor_confidence(action):
    assert found([], action=action, confidence=None) == ()


def test_the_votes_on_another_symbol_do_not_count():
    votes = [
        replace(given, answer=replace(given.answer, symbol=Symbol("IBM")))
        for given in ballot(BUY, BUY, BUY)
    ]
    assert any("has 0 valid votes" in text for text in found(votes))


def test_a_ruling_that_only_the_panels_own_vote_of_the_first_round_backs_is_told():
    judged = replace(vote(BUY, name="judge"), voter=False, panel=True)
    ruled = {"reason": DecisionReason.PANEL, "escalated": True, "confidence": Confidence(0.7)}
    assert found([*ballot(BUY, HOLD), judged], **ruled) == ()
    itself = [vote(BUY, name="judge"), vote(HOLD, name="b"), judged]
    assert found(itself, **ruled) == ("BUY AAPL is the panel's alone",)
