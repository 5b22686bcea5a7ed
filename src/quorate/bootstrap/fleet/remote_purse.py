"""The purse of a worker: money stays at the hub, which is asked over the socket; without its word no call is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from quorate.fleet.ports import Treasury
from quorate.fleet.wire import CallBody, ChargeBody, PriceBody, Refused
from quorate.kernel.errors import QuorateError, UnavailableError
from quorate.kernel.journal import Event
from quorate.kernel.money import Usd
from quorate.kernel.ports import Clock
from quorate.llm.budget import (
    BudgetExhaustedError,
    Charge,
    Limit,
    Reservation,
    ReservationRequest,
)
from quorate.llm.call import ModelId
from quorate.llm.call_record import recalled_event, settled_event
from quorate.llm.catalogue import StatedPrice
from quorate.llm.nanos import exact, nanos_of
from quorate.llm.told_prices import PricesMovedError, ToldPrice, ToldPrices

BUDGET_EXHAUSTED: Final = "budget-exhausted"
PRICES_MOVED: Final = "prices-moved"

MOST_CALLS: Final = 10_000
"""Calls whose task is remembered: more than any worker has under way, late ones included. Ours."""


@dataclass(slots=True, kw_only=True)
class RemotePurse:
    """The port `Purse` over a hub; `tasks` says which task a logical call belongs to.

    `owed` holds the charges of answers that nobody told the hub yet, by call: whoever takes the answer tells them.
    """

    treasury: Treasury
    clock: Clock
    prices: ToldPrices = field(default_factory=ToldPrices)
    tasks: dict[str, str] = field(default_factory=dict)
    owed: dict[str, Charge] = field(default_factory=dict)

    def begin(self, logical_id: str, task_id: str) -> None:
        """Note whose a call is that is about to be made; only the newest are remembered."""
        self.tasks[logical_id] = task_id
        while len(self.tasks) > MOST_CALLS:
            del self.tasks[next(iter(self.tasks))]

    async def reserve(self, wanted: ReservationRequest) -> Reservation:
        """Have the hub set the worst case of one hop aside; see the port.

        Raises:
            BudgetExhaustedError: a limit has no room for it.
            PricesMovedError: its worst case was computed with prices that hold no more.
            UnavailableError: the hub gave no answer; the call must not be made.
        """
        said = await self.treasury.reserve(self.tasks[wanted.logical_id], self._call(wanted))
        if isinstance(said, Refused):
            raise self._refusal(said, wanted)
        return Reservation(
            id=wanted.call_id,
            request=wanted,
            reserved=Usd(Decimal(said.reserved_usd)),
            day=date.fromisoformat(said.day),
        )

    async def settle(self, reservation: Reservation, charge: Charge) -> None:
        """Have the hub put the cost in the place of what was set aside; see the port."""
        await self.told(self.tasks[reservation.request.logical_id], reservation.id, charge)

    async def told(self, task_id: str, call_id: str, charge: Charge) -> None:
        """Return once the hub has the charge of a call; telling it again changes nothing."""
        await self.treasury.settle(task_id, call_id, charge_body(charge))

    def settled(self, reservation: Reservation, charge: Charge) -> Event:
        """Return the settlement as an event, which stays here: its charge is `owed` to the hub."""
        self.owed[reservation.id] = charge
        return settled_event(reservation, charge)

    def recalled(self, wanted: ReservationRequest, charge: Charge) -> Event:
        """Return the fact that a remembered answer was used; a worker's gateway remembers none by itself."""
        return recalled_event(wanted, charge, role="", day=self.clock.now().date())

    def _call(self, wanted: ReservationRequest) -> CallBody:
        return CallBody(
            call_id=wanted.call_id,
            logical_id=wanted.logical_id,
            purpose=wanted.purpose.value,
            tier=wanted.tier.value,
            provider=wanted.model.provider,
            model=wanted.model.model,
            worst_cost_usd=_amount(wanted.worst_cost),
            price_edition=self.prices.edition,
        )

    def _refusal(self, said: Refused, wanted: ReservationRequest) -> QuorateError:
        if said.code == PRICES_MOVED:
            self.prices.learn({told.model: told for told in map(_told_price, said.prices)})
            self.prices.edition = said.price_edition
            return PricesMovedError(f"the price of {wanted.model} may have changed")
        if said.code == BUDGET_EXHAUSTED and said.limit in set(Limit):
            return BudgetExhaustedError(
                said.cause,
                fix=said.fix,
                limit=Limit(said.limit),
                size=Decimal(said.size or 0),
                left=Decimal(said.left or 0),
            )
        return UnavailableError(said.cause, source="hub", effect="the model was not asked")


def charge_body(charge: Charge) -> ChargeBody:
    """Return a charge as it travels; a cost is rounded to the billionth of a dollar, as the journal keeps it."""
    return ChargeBody(
        cost_usd=_amount(charge.cost),
        cost_source=charge.cost_source.value,
        status=charge.status.value,
        price_version=charge.price_version,
        prompt_tokens=charge.usage.prompt_tokens,
        completion_tokens=charge.usage.completion_tokens,
        cached_tokens=charge.usage.cached_tokens,
        code=charge.code,
        latency_ms=charge.latency_ms,
        model_served=charge.model_served,
        prompt_hash=charge.prompt_hash,
        template=charge.template,
        cache_hit=charge.cache_hit,
        fallback_reason=charge.fallback_reason,
        usage_estimated=charge.usage_estimated,
    )


def _amount(cost: Usd | None) -> str | None:
    return None if cost is None else exact(nanos_of(cost))


def _told_price(body: PriceBody) -> ToldPrice:
    prompt, completion = body.prompt_usd_per_million, body.completion_usd_per_million
    price = (
        None
        if prompt is None or completion is None
        else StatedPrice(prompt=Decimal(prompt), completion=Decimal(completion))
    )
    return ToldPrice(model=ModelId(body.provider, body.model), price=price, version=body.version)
