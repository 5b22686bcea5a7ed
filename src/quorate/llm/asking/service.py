"""One logical call: a ladder climbed down from the model asked first, under one deadline and one budget of attempts.

first rung -> hop -> answered | ask again after a wait | next rung -> ... -> answer, or the failure that ended it
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from quorate.kernel.errors import RejectedError
from quorate.kernel.journal import Event
from quorate.kernel.ports import IdSource
from quorate.llm.answer import GatewayAnswer, Hop
from quorate.llm.call import ModelReply
from quorate.llm.charging import reason_for_doubt
from quorate.llm.failover import Verdict, bars_provider, retry_wait_s
from quorate.llm.failure import FailureCode, ModelCallError
from quorate.llm.gateway import LogicalCall
from quorate.llm.hop import Flight, Hops, Settled, flight_of
from quorate.llm.ladder import Rung
from quorate.resilience.deadline import Deadline
from quorate.resilience.retry import AttemptBudget, next_try_at, waited_s

_LOG = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class Asking:
    """One logical call under way; `draw` gives chance in [0, 1) for the waits."""

    call: LogicalCall
    hops: Hops
    ids: IdSource
    draw: Callable[[], float]
    _began: float = field(init=False)
    _deadline: Deadline = field(init=False)
    _alarm: asyncio.Task[None] = field(init=False)
    _attempts: AttemptBudget = field(init=False)
    _made: list[Hop] = field(default_factory=list, init=False)
    _barred: set[str] = field(default_factory=set, init=False)
    _failure: ModelCallError | RejectedError | None = field(default=None, init=False)
    _later: tuple[Rung, ...] = field(default=(), init=False)
    """The rungs below the one that is asked."""
    _reason: str = field(default="", init=False)
    """Why the first rung was left, empty while it was not."""

    def __post_init__(self) -> None:
        """Set the one deadline and the one budget of attempts."""
        self._began = self.hops.clock.monotonic()
        self._deadline = Deadline.after(self.call.timeout_s, now=self._began)
        most, own = self.hops.policy.max_attempts, self.call.most_attempts
        self._attempts = AttemptBudget(most if own is None else min(own, most))

    async def answer(self) -> GatewayAnswer:
        """Ask rung after rung until one answers, or no time, attempt or rung is left; see `Gateway.ask`."""
        self._alarm = asyncio.create_task(self.hops.clock.sleep(self.call.timeout_s))
        try:
            for place, rung in enumerate(self.call.ladder):
                self._later = self.call.ladder[place + 1 :]
                settled = await self._asked(rung)
                if settled is not None and settled.reply is not None:
                    return self._answered(settled, settled.reply)
                self._reason = self._reason or _code(self._failure)
        finally:
            self._alarm.cancel()
        raise self._failed()

    async def _asked(self, rung: Rung) -> Settled | None:
        """Ask one model as often as its failures allow; return the hop that answered."""
        tries = 0
        while self._goes_on() and await self._is_ready(rung):
            settled = await self._hop(rung)
            if settled is None:
                return None
            if settled.landing.failure is None:
                return settled
            tries += 1
            if bars_provider(settled.landing.failure.code):
                self._barred.add(rung.model.provider)
            if not await self._may_retry(settled.landing.failure, tries):
                return None
        return None

    def _goes_on(self) -> bool:
        passed = self._deadline.has_passed(self.hops.clock.monotonic())
        return not passed and not self._attempts.is_spent

    async def _is_ready(self, rung: Rung) -> bool:
        """Return whether the model may be asked now, having waited where it asked to be left alone."""
        provider = rung.model.provider
        if provider in self._barred or provider not in self.hops.models:
            cause = f"there is no usable key or endpoint for {provider}"
            self._failure = self._failure or _unasked(rung, cause, FailureCode.CREDENTIALS)
            return False
        alone_s = self.hops.health(rung.model).not_before - self.hops.clock.monotonic()
        if alone_s <= 0:
            return True
        asked_for = timedelta(seconds=alone_s)
        wait = waited_s(self.hops.policy.retry, asked_for, self.draw())
        if await self._waited(wait):
            return True
        cause = f"{rung.model} asked to be left alone for longer than there is time"
        self._failure = _unasked(rung, cause, FailureCode.RATE_LIMITED, retry_after=asked_for)
        return False

    async def _may_retry(self, failure: ModelCallError, tries: int) -> bool:
        """Return whether the same model is asked again, having waited for it."""
        self._failure = failure
        if self._attempts.is_spent:
            return False
        wait = retry_wait_s(failure, tries, self.hops.policy, self.draw())
        return wait is not None and await self._waited(wait)

    async def _waited(self, seconds: float) -> bool:
        """Wait, unless no time would be left for an answer."""
        clock = self.hops.clock
        if next_try_at(seconds, self._deadline, now=clock.monotonic()) is None:
            return False
        await clock.sleep(seconds)
        return True

    async def _hop(self, rung: Rung) -> Settled | None:
        """Return a hop that ended in time; None where it did not, or was refused before it was sent."""
        flight, hops = self._flight(rung), self.hops
        share_s, began = self._share_s(), hops.clock.monotonic()
        hop = asyncio.create_task(hops.carry_out(flight))
        limit = asyncio.create_task(hops.clock.sleep(share_s))
        try:
            await asyncio.wait((hop, limit, self._alarm), return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            hops.leave(hop, flight, Verdict.SILENT)
            raise
        finally:
            limit.cancel()
        if not hop.done():
            self._time_out(flight, hops.clock.monotonic() - began)
            hops.leave(hop, flight, Verdict.FAILED)
            return None
        try:
            settled = hop.result()
        except (ModelCallError, RejectedError) as refusal:
            self._failure = refusal
            return None
        self._attempts = self._attempts.spend()
        self._made.append(settled.hop)
        return settled

    def _flight(self, rung: Rung) -> Flight:
        call, hops = self.call, self.hops
        left = self._deadline.left(hops.clock.monotonic())
        return flight_of(
            call,
            rung,
            call_id=self.ids.ulid("call_"),
            worst_cost=hops.prices.worst_cost(rung.model, call.prompt.most_tokens, call.max_tokens),
            timeout_s=left + hops.policy.drain_s,
            fallback_reason=self._reason,
        )

    def _share_s(self) -> float:
        """Return how long a hop may take: all the time left, or its share while another model can be asked after."""
        left = self._deadline.left(self.hops.clock.monotonic())
        last_try = self._attempts.spend().is_spent
        others = any(rung.model.provider not in self._barred for rung in self._later)
        return left * self.hops.policy.hop_share if others and not last_try else left

    def _time_out(self, flight: Flight, waited_s: float) -> None:
        """Note that a hop's time is over; the row of a request on its way follows when its cost is known."""
        cause = f"{flight.model} gave no answer within {waited_s:.3g} s"
        source = str(flight.model)
        self._failure = ModelCallError(cause, code=FailureCode.TIMEOUT, source=source)
        if flight.is_sent:
            self._attempts = self._attempts.spend()
            self._made.append(flight.unfinished(round(waited_s * 1000, 3)))

    def _answered(self, settled: Settled, reply: ModelReply) -> GatewayAnswer:
        reason = reason_for_doubt(settled.landing)
        if reason:
            _LOG.warning(
                "fallback_model_used",
                trace_id=self.call.trace_id,
                asked=str(self.call.ladder[0].model),
                served=settled.landing.model_served or str(settled.landing.model),
                reason=reason,
            )
        return GatewayAnswer(
            content=reply.content,
            tool_calls=reply.tool_calls,
            model_asked=self.call.ladder[0].model,
            model_served=settled.landing.model_served,
            fallback_used=bool(reason),
            fallback_reason=reason,
            hops=tuple(self._made),
            latency_ms=self._latency_ms,
            events=self._owed(settled),
        )

    def _owed(self, settled: Settled) -> tuple[Event, ...]:
        if not settled.owed:
            return ()
        return (self.hops.purse.settled(settled.reservation, settled.charge),)

    def _failed(self) -> ModelCallError | RejectedError:
        """Return what ended the call: a budget's refusal as it is where nothing was sent."""
        failure, made = self._failure, tuple(self._made)
        if isinstance(failure, ModelCallError):
            return failure.after(made)
        if failure is None:
            return _unasked(self.call.ladder[0], "no time was left to ask", FailureCode.TIMEOUT)
        if not made:
            return failure
        code = FailureCode.BUDGET_EXHAUSTED
        return ModelCallError(failure.cause, code=code, source=self.call.profile, hops=made)

    @property
    def _latency_ms(self) -> float:
        return round((self.hops.clock.monotonic() - self._began) * 1000, 3)


def _code(failure: ModelCallError | RejectedError | None) -> str:
    if isinstance(failure, ModelCallError):
        return failure.code
    return FailureCode.BUDGET_EXHAUSTED.value if failure is not None else ""


def _unasked(
    rung: Rung, cause: str, code: FailureCode, *, retry_after: timedelta | None = None
) -> ModelCallError:
    source = str(rung.model)
    return ModelCallError(cause, code=code, source=source, retry_after=retry_after, billed=False)
