"""A request for a run: what a person or the cycle asks for, checked before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from quorate.agents.profile import SILENT_ROLES, AgentProfile, Mode
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, ProfileName, StrategyName, Symbol, symbol_in
from quorate.kernel.money import Usd

DEBATE: Final = "debate"
"""All agents answer, one consensus per symbol. Source: R-081."""

COMPETITION: Final = "competition"
"""All agents answer, and each decides for a book of its own. Source: R-081."""

MODES: Final = (DEBATE, COMPETITION)

MAX_SYMBOLS: Final = 50
"""Source: RELIABILITY 6, limits."""

SMALLEST_COST: Final = Decimal("0.000000001")
MOST_COST: Final = Decimal(1_000_000)
"""What a run may be told to stay below, in USD: budgets count billionths of a dollar."""

_NOTHING_WRITTEN = "nothing was written"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What to decide on. None = the latest session, the default book, every enabled profile, no limit of its own.

    `max_cost` is what the run's model calls may cost together; every budget holds beside it. A `strategy` stands in
    for what is not named: its symbols (`symbols` may be empty then), profiles and limit. A `fresh` one uses no
    remembered answer, and has none remembered.
    """

    symbols: tuple[Symbol, ...]
    as_of: date | None = None
    book: BookName | None = None
    profiles: tuple[ProfileName, ...] | None = None
    mode: str = DEBATE
    max_cost: Usd | None = None
    strategy: StrategyName | None = None
    fresh: bool = False
    rounds: int | None = None
    """How many rounds of arguments a dispute gets, 0 to 5; None = as the strategy or the configuration says."""


def checked_request(request: RunRequest, registered: Iterable[AgentProfile]) -> RunRequest:
    """Return `request` with clean symbols and the profiles named that will be asked.

    Raises:
        RejectedError: a symbol, a profile or the mode cannot be run; nothing was written.
    """
    if request.mode not in MODES:
        raise _refusal(
            f"mode {_quoted(request.mode)} cannot be run", f"choose from {', '.join(MODES)}"
        )
    asked = asked_profiles(request.profiles, registered)
    if request.mode == COMPETITION:
        _require_no_waiting(request.profiles or (), asked)
        asked = competitors(asked, named=request.profiles is not None)
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


def checked_cost(text: str) -> Usd:
    """Return what a run is told to stay below.

    Raises:
        RejectedError: it is no amount above zero that budgets can count.
    """
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 < amount <= MOST_COST or amount % SMALLEST_COST:
        raise _refusal(
            f"{_quoted(text)} is nothing that a run can stay below",
            f"name US dollars from {SMALLEST_COST:f} to {MOST_COST}, as in 0.05",
        )
    return Usd(amount)


def asked_profiles(
    named: Sequence[ProfileName] | None, registered: Iterable[AgentProfile]
) -> tuple[AgentProfile, ...]:
    """Return the profiles of the first round by name: those named, else all enabled ones.

    A profile that is asked on a trigger only takes no part in it: who names it says what holds anyway.
    """
    known = {profile.name: profile for profile in registered}
    first_round = [known[name] for name in sorted(known) if _is_asked(known[name])]
    if named is None:
        asked = first_round
        fix = "quorate profiles enable trend"
    else:
        chosen = [_named(name, known) for name in sorted(set(named))]
        asked = [profile for profile in chosen if _is_asked(profile)]
        fix = "name at least one of the first round, or leave the choice to the enabled ones"
    if not asked:
        raise _refusal("no profile would be asked", fix)
    return tuple(asked)


def competitors(asked: Sequence[AgentProfile], *, named: bool) -> tuple[AgentProfile, ...]:
    """Return those of `asked` that decide for a book of their own: who never votes has nothing to decide.

    Raises:
        RejectedError: nobody is left, or one that was named cannot compete.
    """
    silent = [profile.name for profile in asked if not profile.voter]
    voters = tuple(profile for profile in asked if profile.voter)
    if not voters or (named and silent):
        raise _refusal(
            f"{', '.join(silent) or 'nobody'} has no vote, so it cannot compete",
            "name profiles that vote, as in --profiles trend,momentum",
        )
    return voters


def _checked_symbol(text: str) -> Symbol:
    symbol = symbol_in(text)
    if symbol is None:
        raise _refusal(
            f"{_quoted(text)} is not a symbol",
            "use 1 to 15 letters, digits, dots, slashes or hyphens, as in BRK.B",
        )
    return symbol


def _named(name: ProfileName, known: dict[ProfileName, AgentProfile]) -> AgentProfile:
    profile = known.get(name)
    if profile is None:
        raise _refusal(
            f"there is no profile {_quoted(name)}",
            f"choose from {', '.join(sorted(known))}",
            slug="not-found",
        )
    if profile.archived:
        raise _refusal(f"profile '{name}' is archived", "name another one: it never runs again")
    if not profile.enabled:
        raise _refusal(f"profile '{name}' is disabled", f"quorate profiles enable {name}")
    return profile


def _require_no_waiting(named: Iterable[ProfileName], asked: Iterable[AgentProfile]) -> None:
    waiting = sorted(set(named) - {profile.name for profile in asked})
    if waiting:
        raise _refusal(
            f"profile '{waiting[0]}' is asked on a trigger only, and a competition has none",
            "name profiles that vote, as in --profiles trend,momentum",
        )


def _is_asked(profile: AgentProfile) -> bool:
    """Return whether the profile takes part in the first round: enabled, and not one that speaks on a trigger only."""
    waits = profile.mode is Mode.ESCALATION_ONLY or profile.role in SILENT_ROLES
    return profile.enabled and not waits


def _quoted(text: str) -> str:
    """Return `text` in quotes with control characters escaped, cut where it gets long."""
    return repr(text if len(text) <= 40 else f"{text[:40]}...")


def _refusal(cause: str, fix: str, *, slug: str = "") -> RejectedError:
    return RejectedError(cause, effect=_NOTHING_WRITTEN, fix=fix, slug=slug)
