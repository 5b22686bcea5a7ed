"""Hops: each one reserved before it is sent and settled after it ended, whatever becomes of its caller.

slot of the provider -> the model's breaker -> reserve the worst case -> ask -> classify -> settle
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import structlog

from quorate.kernel.errors import QuorateError
from quorate.kernel.ports import Clock
from quorate.kernel.spans import span
from quorate.llm.budget import CallStatus, Reservation
from quorate.llm.call import ModelId, ModelReply
from quorate.llm.charging import Landing, charge_of
from quorate.llm.failover import WELL, ModelHealth, Verdict, defect, verdict_on_model
from quorate.llm.failure import FailureCode, ModelCallError
from quorate.llm.gateway import GatewayPolicy
from quorate.llm.hop.flight import Flight, Settled, Stage
from quorate.llm.ports import LanguageModel, Purse
from quorate.llm.pricing import PriceBook
from quorate.llm.told_prices import PricesMovedError

_LOG = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class Hops:
    """Carries hops out; `models` and the slots are by provider, breakers and Retry-After by model, in this process."""

    models: Mapping[str, LanguageModel]
    purse: Purse
    prices: PriceBook
    clock: Clock
    policy: GatewayPolicy
    _health: dict[ModelId, ModelHealth] = field(default_factory=dict, init=False)
    _slots: dict[str, asyncio.Semaphore] = field(default_factory=dict, init=False)
    _left: dict[asyncio.Task[Settled], Flight] = field(default_factory=dict, init=False)
    _drains: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    async def carry_out(self, flight: Flight) -> Settled:
        """Carry one hop out. It is settled durably, but for an answer in time: that is owed by the caller.

        Raises:
            ModelCallError: the model's breaker is open; nothing was reserved.
            RejectedError: a budget refused it; nothing was sent.
            UnavailableError: the purse gave no answer; what it holds, it holds.
        """
        async with self._slot(flight.model.provider):
            flight.generation = self._pass(flight.model)
            flight.stage = Stage.RESERVING
            try:
                reservation = await self._reserved(flight)
            except BaseException:
                self._report(flight, Verdict.SILENT)
                raise
            landing = await self._landing(flight, reservation)
        self._report_landing(flight, landing)
        settled = self._settled(flight, landing, reservation)
        if not settled.owed:
            await self.purse.settle(reservation, settled.charge)
        return settled

    async def _reserved(self, flight: Flight) -> Reservation:
        """Return what is set aside; where a price was stated meanwhile, the worst case is computed anew."""
        while True:
            try:
                return await self.purse.reserve(flight.wanted)
            except PricesMovedError:
                prompt, answer = flight.call.prompt.most_tokens, flight.call.max_tokens
                worst = self.prices.worst_cost(flight.model, prompt, answer)
                flight.wanted = replace(flight.wanted, worst_cost=worst)

    def leave(self, hop: asyncio.Task[Settled], flight: Flight, verdict: Verdict) -> None:
        """Let a hop go on without its caller for `drain_s`, so that its cost is learned, then give it up.

        `verdict` is what the leaving says about the model, if it was asked already. A hop that had not come to
        the money yet is cancelled on the spot.
        """
        flight.left = True
        self._report(flight, verdict if flight.is_sent else Verdict.SILENT)
        if flight.stage is Stage.QUEUED:
            hop.cancel()
        self._left[hop] = flight
        drain = asyncio.create_task(self._drained(hop, flight))
        self._drains.add(drain)
        drain.add_done_callback(self._drains.discard)

    async def close(self) -> None:
        """Give up the hops whose callers left, and return once all of them are settled."""
        for hop, flight in self._left.items():
            _give_up(hop, flight)
        if self._drains:
            await asyncio.wait(self._drains)

    def health(self, model: ModelId) -> ModelHealth:
        """Return what is known of `model`."""
        return self._health.get(model, WELL)

    def healths(self) -> Mapping[ModelId, ModelHealth]:
        """Return what is known of every model that ever failed."""
        return dict(self._health)

    def reset(self, model: ModelId) -> None:
        """Forget what is held against `model`: the next call may ask it."""
        self._health[model] = WELL

    def _slot(self, provider: str) -> asyncio.Semaphore:
        slot = self._slots.get(provider)
        if slot is None:
            slot = self._slots[provider] = asyncio.Semaphore(self.policy.max_in_flight)
        return slot

    def _pass(self, model: ModelId) -> int:
        """Return the generation in which the model's breaker lets a call through."""
        before, now = self.health(model), self.clock.monotonic()
        if not before.breaker.admits(now):
            raise _refused(model, FailureCode.CIRCUIT_OPEN, before.breaker.until - now)
        if before.not_before > now:
            raise _refused(model, FailureCode.RATE_LIMITED, before.not_before - now)
        breaker = before.breaker.admitted(self.policy.breaker, now)
        if breaker is not before.breaker:
            self._health[model] = replace(before, breaker=breaker)
        return breaker.generation

    async def _landing(self, flight: Flight, reservation: Reservation) -> Landing:
        """Ask the model, unless the caller left meanwhile; a bug on the way is paid for all the same."""
        began = self.clock.monotonic()
        try:
            reply, failure, status = await self._outcome(flight)
        except BaseException:
            bug = _failure(flight, "the client broke", FailureCode.UNKNOWN)
            lost = self._landed(flight, began, None, bug, CallStatus.FAILED)
            self._report(flight, Verdict.SILENT)
            await self.purse.settle(reservation, charge_of(lost, flight.call, self.prices))
            raise
        finally:
            flight.stage = Stage.SETTLING
        return self._landed(flight, began, reply, failure, status)

    async def _outcome(
        self, flight: Flight
    ) -> tuple[ModelReply | None, ModelCallError | None, CallStatus]:
        if flight.left:
            gone = _failure(flight, "the caller left first", FailureCode.TIMEOUT, billed=False)
            return None, gone, CallStatus.FAILED
        model = self.models.get(flight.model.provider)
        if model is None:
            lost = _failure(flight, "its key was taken away", FailureCode.CREDENTIALS, billed=False)
            return None, lost, CallStatus.FAILED
        flight.stage = Stage.CALLING
        try:
            with span("model call", model=str(flight.model), callId=flight.wanted.call_id):
                reply = await model.complete(flight.request)
        except ModelCallError as failure:
            return None, failure, CallStatus.FAILED
        except asyncio.CancelledError:
            lost = _failure(flight, "nobody waited any longer", FailureCode.TIMEOUT)
            return None, lost, CallStatus.ABANDONED
        flaw = defect(reply, str(flight.model))
        return reply, flaw, _status(flight, flaw)

    def _landed(
        self,
        flight: Flight,
        began: float,
        reply: ModelReply | None,
        failure: ModelCallError | None,
        status: CallStatus,
    ) -> Landing:
        return Landing(
            model=flight.model,
            reply=reply,
            failure=failure,
            status=status,
            at=self.clock.now(),
            latency_ms=round((self.clock.monotonic() - began) * 1000, 3),
            fallback_reason=flight.fallback_reason,
        )

    def _report_landing(self, flight: Flight, landing: Landing) -> None:
        failure = landing.failure
        self._report(flight, verdict_on_model(failure.code if failure is not None else ""))
        if failure is not None and failure.retry_after is not None:
            alone = self.health(flight.model).left_alone(
                failure.retry_after.total_seconds(), self.clock.monotonic()
            )
            self._health[flight.model] = alone

    def _report(self, flight: Flight, verdict: Verdict) -> None:
        """Tell the model's breaker, once, what became of the call that it let through."""
        if flight.generation is None:
            return
        before = self.health(flight.model)
        after = before.after(verdict, flight.generation, self.policy, self.clock.monotonic())
        flight.generation = None
        if after is not before:
            self._health[flight.model] = after

    def _settled(self, flight: Flight, landing: Landing, reservation: Reservation) -> Settled:
        charge = charge_of(landing, flight.call, self.prices)
        worst = reservation.request.worst_cost
        if worst is not None and charge.cost is not None and charge.cost > worst:
            _LOG.warning(
                "cost_above_worst_case",
                call_id=flight.wanted.call_id,
                model=str(flight.model),
                cost=str(charge.cost),
                worst_case=str(worst),
            )
        return Settled(
            call_id=flight.wanted.call_id,
            landing=landing,
            reservation=reservation,
            charge=charge,
            owed=landing.status is CallStatus.ANSWERED and not flight.call.interim,
        )

    async def _drained(self, hop: asyncio.Task[Settled], flight: Flight) -> None:
        """Wait for a hop that was left, give it up in time, and settle what its caller will not."""
        limit = asyncio.create_task(self.clock.sleep(self.policy.drain_s))
        try:
            await asyncio.wait((hop, limit), return_when=asyncio.FIRST_COMPLETED)
            _give_up(hop, flight)
            await asyncio.wait((hop,))
        finally:
            limit.cancel()
            del self._left[hop]
        failure = None if hop.cancelled() else hop.exception() or await self._late(hop.result())
        if failure is not None:
            _LOG.warning("left_call_failed", call_id=flight.wanted.call_id, error=str(failure))

    async def _late(self, settled: Settled) -> QuorateError | None:
        """Settle an answer that arrived in the moment in which its caller was cancelled."""
        if not settled.owed:
            return None
        try:
            late = replace(settled.charge, status=CallStatus.LATE)
            await self.purse.settle(settled.reservation, late)
        except QuorateError as error:
            return error
        return None


def _give_up(hop: asyncio.Task[Settled], flight: Flight) -> None:
    if flight.is_sent and not hop.done():
        hop.cancel()


def _status(flight: Flight, flaw: ModelCallError | None) -> CallStatus:
    if flight.left:
        return CallStatus.LATE
    return CallStatus.ANSWERED if flaw is None else CallStatus.FAILED


def _refused(model: ModelId, code: FailureCode, for_s: float) -> ModelCallError:
    return ModelCallError(
        f"{model} is left alone for another {for_s:.0f} s",
        code=code,
        source=str(model),
        retry_after=timedelta(seconds=for_s),
        billed=False,
    )


def _failure(
    flight: Flight, cause: str, code: FailureCode, *, billed: bool | None = None
) -> ModelCallError:
    return ModelCallError(cause, code=code, source=str(flight.model), billed=billed)
