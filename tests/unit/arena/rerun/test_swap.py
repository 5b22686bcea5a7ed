import pytest

from quorate.agents.profile import Role
from quorate.arena.record import Cast
from quorate.arena.rerun.swap import (
    LONGEST,
    MOST_SWAPS,
    checked_swaps,
    profiles_of,
    swapped_cast,
    thresholds_of,
)
from quorate.arena.seats import Seats
from quorate.kernel.errors import RejectedError
from quorate.llm.tier import Tier
from tests.unit.arena.casts import PROFILES, profile

CAST = Cast((profile("a"), PROFILES["trend"]), Seats(panel=(profile("judge", Role.JUDGE),)))


def made(*texts, tier=None):
    return swapped_cast(CAST, checked_swaps(texts), lambda _model: tier)


@pytest.mark.parametrize(
    "text",
    [
        "model=a:openai/gpt-5-mini",
        "model=cheap_risk-2:openrouter/openai/gpt-oss-120b:free",
        "prompt=judge:judge/2",
        "threshold=min_confidence:0.7",
    ],
)
def test_a_swap_reads_back_as_it_was_written(text):
    (swap,) = checked_swaps([text])
    assert str(swap) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "model",
        "model=a",
        "model=:openai/x",
        "model=a:",
        "modelx=a:b/c",
        "Model=a:b/c",
        "model=a:b c",
        "model=a:b\nc",
        "threshold=min confidence:1",
        f"model=a:{'x' * LONGEST}",
        "\x00",
        "model=a:gpt\N{RIGHT-TO-LEFT OVERRIDE}",
    ],
    ids=lambda text: repr(text[:24]),
)
def test_what_is_no_swap_is_refused_in_one_short_line(text):
    with pytest.raises(RejectedError, match="is no swap") as refused:
        checked_swaps([text])
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300


def test_the_same_thing_is_swapped_once():
    with pytest.raises(RejectedError, match="the model of 'a' is swapped twice"):
        checked_swaps(["model=a:openai/x", "model=a:openai/y"])
    assert len(checked_swaps(["model=a:openai/x", "prompt=a:judge/1"])) == 2


def test_a_what_if_has_a_bounded_number_of_swaps():
    with pytest.raises(RejectedError, match="more than the 20"):
        checked_swaps(f"threshold=t{number}:1" for number in range(MOST_SWAPS + 1))


def test_only_models_and_prompts_ask_somebody_again():
    swaps = checked_swaps(["threshold=quorum:3", "model=a:openai/x", "prompt=judge:judge/1"])
    assert thresholds_of(swaps) == {"quorum": "3"}
    assert profiles_of(swaps) == {"a", "judge"}


def test_a_model_is_swapped_with_its_provider_and_its_tier():
    swapped = made("model=a:openrouter/big/one", tier=Tier.POWER).profiles[0]
    assert (swapped.provider, swapped.model, swapped.tier) == ("openrouter", "big/one", Tier.POWER)
    assert made("model=a:openrouter/big/one").profiles[0].tier is Tier.CHEAP


def test_a_judge_keeps_its_seat():
    swapped = made("prompt=judge:judge/7", "model=judge:openai/x")
    (judge,) = swapped.seats.panel
    assert (judge.prompt_template, judge.model) == ("judge/7", "x")
    assert swapped.profiles == CAST.profiles


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("model=nobody:openai/x", "does not speak in this run"),
        ("model=trend:openai/x", "is a rule agent"),
        ("prompt=trend:judge/1", "is a rule agent"),
        ("model=a:gpt", "no model"),
    ],
)
def test_what_a_profile_cannot_have_is_refused(text, cause):
    with pytest.raises(RejectedError, match=cause):
        made(text)
