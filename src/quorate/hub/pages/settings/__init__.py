"""Settings: general ones, providers and broker with their keys, tokens, health, presets, models, and the Test call."""

from quorate.hub.pages.settings.broker import (
    remove_broker_keys,
    store_broker_keys,
    try_broker,
)
from quorate.hub.pages.settings.presets import apply_preset
from quorate.hub.pages.settings.providers import (
    remove_key,
    settings,
    store_key,
    try_provider,
)
from quorate.hub.pages.settings.sign_ins import sign_out_browsers
from quorate.hub.pages.settings.tokens import make_token, revoke_tokens
from quorate.hub.pages.settings.trial import try_profile, try_profile_form

HANDLERS = (
    apply_preset,
    make_token,
    remove_broker_keys,
    remove_key,
    revoke_tokens,
    settings,
    sign_out_browsers,
    store_broker_keys,
    store_key,
    try_broker,
    try_profile,
    try_profile_form,
    try_provider,
)
"""The routes of the room."""

__all__ = ["HANDLERS"]
