"""Settings: providers and their keys, router presets, the models and their prices, and the Test call."""

from quorate.hub.pages.settings.presets import apply_preset
from quorate.hub.pages.settings.providers import (
    remove_key,
    settings,
    store_key,
    try_provider,
)
from quorate.hub.pages.settings.trial import try_profile, try_profile_form

HANDLERS = (
    apply_preset,
    remove_key,
    settings,
    store_key,
    try_profile,
    try_profile_form,
    try_provider,
)
"""The routes of the room."""

__all__ = ["HANDLERS"]
