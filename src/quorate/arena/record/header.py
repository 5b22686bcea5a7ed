"""The header and the end of a run as journal payloads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from quorate.agents.profile import AgentProfile
from quorate.agents.registry import from_payload, to_payload
from quorate.arena.record.answers import Payload
from quorate.arena.record.calibration import curves_payload, read_curves
from quorate.arena.record.facts import Facts, amount, money, number, usd
from quorate.arena.record.news import NO_NEWS, RunNews, read_news
from quorate.arena.seats import NO_SEATS, Seats
from quorate.kernel.calibration import CalibrationCurve
from quorate.kernel.decision import Decision
from quorate.kernel.ids import BookName, ProfileName, RunId, StrategyName, Symbol, TaskId
from quorate.kernel.money import Quantity, Usd
from quorate.llm.ladder import Preset
from quorate.portfolio.book import Book, BookMode


class RunEvent(StrEnum):
    """The types of the events on a run's stream, in the order of a run that completes."""

    REQUESTED = "run.requested"
    SNAPSHOT_FROZEN = "snapshot.frozen"
    AGENT_ANSWERED = "agent.answered"
    VOTE_CAST = "vote.cast"
    DECISION_MADE = "decision.made"
    SHADOWS_DRAWN = "shadows.drawn"
    COMPLETED = "run.completed"
    FAILED = "run.failed"
    CANCELLED = "run.cancelled"


COMPETITION_ROUND: Final = "competition"
"""What asked for a run that is a round of a competition."""

WHAT_IF: Final = "what_if"
"""What triggers a run that asks what another run would have come to with something swapped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOf:
    """The run whose record a what-if stands on, and what it has otherwise, as it was written on the command line.

    A `free` one buys nothing: what the record does not hold, nobody says.
    """

    run_id: RunId
    swaps: tuple[str, ...]
    free: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStrategy:
    """The strategy that a run followed, and the hash of all that it said then."""

    name: StrategyName
    hash: str

    def as_json(self) -> Payload:
        """Return the object that payloads and answers hold."""
        return {"name": self.name, "hash": self.hash}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHeader:
    """What a run starts from: who asked for what, and the hashes of all it may depend on.

    `requested_as_of` is the date asked for (None = the latest), `as_of` the session used. The
    limits are those of the run's policy that its sentences name. `max_cost` is what the run was told to stay below;
    `thresholds` are those of its policy that differ from its configuration's, by name, as text. `answer_ttl_s` is
    for how long an answer of its first round is remembered, 0 where none is, nor used. `curves` say what the confidence
    of an agent is worth, of those that had enough outcomes before `as_of`.
    """

    run_id: RunId
    task_id: TaskId
    cycle_id: str | None
    book: BookName
    book_mode: str
    mode: str
    symbols: tuple[Symbol, ...]
    profiles: tuple[ProfileName, ...]
    requested_as_of: date | None
    as_of: date
    config_hash: str
    book_state_hash: str
    learned_state_hash: str
    triggered_by: str
    quorum: int
    min_history_bars: int
    max_cost: Usd | None = None
    thresholds: Mapping[str, str] = field(default_factory=dict)
    replay_of: ReplayOf | None = None
    strategy: RunStrategy | None = None
    preset: Preset | None = None
    books: tuple[Book, ...] = ()
    news: RunNews = NO_NEWS
    answer_ttl_s: float = 0.0
    curves: Mapping[ProfileName, CalibrationCurve] = field(default_factory=dict)

    @property
    def own_books(self) -> Mapping[ProfileName, Book]:
        """Return the book that each profile decides for; nothing where the run decides for one book."""
        return dict(zip(self.profiles, self.books, strict=True)) if self.books else {}


@dataclass(frozen=True, slots=True)
class Cast:
    """Who speaks in a run as they stood when it was requested: the first round, and who speaks on a trigger."""

    profiles: tuple[AgentProfile, ...]
    seats: Seats = NO_SEATS


def stream_of(run_id: RunId) -> str:
    """Return the stream of a run."""
    return f"run:{run_id}"


def requested_payload(
    header: RunHeader,
    profiles: Iterable[AgentProfile],
    seats: Seats = NO_SEATS,
    book: Book | None = None,
) -> Payload:
    """Return the payload of `run.requested`: who speaks, and what the book holds, as they stand at this moment."""
    return {
        "runId": header.run_id,
        "taskId": header.task_id,
        "cycleId": header.cycle_id,
        "book": header.book,
        "bookMode": header.book_mode,
        "mode": header.mode,
        "symbols": list(header.symbols),
        "profiles": [_profile_payload(profile) for profile in profiles],
        "seats": {
            "speakers": [_profile_payload(profile) for profile in seats.speakers],
            "panel": [_profile_payload(profile) for profile in seats.panel],
        },
        "requestedAsOf": header.requested_as_of.isoformat() if header.requested_as_of else None,
        "asOf": header.as_of.isoformat(),
        "configHash": header.config_hash,
        "bookStateHash": header.book_state_hash,
        "bookState": _book_payload(book),
        "learnedStateHash": header.learned_state_hash,
        "triggeredBy": header.triggered_by,
        "quorum": header.quorum,
        "minHistoryBars": header.min_history_bars,
        "maxCostUsd": money(header.max_cost),
        "thresholds": dict(header.thresholds),
        "replayOf": replay_payload(header.replay_of),
        "strategy": header.strategy.as_json() if header.strategy else None,
        "preset": header.preset.value if header.preset else None,
        **({"books": [_book_payload(each) for each in header.books]} if header.books else {}),
        "news": header.news.as_json(),
        "answerTtlSeconds": number(header.answer_ttl_s),
        **({"calibration": curves_payload(header.curves)} if header.curves else {}),
    }


def read_header(facts: Facts) -> RunHeader:
    """Return the header that `requested_payload` wrote."""
    return RunHeader(
        run_id=RunId(facts.text("runId")),
        task_id=TaskId(facts.text("taskId")),
        cycle_id=facts.optional("cycleId", str),
        book=BookName(facts.text("book")),
        book_mode=facts.text("bookMode"),
        mode=facts.text("mode"),
        symbols=tuple(Symbol(symbol) for symbol in facts.texts("symbols")),
        profiles=tuple(ProfileName(profile.text("name")) for profile in facts.items("profiles")),
        requested_as_of=facts.optional("requestedAsOf", date.fromisoformat),
        as_of=facts.value("asOf", date.fromisoformat),
        config_hash=facts.text("configHash"),
        book_state_hash=facts.text("bookStateHash"),
        learned_state_hash=facts.text("learnedStateHash"),
        triggered_by=facts.text("triggeredBy"),
        quorum=facts.count("quorum"),
        min_history_bars=facts.count("minHistoryBars"),
        max_cost=facts.optional("maxCostUsd", usd),
        thresholds=_read_thresholds(facts),
        replay_of=_read_replay(facts.part("replayOf")),
        strategy=_read_strategy(facts.part("strategy")),
        preset=facts.optional("preset", Preset),
        books=_read_books(facts),
        news=read_news(facts.part("news")),
        answer_ttl_s=facts.optional("answerTtlSeconds", float) or 0.0,
        curves=read_curves(facts),
    )


def read_cast(facts: Facts) -> Cast:
    """Return who speaks in the run that `requested_payload` wrote; runs of old recorded no seats."""
    seats = facts.part("seats")
    return Cast(
        profiles=_read_profiles(facts, "profiles"),
        seats=Seats(_read_profiles(seats, "speakers"), _read_profiles(seats, "panel"))
        if seats
        else NO_SEATS,
    )


def read_book(facts: Facts) -> Book | None:
    """Return the book that `requested_payload` wrote, None where a run of old recorded its hash alone."""
    state = facts.part("bookState")
    return None if state is None else _read_book(facts, state)


def _read_books(facts: Facts) -> tuple[Book, ...]:
    states = facts.items("books") if "books" in facts.tree else ()
    return tuple(_read_book(facts, state) for state in states)


def _read_book(facts: Facts, state: Facts) -> Book:
    held = state.part("positions") or Facts({})
    return Book(
        name=BookName(facts.text("book")),
        mode=facts.value("bookMode", BookMode),
        cash=state.value("cash", usd),
        positions={
            Symbol(symbol): held.value(symbol, lambda text: Quantity(Decimal(text)))
            for symbol in held.tree
        },
    )


def replay_payload(replay: ReplayOf | None) -> Payload | None:
    """Return what a what-if stands on, null for a run of its own."""
    if replay is None:
        return None
    return {"runId": replay.run_id, "swaps": list(replay.swaps), "free": replay.free}


def _read_replay(facts: Facts | None) -> ReplayOf | None:
    if facts is None:
        return None
    run_id, swaps = RunId(facts.text("runId")), facts.texts("swaps")
    return ReplayOf(run_id=run_id, swaps=swaps, free=facts.flag("free"))


def _read_strategy(facts: Facts | None) -> RunStrategy | None:
    """Return the strategy of a run, None of one that followed none or was recorded before there were any."""
    if facts is None:
        return None
    return RunStrategy(name=StrategyName(facts.text("name")), hash=facts.text("hash"))


def _read_thresholds(facts: Facts) -> dict[str, str]:
    told = facts.part("thresholds") or Facts({})
    return {name: told.text(name) for name in told.tree}


def _book_payload(book: Book | None) -> Payload | None:
    if book is None:
        return None
    held: Payload = {symbol: amount(quantity.amount) for symbol, quantity in book.positions.items()}
    return {"cash": money(book.cash), "positions": held}


def _profile_payload(profile: AgentProfile) -> Payload:
    return {**to_payload(profile), "voter": profile.voter}


def _read_profiles(facts: Facts, key: str) -> tuple[AgentProfile, ...]:
    trees = (dict(profile.tree) for profile in facts.items(key))
    return tuple(
        from_payload({name: value for name, value in tree.items() if name != "voter"})
        for tree in trees
    )


def completed_payload(
    decisions: Iterable[Decision], *, cost: Usd | None, latency_ms: float
) -> Payload:
    """Return the payload of `run.completed`."""
    made = list(decisions)
    return {
        "costUsd": money(cost),
        "latencyMs": number(latency_ms),
        "finalActions": {decision.key: decision.action.value for decision in made},
        "escalated": any(decision.escalated for decision in made),
    }


def ended_payload(*, reason: str, detail: str) -> Payload:
    """Return the payload of `run.failed` and `run.cancelled`."""
    return {"reason": reason, "detail": detail}


def end_of(header: RunHeader, payload: Payload) -> Payload:
    """Return how a run ended with the mark of a what-if, by which lists tell it from a run of its own."""
    return {**payload, "replayOf": header.replay_of.run_id} if header.replay_of else payload
