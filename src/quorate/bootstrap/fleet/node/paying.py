"""Paying: a worker's calls are paid from the home's purse, for the task that it holds and for no other.

reserve -> is the task in its hands? -> the purse -> reserved | refused;  settle -> settled, as often as it is said
"""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from msgspec import structs

from quorate.adapters.sql.open_calls import open_calls
from quorate.adapters.sql.prices import prices_told
from quorate.adapters.sql.purse import SqlPurse
from quorate.bootstrap.fleet.encoding import read_assignment
from quorate.bootstrap.fleet.node.delivering import Deliveries
from quorate.bootstrap.fleet.node.link import Link
from quorate.bootstrap.store import Store
from quorate.fleet.wire import (
    CallBody,
    ChargeBody,
    PriceBody,
    Refused,
    Reserve,
    Reserved,
    Settle,
    Settled,
)
from quorate.kernel.errors import ConflictError, QuorateError, RejectedError, UnavailableError
from quorate.kernel.money import Usd
from quorate.llm.budget import (
    BudgetExhaustedError,
    CallStatus,
    Charge,
    CostSource,
    Reservation,
    ReservationRequest,
)
from quorate.llm.call import ModelId, Purpose, Usage
from quorate.llm.catalogue import Catalogue
from quorate.llm.price_table import PriceTable
from quorate.llm.tier import Tier
from quorate.llm.told_prices import PricesMovedError, ToldPrice


class Paymaster:
    """Sets money aside for workers' calls, and settles them."""

    def __init__(self, store: Store, purse: SqlPurse, deliveries: Deliveries) -> None:
        self._store = store
        self._purse = purse
        self._deliveries = deliveries
        self._catalogue = Catalogue(store.settings.models)
        self._prices_here = PriceTable(stated=self._catalogue.prices, told=purse.prices)

    async def reserve(self, link: Link, told: Reserve) -> Reserved | Refused:
        """Return what was set aside, durably, or why nothing was."""
        found = await self._deliveries.in_hand(link, told.task_id, told.token)
        if found is None:
            return _refused(told, "not-yours", "this task is not in your hands")
        try:
            wanted = request_of(told.call, found.metadata, self._catalogue, self._prices_here)
            made = await self._reserved(wanted, told.call.price_edition)
        except PricesMovedError as error:
            return await self._prices(told, error.cause)
        except QuorateError as error:
            return _refusal(told, error)
        return Reserved(
            task_id=told.task_id,
            call_id=made.id,
            reserved_usd=format(made.reserved.amount, "f"),
            day=made.day.isoformat(),
        )

    async def settle(self, told: Settle) -> Settled | Refused:
        """Return that a call is settled; said again, or of a call that was settled otherwise, it changes nothing.

        A call that was reserved costs what it costs, whoever holds its task by now: a late answer is paid for too.
        """
        try:
            charge = charge_of(told.charge)
            reservation = await self._open(told.call_id)
            if reservation is not None:
                await self._purse.settle(reservation, charge)
        except QuorateError as error:
            return _refusal(told, error)
        return Settled(task_id=told.task_id, call_id=told.call_id)

    async def _reserved(self, wanted: ReservationRequest, edition: int) -> Reservation:
        """Return the reservation; one that was made before under this id, and not answered, is the same.

        Raises:
            PricesMovedError: the worker's prices are not ours.
        """
        if edition != self._purse.prices.edition:
            self._purse.prices.learn(await self._told())
        if edition != self._purse.prices.edition:
            raise PricesMovedError(f"the price of {wanted.model} may have changed")
        try:
            return await self._purse.reserve(wanted)
        except PricesMovedError:
            raise
        except ConflictError:
            before = await self._open(wanted.call_id)
            if before is None or before.request.run_id != wanted.run_id:
                raise
            return before

    async def _open(self, call_id: str) -> Reservation | None:
        calls = await self._store.database.look_up(partial(open_calls, tenant=self._store.tenant))
        return next((each for each, _ in calls if each.id == call_id), None)

    async def _told(self) -> dict[ModelId, ToldPrice]:
        told = await self._store.database.look_up(partial(prices_told, tenant=self._store.tenant))
        return dict(told)

    async def _prices(self, told: Reserve, cause: str) -> Refused:
        known = await self._told()
        return Refused(
            task_id=told.task_id,
            call_id=told.call.call_id,
            code="prices-moved",
            cause=cause[:500],
            price_edition=sum(each.version for each in known.values()),
            prices=[_price(each) for each in known.values()],
        )


def request_of(
    call: CallBody, metadata: dict[str, object], catalogue: Catalogue, prices: PriceTable
) -> ReservationRequest:
    """Return what a call reserves: run, profile, book, limit and the model's tier are ours, never the worker's word.

    Raises:
        RejectedError: the call is for something that no turn of an agent does, or its price is known to us alone.
    """
    assigned = read_assignment(metadata)
    if call.tier not in set(Tier) or call.purpose not in set(Purpose):
        raise RejectedError(f"no turn makes a call for '{call.purpose}' of tier '{call.tier}'")
    purpose = Purpose(call.purpose)
    if purpose not in {assigned.purpose, Purpose.REPAIR}:
        raise RejectedError(f"the task is for '{assigned.purpose}', the call for '{purpose}'")
    context, profile = assigned.context, assigned.profile
    model = ModelId(call.provider, call.model)
    worst = call.worst_cost_usd
    if worst is None and prices.worst_cost(model, 0, 0) is not None:
        raise RejectedError(
            f"the price of {model} is known here, and the call names none",
            effect="nothing was set aside",
            fix="state the same prices for hub and worker, and run them in the same version",
        )
    return ReservationRequest(
        call_id=call.call_id,
        logical_id=call.logical_id,
        run_id=context.run_id,
        profile=profile.name,
        tier=catalogue.tier(model) or profile.tier,
        purpose=purpose,
        model=model,
        worst_cost=None if worst is None else Usd(Decimal(worst)),
        trace_id=context.trace_id,
        book=context.book,
        run_limit=context.limit,
    )


def charge_of(body: ChargeBody) -> Charge:
    """Return how a call ended, as a worker tells it.

    Raises:
        RejectedError: it is no end that a call has.
    """
    if body.status not in set(CallStatus) or body.status == CallStatus.RESERVED:
        raise RejectedError(f"no call ends as '{body.status}'")
    if body.cost_source not in set(CostSource):
        raise RejectedError(f"nobody called '{body.cost_source}' says what a call costs")
    return Charge(
        cost=None if body.cost_usd is None else Usd(Decimal(body.cost_usd)),
        cost_source=CostSource(body.cost_source),
        status=CallStatus(body.status),
        price_version=body.price_version,
        usage=Usage(
            prompt_tokens=body.prompt_tokens,
            completion_tokens=body.completion_tokens,
            cached_tokens=body.cached_tokens,
        ),
        code=body.code,
        latency_ms=body.latency_ms,
        model_served=body.model_served,
        prompt_hash=body.prompt_hash,
        template=body.template,
        cache_hit=body.cache_hit,
        fallback_reason=body.fallback_reason,
        usage_estimated=body.usage_estimated,
    )


def _refusal(told: Reserve | Settle, error: QuorateError) -> Refused:
    """Return a failure as a worker is told it."""
    if isinstance(error, BudgetExhaustedError):
        return structs.replace(
            _refused(told, error.slug, error.cause),
            fix=error.fix[:500],
            limit=error.limit.value,
            size=str(error.size),
            left=str(error.left),
        )
    code = "unavailable" if isinstance(error, UnavailableError) else "not-yours"
    return _refused(told, code, error.cause)


def _refused(told: Reserve | Settle, code: str, cause: str) -> Refused:
    call_id = told.call.call_id if isinstance(told, Reserve) else told.call_id
    return Refused(task_id=told.task_id, call_id=call_id, code=code, cause=cause[:500])


def _price(told: ToldPrice) -> PriceBody:
    price = told.price
    return PriceBody(
        provider=told.model.provider,
        model=told.model.model,
        prompt_usd_per_million=None if price is None else format(price.prompt, "f"),
        completion_usd_per_million=None if price is None else format(price.completion, "f"),
        version=told.version,
    )
