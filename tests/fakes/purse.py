"""The purse in memory, real limits and a ledger but no database; and prices that are the same for all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from quorate.kernel.errors import UnavailableError
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
from quorate.llm.call import ModelId, Usage
from quorate.llm.pricing import Rates, flat
from quorate.llm.tier import Tier
from tests.fakes.clock import FakeClock

ZERO = Decimal(0)
GONE = UnavailableError("the database is gone", source="sqlite")


@dataclass
class MemoryPurse:
    """Keeps the promises of the port: what is set aside and spent together never passes `size`.

    `takes_s` is how long a reservation takes. Without `reserves` or `settles` it is as if the database were gone.
    """

    size: Decimal = Decimal(1000)
    power_calls: int = 1000
    clock: Clock = field(default_factory=FakeClock)
    takes_s: float = 0.0
    reserves: bool = True
    settles: bool = True
    reserved: dict[str, Reservation] = field(default_factory=dict)
    charges: dict[str, list[Charge]] = field(default_factory=dict)
    _handed_out: dict[str, Charge] = field(default_factory=dict)

    async def reserve(self, wanted: ReservationRequest) -> Reservation:
        if self.takes_s:
            await self.clock.sleep(self.takes_s)
        if not self.reserves:
            raise GONE
        self._require_room(wanted)
        worst = wanted.worst_cost if wanted.worst_cost is not None else Usd(ZERO)
        assert wanted.call_id not in self.reserved
        made = Reservation(
            id=wanted.call_id, request=wanted, reserved=worst, day=self.clock.now().date()
        )
        self.reserved[made.id] = made
        return made

    async def settle(self, reservation: Reservation, charge: Charge) -> None:
        if not self.settles:
            raise GONE
        self._charged(reservation.id, charge)

    def settled(self, reservation: Reservation, charge: Charge) -> Event:
        self._handed_out[reservation.id] = charge
        call_id = reservation.id
        return Event(stream=f"call:{call_id}", type="call.settled", payload={"callId": call_id})

    def recalled(self, wanted: ReservationRequest, charge: Charge) -> Event:
        assert charge.cache_hit
        return Event(
            stream=f"call:{wanted.call_id}",
            type="call.recalled",
            payload={"callId": wanted.call_id, "model": str(wanted.model)},
        )

    def commit(self, events: Iterable[Event]) -> None:
        """Do what the caller does with an answer's events."""
        for event in events:
            if event.type == "call.recalled":
                continue
            call_id = str(event.payload["callId"])
            self._charged(call_id, self._handed_out[call_id])

    @property
    def committed(self) -> Decimal:
        """What is set aside or spent; where a cost is not known, the worst case."""
        return sum((self._held(each) for each in self.reserved.values()), ZERO)

    @property
    def open(self) -> set[str]:
        """The reservations that nobody settled."""
        return set(self.reserved) - set(self.charges)

    @property
    def statuses(self) -> list[str]:
        """How the settled calls ended, in the order of their reservations."""
        return [self.charge(each).status.value for each in self.reserved if each in self.charges]

    def charge(self, call_id: str) -> Charge:
        """The one charge of a call."""
        (charge,) = self.charges[call_id]
        return charge

    def _require_room(self, wanted: ReservationRequest) -> None:
        worst = wanted.worst_cost.amount if wanted.worst_cost is not None else ZERO
        if self.committed + worst > self.size:
            raise _exhausted(Limit.DAY)
        power = sum(made.request.tier is Tier.POWER for made in self.reserved.values())
        if wanted.tier is Tier.POWER and power >= self.power_calls:
            raise _exhausted(Limit.POWER_CALLS)

    def _charged(self, call_id: str, charge: Charge) -> None:
        assert call_id in self.reserved
        self.charges.setdefault(call_id, []).append(charge)

    def _held(self, reservation: Reservation) -> Decimal:
        for charge in self.charges.get(reservation.id, []):
            if charge.cost is not None:
                return charge.cost.amount
        return reservation.reserved.amount


def _exhausted(limit: Limit) -> BudgetExhaustedError:
    return BudgetExhaustedError(
        f"the budget {limit} is exhausted", fix="wait", limit=limit, size=ZERO, left=ZERO
    )


@dataclass(frozen=True)
class FlatPrices:
    """Every model costs the same, but those in `unpriced`."""

    prompt: Decimal = Decimal(1)
    completion: Decimal = Decimal(2)
    unpriced: frozenset[str] = frozenset()

    def worst_cost(self, model: ModelId, prompt_tokens: int, max_tokens: int) -> Usd | None:
        rates = self._rates(model)
        return rates.worst(prompt_tokens, max_tokens) if rates is not None else None

    def cost(self, model: ModelId, usage: Usage, at: datetime) -> Usd | None:  # noqa: ARG002
        rates = self._rates(model)
        return rates.cost(usage) if rates is not None else None

    def version(self, model: ModelId) -> str:
        return "flat" if model.model not in self.unpriced else ""

    def _rates(self, model: ModelId) -> Rates | None:
        if model.model in self.unpriced:
            return None
        return Rates(prompt=flat(self.prompt), completion=flat(self.completion), version="flat")
