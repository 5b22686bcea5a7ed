"""Ladders: who may be asked at all."""

from quorate.llm.call import ModelId
from quorate.llm.ladder import Preset, Rung, usable
from quorate.llm.tier import Tier

RUNGS = tuple(
    Rung(model=ModelId(provider, tier.value), tier=tier)
    for tier in (Tier.POWER, Tier.CHEAP, Tier.FREE)
    for provider in ("one", "two")
)


def names(preset, at_most=Tier.POWER, providers=("one", "two"), rungs=RUNGS):
    found = usable(rungs, preset=preset, providers=providers, at_most=at_most)
    return [str(rung.model) for rung in found]


def test_a_preset_leaves_tiers_out():
    assert names(Preset.FREE_ONLY, providers=("one",)) == ["one/free"]
    assert names(Preset.CHEAP_FIRST, providers=("one",)) == ["one/cheap", "one/free"]
    everything = ["one/power", "one/cheap", "one/free"]
    assert names(Preset.CHEAP_AND_POWER, providers=("one",)) == everything


def test_a_fallback_is_never_of_a_dearer_tier_than_the_profile():
    expected = ["one/cheap", "two/cheap", "one/free", "two/free"]
    assert names(Preset.CHEAP_AND_POWER, at_most=Tier.CHEAP) == expected


def test_a_provider_without_a_key_is_not_asked():
    assert names(Preset.FREE_ONLY, providers=()) == []


def test_a_model_is_asked_once():
    assert names(Preset.FREE_ONLY, rungs=RUNGS * 3) == ["one/free", "two/free"]
