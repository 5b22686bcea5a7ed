"""A seat: a profile's place in an experiment, under a letter; who sits where is drawn, and the seed is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from quorate.agents.profile import AgentProfile
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import ProfileName
from quorate.llm import ModelId, Tier
from quorate.llm.ladder import Rung

LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

MOST_SEATS: Final = 12
"""Ours: more answers than this nobody reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A profile under a letter, and the models that may answer for it, the first one first; none where none can."""

    letter: str
    profile: AgentProfile
    ladder: tuple[Rung, ...]


def seated(
    profiles: Iterable[AgentProfile],
    seed: str,
    ladder: Callable[[ModelId, Tier], tuple[Rung, ...]],
) -> tuple[Seat, ...]:
    """Return the profiles in an order that only `seed` knows, under letters from A on.

    `ladder` says which models may answer for one that is wanted, within a tier.
    """
    drawn = sorted(profiles, key=lambda profile: sha256_hex(f"{seed}\n{profile.name}"))
    return tuple(
        Seat(
            letter=letter,
            profile=profile,
            ladder=ladder(ModelId(profile.provider, profile.model), profile.tier),
        )
        for letter, profile in zip(LETTERS, drawn, strict=False)
    )


def chosen(
    named: Sequence[ProfileName], registered: Iterable[AgentProfile], *, least: int
) -> tuple[AgentProfile, ...]:
    """Return the profiles named, else every enabled one that asks a model.

    A named one need not be enabled: nobody trades here.

    Raises:
        RejectedError: one is not there or asks no model, or there are too few or too many.
    """
    known = {profile.name: profile for profile in registered}
    if named:
        found = [_asks_a_model(name, known) for name in dict.fromkeys(named)]
    else:
        found = [each for each in known.values() if each.enabled and not each.is_rule_agent]
    if not least <= len(found) <= MOST_SEATS:
        raise _refused(
            f"{len(found)} profiles that ask a model, where {least} to {MOST_SEATS} are needed",
            "name them with --profiles, or: quorate profiles enable NAME",
        )
    return tuple(found)


def _asks_a_model(name: ProfileName, known: dict[ProfileName, AgentProfile]) -> AgentProfile:
    if name not in known:
        raise _refused(
            f"there is no profile {name[:40]!a}",
            f"choose from {', '.join(sorted(known))}",
            slug="not-found",
        )
    if known[name].is_rule_agent:
        raise _refused(f"profile '{name}' is code and asks no model", "name profiles that do")
    return known[name]


def _refused(cause: str, fix: str, *, slug: str = "") -> RejectedError:
    return RejectedError(cause, effect="nobody was asked", fix=fix, slug=slug)
