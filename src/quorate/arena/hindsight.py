"""Hindsight: what runs would have decided on past sessions, worked out without being run or recorded.

Keyless agents alone: they are code, so they answer any session for nothing and as they would have then. A model is not
asked, for it costs money and may know how the past went on. No panel hears a dispute, so each one is NO_TRADE.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from quorate.agents.policy import AgentsPolicy
from quorate.agents.profile import AgentProfile
from quorate.agents.rule_agents import rule_agent
from quorate.arena.deciding import decide, deliberate
from quorate.arena.panel import NO_PANEL
from quorate.arena.policy import ArenaPolicy
from quorate.arena.scene import scene_of
from quorate.arena.voting import AgentReply, cast_votes
from quorate.kernel.action import DecisionReason, FinalAction
from quorate.kernel.decision import Decision
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, RunId, Symbol
from quorate.kernel.money import Usd
from quorate.kernel.vote import Vote
from quorate.market.series import Series
from quorate.market.snapshot import Snapshot, freeze_snapshot
from quorate.market.view import SymbolView
from quorate.portfolio.book import Book, BookMode

UNRECORDED: Final = RunId("run_unrecorded")
"""Stands where a decision's id names its run: these decisions have none."""

FREE: Final = Usd(Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Who is asked, by which rules; `cash` is what the flat book holds that they decide for, in USD."""

    profiles: tuple[AgentProfile, ...]
    agents: AgentsPolicy
    arena: ArenaPolicy
    cash: Decimal

    @property
    def book(self) -> Book:
        """Return the book: without positions, so a SELL tells itself apart as one of nothing."""
        return Book(name=BookName("hindsight"), mode=BookMode.REPLAY, cash=Usd(self.cash))


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDecision:
    """A decision as it would have been made, and what was seen of its symbol; None without usable bars."""

    decision: Decision
    view: SymbolView | None

    @property
    def enters(self) -> bool:
        """Return whether it is an entry."""
        return self.decision.action is FinalAction.BUY

    @property
    def leaves(self) -> bool:
        """Return whether it would have closed a position."""
        return self.decision.reason == DecisionReason.NOTHING_TO_SELL


def asked_for_nothing(profiles: Iterable[AgentProfile]) -> tuple[AgentProfile, ...]:
    """Return the keyless ones of `profiles`.

    Raises:
        RejectedError: too few of them vote to reach any decision.
    """
    keyless = tuple(profile for profile in profiles if profile.is_rule_agent)
    if sum(profile.voter for profile in keyless) < 2:
        raise RejectedError(
            "fewer than two of its profiles are keyless voters, and a backtest asks no model",
            effect="nothing was tested",
            fix="add keyless profiles such as trend and momentum, or replay it: quorate replay --strategy NAME",
        )
    return keyless


def past_decisions(
    requested: Mapping[Symbol, Series | None], sessions: Sequence[date], bench: Bench
) -> Iterator[PastDecision]:
    """Yield what a run on each of `sessions` would have decided on each symbol, by session, then as requested."""
    book = bench.book
    for session in sessions:
        snapshot = freeze_snapshot(requested, session)
        scenes = {symbol: scene_of(snapshot, symbol, book) for symbol in requested}
        votes: dict[Symbol, list[Vote]] = {symbol: [] for symbol in requested}
        for profile in bench.profiles:
            for vote in cast_votes(_reply(profile, snapshot, bench), scenes, bench.arena):
                votes[vote.answer.symbol].append(vote)
        for symbol, scene in scenes.items():
            found = deliberate(scene, votes[symbol], bench.arena)
            made = decide(found, NO_PANEL, run_id=UNRECORDED, policy=bench.arena)
            yield PastDecision(decision=made, view=snapshot.views.get(symbol))


def _reply(profile: AgentProfile, snapshot: Snapshot, bench: Bench) -> AgentReply:
    agent = rule_agent(profile)
    return AgentReply(
        profile=profile,
        answers=tuple(
            agent.answer(view, profile, bench.agents) for view in snapshot.views.values()
        ),
        model=profile.model,
        cost=FREE,
    )
