"""A competition: who takes part on which terms, and the one table of the states that it walks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NewType

from quorate.agents.profile import AgentProfile
from quorate.arena.competition.entrant import Entrant
from quorate.arena.competition.trader import TraderName
from quorate.arena.record.phrases import count
from quorate.arena.request import asked_profiles, checked_symbols, competitors
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import ProfileName, Symbol
from quorate.kernel.money import Usd
from quorate.kernel.transition import TransitionTable
from quorate.market.asset_kind import is_pair
from quorate.portfolio import PortfolioPolicy
from quorate.portfolio.book import BookMode

CompetitionId = NewType("CompetitionId", str)

BUY_AND_HOLD: Final = "buy_and_hold"
NO_TRADE: Final = "no_trade"
BASELINES: Final = (BUY_AND_HOLD, NO_TRADE)
"""The books that nobody decides for: every symbol bought once and kept, and cash alone. Source: DESIGN 6."""

DEFAULT_CAPITAL: Final = Usd(Decimal(100_000))

MOST_PARTICIPANTS: Final = 20
MOST_SESSIONS: Final = 2520
"""Ten years of sessions: more than the packaged history would compare in any useful time."""

USUAL_ROUNDS: Final = 20
MOST_ROUNDS: Final = 252
"""Sessions of a paper competition: a month, and a year.  Ours: each is a day of waiting."""

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
    """A competition that somebody wants. None = every enabled profile that votes, all that is stored, no limit.

    Where `traders` are named, None is no profile beside them. REPLAY has `first` and `last`, PAPER has `rounds`.
    """

    name: str
    symbols: tuple[Symbol, ...]
    profiles: tuple[ProfileName, ...] | None = None
    traders: tuple[TraderName, ...] = ()
    mode: BookMode = BookMode.REPLAY
    rounds: int | None = None
    first: date | None = None
    last: date | None = None
    capital: Usd = DEFAULT_CAPITAL
    max_cost: Usd | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is equal for everybody, frozen when the competition is created: a later change does not reach it.

    `profiles` are all agents as they stood then, by name; those of no trader in `traders` decide for a book of their
    own. REPLAY: `sessions` are played in turn, one round each. PAPER: there are none, it plays `paper_rounds` sessions
    as they come.
    """

    name: str
    profiles: tuple[AgentProfile, ...]
    symbols: tuple[Symbol, ...]
    sessions: tuple[date, ...]
    capital: Usd
    max_cost: Usd | None
    portfolio: PortfolioPolicy
    config_hash: str
    traders: tuple[Entrant, ...] = ()
    mode: BookMode = BookMode.REPLAY
    paper_rounds: int = 0

    @property
    def participants(self) -> tuple[str, ...]:
        """Return the names of those who have a book, sorted."""
        return tuple(sorted({self.seats[profile.name] for profile in self.profiles}))

    @property
    def seats(self) -> Mapping[str, str]:
        """Return for whom each agent decides, by its name: itself, or its trader."""
        members = {
            str(each): str(trader.name) for trader in self.traders for each in trader.members
        }
        return {each.name: members.get(each.name, each.name) for each in self.profiles}

    @property
    def length(self) -> int:
        """Return how many rounds are played to its end."""
        return len(self.sessions) or self.paper_rounds

    def limits_of(self, book: str) -> PortfolioPolicy:
        """Return the costs and limits of a book: the general ones, a trader's own where they are tighter."""
        own = [trader.portfolio for trader in self.traders if trader.name == book]
        return own[0] if own else self.portfolio

    def horizon_of(self, book: str) -> int | None:
        """Return the shortest horizon of those who decide for a book, None for a baseline."""
        seats = self.seats
        found = (each.horizon for each in self.profiles if seats[each.name] == book)
        return min(found, default=None)

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
    mode: str = BookMode.REPLAY.value
    kind: str = "competition"


def checked_terms(
    wanted: CompetitionRequest,
    registered: Iterable[AgentProfile],
    sessions: Collection[date],
    *,
    portfolio: PortfolioPolicy,
    config_hash: str,
    traders: Sequence[Entrant] = (),
) -> Terms:
    """Return the terms of a competition over those of the stored `sessions` that it asks for.

    `traders` are those that it names, their agents among `registered` as they would play.

    Raises:
        RejectedError: it cannot be held; nothing was written.
    """
    profiles = competing(wanted, tuple(registered), traders)
    if len(profiles) > MOST_PARTICIPANTS:
        raise _refusal(
            f"{len(profiles)} agents are more than {MOST_PARTICIPANTS}",
            "name fewer profiles",
        )
    is_paper = wanted.mode is BookMode.PAPER
    symbols = checked_symbols(wanted.symbols)
    if is_paper:
        _check_paper(wanted, symbols)
    return Terms(
        name=_checked_name(wanted.name),
        profiles=profiles,
        symbols=symbols,
        sessions=() if is_paper else _played(sessions, wanted.first, wanted.last),
        traders=tuple(sorted(traders, key=lambda each: each.name)),
        mode=wanted.mode,
        paper_rounds=(wanted.rounds or USUAL_ROUNDS) if is_paper else 0,
        capital=_checked_capital(wanted.capital),
        max_cost=_checked_cost(wanted.max_cost),
        portfolio=portfolio,
        config_hash=config_hash,
    )


def competing(
    wanted: CompetitionRequest, registered: Sequence[AgentProfile], traders: Sequence[Entrant]
) -> tuple[AgentProfile, ...]:
    """Return every agent that is asked, by name: the traders', and those that decide for themselves.

    Raises:
        RejectedError: one cannot take part, or would decide for two books.
    """
    seats = [(member, each.name) for each in traders for member in each.members]
    alone = wanted.profiles
    if alone is None and not traders:
        return competitors(asked_profiles(None, registered), named=False)
    names = [*(name for name, _ in seats), *(alone or ())]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise _refusal(
            f"{doubled[0]} would decide for two books, and an agent has one",
            "leave it out of one of them, or make a copy of it: quorate profiles add",
        )
    return competitors(asked_profiles(names, registered), named=True)


def _check_paper(wanted: CompetitionRequest, symbols: Sequence[Symbol]) -> None:
    pairs = [symbol for symbol in symbols if is_pair(symbol)]
    if pairs:
        raise _refusal(
            f"{pairs[0]} trades around the clock: its next open is its last close, so nothing decided then could be "
            "filled there",
            "name stocks for a paper competition",
        )
    if wanted.first is not None or wanted.last is not None:
        raise _refusal(
            "a paper competition plays sessions as they come, it has no first or last one",
            "name --rounds instead",
        )
    if wanted.rounds is not None and not 2 <= wanted.rounds <= MOST_ROUNDS:
        raise _refusal(
            f"{wanted.rounds} rounds are not 2 to {MOST_ROUNDS}",
            "name how many sessions are played, as in --rounds 20",
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
