"""A request for a run: what a person or the cycle asks for, checked before anything is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from quorate.agents.profile import AgentProfile, Mode
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, ProfileName, Symbol

DEBATE: Final = "debate"
"""All agents answer, one consensus per symbol. Source: R-081; competition comes later."""

MAX_SYMBOLS: Final = 50
"""Source: RELIABILITY 6, limits."""

_SYMBOL = re.compile(r"[A-Z0-9./-]{1,15}")
_NOTHING_WRITTEN = "nothing was written"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What to decide on. None = the latest session, the default book, every enabled profile."""

    symbols: tuple[Symbol, ...]
    as_of: date | None = None
    book: BookName | None = None
    profiles: tuple[ProfileName, ...] | None = None
    mode: str = DEBATE


def checked_request(request: RunRequest, registered: Iterable[AgentProfile]) -> RunRequest:
    """Return `request` with clean symbols and the profiles named that will be asked.

    Raises:
        RejectedError: a symbol, a profile or the mode cannot be run; nothing was written.
    """
    if request.mode != DEBATE:
        raise _refusal(f"mode {_quoted(request.mode)} cannot be run", f"use the mode '{DEBATE}'")
    asked = asked_profiles(request.profiles, registered)
    return replace(
        request,
        symbols=checked_symbols(request.symbols),
        profiles=tuple(profile.name for profile in asked),
    )


def checked_symbols(symbols: Iterable[str]) -> tuple[Symbol, ...]:
    """Return the symbols in upper case, each once, in the order of their first mention."""
    clean = tuple(dict.fromkeys(_checked_symbol(symbol) for symbol in symbols))
    if not clean:
        raise _refusal("no symbol was named", "name at least one, as in 'quorate run AAPL'")
    if len(clean) > MAX_SYMBOLS:
        raise _refusal(
            f"{len(clean)} symbols are more than the {MAX_SYMBOLS} of one run",
            "split them over several runs",
        )
    return clean


def asked_profiles(
    named: Sequence[ProfileName] | None, registered: Iterable[AgentProfile]
) -> tuple[AgentProfile, ...]:
    """Return the profiles of the first round by name: those named, else all enabled ones.

    A profile that is asked on a trigger only takes no part in it, and cannot be named.
    """
    known = {profile.name: profile for profile in registered}
    first_round = [known[name] for name in sorted(known) if _is_asked(known[name])]
    if named is None:
        asked = first_round
        fix = "quorate profiles enable trend"
    else:
        asked = [_named(name, known) for name in sorted(set(named))]
        fix = "name at least one, or leave the choice to the enabled ones"
    if not asked:
        raise _refusal("no profile would be asked", fix)
    return tuple(asked)


def _checked_symbol(text: str) -> Symbol:
    symbol = text.strip()
    if not symbol.isascii() or not _SYMBOL.fullmatch(symbol.upper()):
        raise _refusal(
            f"{_quoted(text)} is not a symbol",
            "use 1 to 15 letters, digits, dots, slashes or hyphens, as in BRK.B",
        )
    return Symbol(symbol.upper())


def _named(name: ProfileName, known: dict[ProfileName, AgentProfile]) -> AgentProfile:
    profile = known.get(name)
    if profile is None:
        raise _refusal(
            f"there is no profile {_quoted(name)}",
            f"choose from {', '.join(sorted(known))}",
            slug="not-found",
        )
    if not profile.enabled:
        raise _refusal(f"profile '{name}' is disabled", f"quorate profiles enable {name}")
    if not _is_asked(profile):
        raise _refusal(
            f"profile '{name}' is asked on a trigger only", "leave it out, a trigger will ask it"
        )
    return profile


def _is_asked(profile: AgentProfile) -> bool:
    return profile.enabled and profile.mode is not Mode.ESCALATION_ONLY


def _quoted(text: str) -> str:
    """Return `text` in quotes with control characters escaped, cut where it gets long."""
    return repr(text if len(text) <= 40 else f"{text[:40]}...")


def _refusal(cause: str, fix: str, *, slug: str = "") -> RejectedError:
    return RejectedError(cause, effect=_NOTHING_WRITTEN, fix=fix, slug=slug)
