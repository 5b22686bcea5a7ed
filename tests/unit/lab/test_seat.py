"""Seats: who is asked, and under which letter."""

import pytest

from quorate.agents.defaults import DEFAULT_PROFILES
from quorate.kernel.errors import RejectedError
from quorate.lab import chosen, seated
from quorate.llm import ModelId, Rung, Tier
from tests.unit.arena.casts import profile


def ladder(wanted: ModelId, tier: Tier):
    return (Rung(model=wanted, tier=tier),)


def test_who_sits_where_follows_from_the_seed_and_not_from_the_names():
    profiles = [profile(name) for name in ("a", "b", "c", "d", "e")]
    drawn = {
        "".join(seat.profile.name for seat in seated(profiles, str(seed), ladder))
        for seed in range(40)
    }
    assert len(drawn) > 20
    one = seated(profiles, "7", ladder)
    assert one == seated(profiles[::-1], "7", ladder)
    assert [seat.letter for seat in one] == ["A", "B", "C", "D", "E"]


def test_without_names_every_enabled_profile_with_a_model_is_asked():
    with pytest.raises(RejectedError, match="0 profiles that ask a model"):
        chosen((), DEFAULT_PROFILES, least=2)
    asked = chosen((), [*DEFAULT_PROFILES, profile("one"), profile("two")], least=2)
    assert [each.name for each in asked] == ["one", "two"]


def test_a_disabled_profile_may_be_named_for_nobody_trades_here():
    names = ("cheap_tech_analyst", "power_macro_judge", "cheap_tech_analyst")
    asked = chosen(names, DEFAULT_PROFILES, least=2)
    assert [each.name for each in asked] == ["cheap_tech_analyst", "power_macro_judge"]


@pytest.mark.parametrize(
    ("names", "slug"),
    [
        pytest.param(("nobody", "trend"), "not-found", id="not there"),
        pytest.param(("trend", "momentum"), "validation-failed", id="code asks no model"),
        pytest.param(
            ("cheap_tech_analyst",), "validation-failed", id="one alone agrees with nobody"
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(names, slug):
    with pytest.raises(RejectedError) as refused:
        chosen(names, DEFAULT_PROFILES, least=2)
    assert refused.value.slug == slug
    assert refused.value.effect == "nobody was asked"
