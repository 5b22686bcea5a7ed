"""A competition: who takes part on which terms, and the one table of the states that it walks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NewType

from quorate.agents.profile import AgentProfile
from quorate.arena.record.phrases import count
from quorate.arena.request import asked_profiles, checked_symbols, competitors
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import ProfileName, Symbol
from quorate.kernel.money import Usd
from quorate.kernel.transition import TransitionTable
from quorate.portfolio import PortfolioPolicy

CompetitionId = NewType("CompetitionId", str)

BUY_AND_HOLD: Final = "buy_and_hold"
NO_TRADE: Final = "no_trade"
BASELINES: Final = (BUY_AND_HOLD, NO_TRADE)
"""The books that nobody decides for: every symbol bought once and kept, and cash alone. Source: DESIGN 6."""

DEFAULT_CAPITAL: Final = Usd(Decimal(100_000))

MOST_PARTICIPANTS: Final = 20
MOST_SESSIONS: Final = 2520
"""Ten years of sessions: more than the packaged history would compare in any useful time."""

LONGEST_NAME: Final = 80
LEAST_CAPITAL: Final = 1_000
MOST_CAPITAL: Final = 1_000_000_000

_NOTHING = "nothing was written"


class CompetitionStatus(StrEnum):
    """Where a competition is. A running one whose process died goes on when it is started again."""

    CREATED = "created"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"


class CompetitionAct(StrEnum):
    """What moves a competition."""

    START = "start"
    FINISH = "finish"
    STOP = "stop"


_S, _A = CompetitionStatus, CompetitionAct

COMPETITION_TABLE: Final[TransitionTable[CompetitionStatus, CompetitionAct]] = TransitionTable(
    name="competition",
    moves=MappingProxyType(
        {
            _S.CREATED: {_A.START: _S.RUNNING, _A.STOP: _S.STOPPED},
            _S.RUNNING: {
                _A.START: _S.RUNNING,
                _A.FINISH: _S.FINISHED,
                _A.STOP: _S.STOPPED,
            },
        }
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetitionRequest:
    """A competition that somebody wants. None = every enabled profile that votes, all that is stored, no limit."""

    name: str
    symbols: tuple[Symbol, ...]
    profiles: tuple[ProfileName, ...] | None = None
    first: date | None = None
    last: date | None = None
    capital: Usd = DEFAULT_CAPITAL
    max_cost: Usd | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is equal for everybody, frozen when the competition is created: a later change does not reach it.

    `profiles` are the participants as they stood then, by name; `sessions` are played in turn, one round each.
    """

    name: str
    profiles: tuple[AgentProfile, ...]
    symbols: tuple[Symbol, ...]
    sessions: tuple[date, ...]
    capital: Usd
    max_cost: Usd | None
    portfolio: PortfolioPolicy
    config_hash: str

    @property
    def participants(self) -> tuple[ProfileName, ...]:
        """Return the names of the participants."""
        return tuple(profile.name for profile in self.profiles)

    @property
    def is_free(self) -> bool:
        """Return whether nobody who takes part costs anything."""
        return all(profile.is_rule_agent for profile in self.profiles)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetitionLine:
    """One line of the list: `rounds` of `sessions` are played; `playing` says that a process is at it."""

    competition_id: str
    name: str
    status: str
    profiles: tuple[str, ...]
    symbols: tuple[str, ...]
    first: str
    last: str
    sessions: int
    rounds: int
    created_at: str
    ended_at: str
    playing: bool


def checked_terms(
    wanted: CompetitionRequest,
    registered: Iterable[AgentProfile],
    sessions: Collection[date],
    *,
    portfolio: PortfolioPolicy,
    config_hash: str,
) -> Terms:
    """Return the terms of a competition over those of the stored `sessions` that it asks for.

    Raises:
        RejectedError: it cannot be held; nothing was written.
    """
    named = wanted.profiles is not None
    profiles = competitors(asked_profiles(wanted.profiles, registered), named=named)
    if len(profiles) > MOST_PARTICIPANTS:
        raise _refusal(
            f"{len(profiles)} participants are more than {MOST_PARTICIPANTS}",
            "name fewer profiles",
        )
    return Terms(
        name=_checked_name(wanted.name),
        profiles=profiles,
        symbols=checked_symbols(wanted.symbols),
        sessions=_played(sessions, wanted.first, wanted.last),
        capital=_checked_capital(wanted.capital),
        max_cost=_checked_cost(wanted.max_cost),
        portfolio=portfolio,
        config_hash=config_hash,
    )


def _played(stored: Collection[date], first: date | None, last: date | None) -> tuple[date, ...]:
    chosen = sorted(
        day for day in stored if (first is None or day >= first) and (last is None or day <= last)
    )
    if len(chosen) < 2:
        raise _refusal(
            f"that time has {count(len(chosen), 'session')} of stored bars, a competition needs two at least: "
            "what is decided at one close is filled at the next open",
            _span(sorted(stored)),
        )
    if len(chosen) > MOST_SESSIONS:
        raise _refusal(
            f"{len(chosen)} sessions are more than the {MOST_SESSIONS} of one competition",
            "name a shorter time with --from and --to",
        )
    return tuple(chosen)


def _span(stored: Sequence[date]) -> str:
    if not stored:
        return "quorate data import FILE, or quorate data list to see what there is"
    return f"choose --from and --to between {stored[0]} and {stored[-1]}"


def _checked_name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise _refusal(
            f"a competition's name has 1 to {LONGEST_NAME} visible characters",
            "name it as in 'winter 2012'",
        )
    return name


def _checked_capital(capital: Usd) -> Usd:
    amount = capital.amount
    if not LEAST_CAPITAL <= amount <= MOST_CAPITAL or amount != amount.quantize(Decimal("0.01")):
        raise _refusal(
            f"${capital} is no starting capital",
            f"name whole cents from ${LEAST_CAPITAL} to ${MOST_CAPITAL}",
        )
    return capital


def _checked_cost(max_cost: Usd | None) -> Usd | None:
    if max_cost is not None and max_cost.amount < 0:
        raise _refusal(f"${max_cost} is no limit", "name US dollars, as in --max-cost 2")
    return max_cost


def _refusal(cause: str, fix: str) -> RejectedError:
    return RejectedError(cause, effect=_NOTHING, fix=fix)
