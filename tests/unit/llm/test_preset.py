"""The preset in force: the configuration's until somebody applies one, and again when that is given back."""

import pytest

from quorate.kernel.errors import InvariantBrokenError, RejectedError
from quorate.llm.ladder import Preset
from quorate.llm.preset import (
    ABOUT,
    NOTHING_APPLIED,
    TITLES,
    AppliedPreset,
    PresetSource,
    applied_event,
    in_force,
    preset_named,
    read_applied,
)
from quorate.llm.tier import Tier


def test_until_one_is_applied_the_configuration_holds():
    now = in_force(Preset.CHEAP_FIRST, NOTHING_APPLIED)
    assert (now.preset, now.source, now.version) == (
        Preset.CHEAP_FIRST,
        PresetSource.CONFIGURATION,
        0,
    )
    assert now.tiers == {Tier.FREE, Tier.CHEAP}


def test_what_was_applied_holds_and_can_be_given_back():
    applied = read_applied(applied_event(Preset.FREE_ONLY, NOTHING_APPLIED).payload)
    assert applied == AppliedPreset(Preset.FREE_ONLY, 1)
    now = in_force(Preset.CHEAP_AND_POWER, applied)
    assert (now.preset, now.source, now.configured) == (
        Preset.FREE_ONLY,
        PresetSource.APPLIED,
        Preset.CHEAP_AND_POWER,
    )
    back = read_applied(applied_event(None, applied).payload)
    assert back == AppliedPreset(None, 2)
    assert in_force(Preset.CHEAP_AND_POWER, back).source is PresetSource.CONFIGURATION


def test_two_choices_on_the_same_state_are_one_step():
    first, second = (applied_event(each, NOTHING_APPLIED) for each in (Preset.FREE_ONLY, None))
    assert first.step_key == second.step_key
    assert applied_event(None, AppliedPreset(None, 1)).step_key != first.step_key


@pytest.mark.parametrize("payload", [{}, {"version": 1, "preset": "loud"}, {"version": "1"}])
def test_a_damaged_row_is_said(payload):
    with pytest.raises(InvariantBrokenError):
        read_applied(payload)


def test_an_unknown_preset_is_not_found():
    assert preset_named("free_only") is Preset.FREE_ONLY
    with pytest.raises(RejectedError, match="no preset 'loud'") as caught:
        preset_named("loud")
    assert caught.value.slug == "not-found"


def test_every_preset_is_explained():
    assert set(TITLES) == set(ABOUT) == set(Preset)
