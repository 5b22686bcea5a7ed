"""Swaps: what a what-if has otherwise than the run whose record it stands on.

`model=PROFILE:PROVIDER/MODEL`, `prompt=PROFILE:TEMPLATE/VERSION` and `threshold=NAME:VALUE`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeAlias

from quorate.agents.profile import AgentProfile
from quorate.arena.record import Cast
from quorate.arena.seats import Seats
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import ProfileName
from quorate.kernel.money import Usd
from quorate.llm.call import ModelId
from quorate.llm.catalogue import model_id
from quorate.llm.tier import Tier

MOST_SWAPS: Final = 20
"""Of one what-if. Ours: more is another run."""

LONGEST: Final = 200
"""Characters of one swap. Ours: the longest names of models have about half."""

FORMS: Final = (
    "model=PROFILE:PROVIDER/MODEL, prompt=PROFILE:TEMPLATE/VERSION or threshold=NAME:VALUE"
)

_SWAP = re.compile(r"(model|prompt|threshold)=([a-z][a-z0-9_-]{0,63}):([\x21-\x7e]+)")

TierOf: TypeAlias = Callable[[ModelId], Tier | None]
"""The tier of a model, None where nobody said."""


class SwapKind(StrEnum):
    """What is swapped."""

    MODEL = "model"
    PROMPT = "prompt"
    THRESHOLD = "threshold"


@dataclass(frozen=True, slots=True)
class Swap:
    """One thing that is otherwise: of a profile its model or its prompt template, or a threshold of the run."""

    kind: SwapKind
    name: str
    value: str

    def __str__(self) -> str:
        """Return the swap as it is written."""
        return f"{self.kind}={self.name}:{self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfRequest:
    """What to swap in which run; `max_cost` is what asking again may cost, a `free` one asks nobody."""

    run_id: str
    swaps: tuple[str, ...]
    max_cost: Usd | None = None
    free: bool = False


def checked_swaps(texts: Iterable[str]) -> tuple[Swap, ...]:
    """Return the swaps that `texts` write, in their order.

    Raises:
        RejectedError: one cannot be understood, two swap the same thing, or there are too many.
    """
    swaps = tuple(map(_swap, texts))
    if len(swaps) > MOST_SWAPS:
        raise _refusal(f"{len(swaps)} swaps are more than the {MOST_SWAPS} of one what-if", FORMS)
    places = [(swap.kind, swap.name) for swap in swaps]
    for place, swap in zip(places, swaps, strict=True):
        if places.count(place) > 1:
            raise _refusal(f"the {swap.kind} of '{swap.name}' is swapped twice", "swap it once")
    return swaps


def thresholds_of(swaps: Iterable[Swap]) -> dict[str, str]:
    """Return the thresholds that are swapped, by name, as text."""
    return {swap.name: swap.value for swap in swaps if swap.kind is SwapKind.THRESHOLD}


def profiles_of(swaps: Iterable[Swap]) -> frozenset[ProfileName]:
    """Return the profiles that must be asked again."""
    return frozenset(
        ProfileName(swap.name) for swap in swaps if swap.kind is not SwapKind.THRESHOLD
    )


def swapped_cast(cast: Cast, swaps: Sequence[Swap], tier_of: TierOf) -> Cast:
    """Return who speaks, with the models and prompts of the swaps; a model brings its own tier along.

    Raises:
        RejectedError: a profile does not speak in the run, is no model's, or cannot have what it is given.
    """
    speaking = (*cast.profiles, *cast.seats.speakers, *cast.seats.panel)
    known = {profile.name: profile for profile in speaking}
    for swap in swaps:
        if swap.kind is not SwapKind.THRESHOLD:
            name = ProfileName(swap.name)
            known[name] = _swapped(_speaking(name, known), swap, tier_of)
    return Cast(
        profiles=tuple(known[profile.name] for profile in cast.profiles),
        seats=Seats(
            speakers=tuple(known[profile.name] for profile in cast.seats.speakers),
            panel=tuple(known[profile.name] for profile in cast.seats.panel),
        ),
    )


def _swap(text: str) -> Swap:
    found = _SWAP.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        shown = repr(text if len(text) <= 60 else f"{text[:60]}...")
        raise _refusal(f"{shown} is no swap", f"write it as in {FORMS}")
    return Swap(SwapKind(found[1]), found[2], found[3])


def _speaking(name: ProfileName, known: dict[ProfileName, AgentProfile]) -> AgentProfile:
    profile = known.get(name)
    if profile is None:
        raise _refusal(
            f"profile '{name}' does not speak in this run",
            f"choose from {', '.join(sorted(known)) or 'another run'}",
        )
    if profile.is_rule_agent:
        raise _refusal(
            f"profile '{name}' is a rule agent: it has neither model nor prompt",
            "swap a threshold, or a profile that asks a model",
        )
    return profile


def _swapped(profile: AgentProfile, swap: Swap, tier_of: TierOf) -> AgentProfile:
    if swap.kind is SwapKind.PROMPT:
        return replace(profile, prompt_template=swap.value)
    model = model_id(swap.value)
    tier = tier_of(model) or profile.tier
    return replace(profile, provider=model.provider, model=model.model, tier=tier)


def _refusal(cause: str, fix: str) -> RejectedError:
    return RejectedError(cause, effect="nothing was run", fix=fix)
