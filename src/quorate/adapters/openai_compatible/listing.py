"""What a provider offers, and what a key is good for: for catalogues and settings pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from quorate.adapters.openai_compatible.response import label, malformed
from quorate.adapters.openai_compatible.usage import number
from quorate.kernel.money import Usd

LARGEST: Final = Decimal(1_000_000_000)
"""A price or credit beyond it is no amount of dollars. Ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedModel:
    """A model that a provider offers; prices in dollars a token, None where it tells none."""

    model: str
    context_tokens: int | None = None
    prompt_price: Usd | None = None
    completion_price: Usd | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What was spent with a key, and what may still be, in dollars; no limit is None, and so is what is not told."""

    used: Usd | None
    limit: Usd | None
    remaining: Usd | None


class _Offer(msgspec.Struct):
    id: str
    context_length: Any = None
    pricing: Any = None


class _Offers(msgspec.Struct):
    data: list[_Offer]


class _KeyFacts(msgspec.Struct):
    usage: Any = None
    limit: Any = None
    limit_remaining: Any = None


class _Key(msgspec.Struct):
    data: _KeyFacts


_OFFERS: Final = msgspec.json.Decoder(_Offers, float_hook=number)
_KEY: Final = msgspec.json.Decoder(_Key, float_hook=number)
_UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def models_in(body: bytes, *, source: str) -> tuple[ListedModel, ...]:
    """Return the models in the body of a `GET /models`, by name.

    Raises:
        ModelCallError: it is no list of models (MALFORMED_RESPONSE).
    """
    try:
        offers = _OFFERS.decode(body).data
    except _UNREADABLE:
        offers = None
    if offers is None:
        raise malformed("answered with something that is no list of models", source=source)
    return tuple(sorted(map(_listed, offers), key=lambda listed: listed.model))


def credit_in(body: bytes, *, source: str) -> Credit:
    """Return what the body of OpenRouter's `GET /key` tells.

    Raises:
        ModelCallError: it tells nothing of a key (MALFORMED_RESPONSE).
    """
    try:
        facts = _KEY.decode(body).data
    except _UNREADABLE:
        facts = None
    if facts is None:
        raise malformed("answered with something that tells nothing of a key", source=source)
    return Credit(
        used=_usd(facts.usage), limit=_usd(facts.limit), remaining=_usd(facts.limit_remaining)
    )


def _listed(offer: _Offer) -> ListedModel:
    pricing = offer.pricing if isinstance(offer.pricing, Mapping) else {}
    context = offer.context_length
    return ListedModel(
        model=label(offer.id),
        context_tokens=context if isinstance(context, int) and context > 0 else None,
        prompt_price=_usd(pricing.get("prompt")),
        completion_price=_usd(pricing.get("completion")),
    )


def _usd(value: object) -> Usd | None:
    """Return an amount that came as number or text; OpenRouter's -1 stands for "depends"."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return None
    return Usd(amount) if amount.is_finite() and 0 <= amount <= LARGEST else None
