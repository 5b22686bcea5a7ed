"""Planted bugs in cycles: each breaks one invariant of the simulation, and is taken out again with its block."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from quorate.bootstrap import running
from quorate.bootstrap.risk_desk import VerdictSigner
from quorate.bootstrap.trading import replay_market
from quorate.cycle import service as cycles
from quorate.cycle.book_keeping.service import BookKeeper
from quorate.cycle.book_keeping.standing import BookStanding
from quorate.cycle.executing.service import Executing
from quorate.cycle.risk_desk import service as desk
from quorate.cycle.service import CycleService
from quorate.kernel.lease import Lease
from quorate.kernel.step_message import ACTION_OF, StepName
from quorate.portfolio.entry_size import Sized
from quorate.risk import approve
from quorate.risk.assessment import Assessment
from tests.fault.simulation.bugs import both, instead


def cash_off_by_a_cent() -> Any:
    """The books round a cent the other way."""
    wrong = property(lambda self: self.kept.cash + Decimal("0.01"))
    return instead(BookStanding, "cash", wrong)


def order_larger_than_its_verdict() -> Any:
    """What is sent is not what was judged."""

    async def _sent(self: Any, trade: Any, intent: Any) -> Any:
        if trade.request.reduce_only:
            return await right(self, trade, intent)
        more = replace(trade.request, quantity=trade.request.quantity + 1)
        return await self._execution.place(approve(Assessment(order=more, findings=())), intent)

    right = Executing._sent
    return instead(Executing, "_sent", _sent)


def verdict_signed_by_nobody() -> Any:
    """A verdict carries a signature that is none."""
    return instead(VerdictSigner, "sign", lambda _self, _message: b"\0" * 64)


def lease_not_asked_for() -> Any:
    """A process takes a book from one that walks it, which goes on all the same."""

    def acquired(current: Any, *, name: str, owner: str, now: Any, duration: Any) -> Lease:
        token = current.token + 1 if current else 1
        return Lease(name=name, owner=owner, token=token, expires_at=now + duration)

    return both(
        instead(cycles, "acquired", acquired),
        instead(cycles, "require_current", lambda _current, _held: None),
    )


def limits_not_applied() -> Any:
    """Ten times what is wished is ordered, and no check objects."""

    async def wished(_self: Any, wish: Any) -> Sized:
        return Sized(quantity=wish.quantity.to_integral_value() * 10, bound=None)

    def assess(order: Any, _situation: Any, _limits: Any) -> Assessment:
        return Assessment(order=order, findings=())

    return both(instead(desk.RiskDesk, "wished", wished), instead(desk, "assess", assess))


def dissent_allowed() -> Any:
    """Half of the voters may disagree."""

    async def policy_of(store: Any, header: Any) -> Any:
        return replace(await right(store, header), max_disagreement=0.6)

    right = running.policy_of
    return instead(running, "policy_of", policy_of)


def stale_bar_taken_for_fresh() -> Any:
    """A bar of an earlier session counts as today's."""

    def facts_of(view: Any, as_of: Any) -> Any:
        return replace(right(view, as_of), is_fresh_bar=True)

    right = replay_market.facts_of
    return instead(replay_market, "facts_of", facts_of)


def message_of_another_step() -> Any:
    """A step speaks under another one's name, once."""
    spoken: list[Any] = []

    def _message(self: Any, step: Any, **said: Any) -> Any:
        made = right(self, step, **said)
        if step is not StepName.BACKTESTING or spoken:
            return made
        spoken.append(made)
        wrong = StepName.MARKET_ANALYSIS
        return replace(made, agent=wrong, action=ACTION_OF[wrong])

    right = CycleService._message
    return instead(CycleService, "_message", _message)


def outcome_never_written() -> Any:
    """What became of a decision is not linked to it."""

    async def _outcomes(*_: Any) -> list[Any]:
        return []

    return instead(BookKeeper, "_outcomes", _outcomes)


def cycle_left_behind() -> Any:
    """What a dead process was in the middle of is not gone on with."""

    async def resumed(_self: Any) -> None:
        return None

    return instead(CycleService, "resumed", resumed)
