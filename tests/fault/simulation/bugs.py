"""Planted bugs: mistakes that people make in such a system, put into the product for one walk and taken out again.

A simulation that does not find them proves nothing. Source: RELIABILITY 4.1 (planted-bug check).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from quorate.execution import order as orders
from quorate.execution import recorded
from quorate.execution import service as service_module
from quorate.execution.broker import OrderRefusedError, OutcomeUnknownError
from quorate.execution.client_order_id import ClientOrderId, client_order_id
from quorate.execution.order import Change, told
from quorate.execution.order_table import OrderEvent
from quorate.execution.recorded import TradingStanding
from quorate.execution.sending import OrderDesk
from quorate.execution.sending import service as sending
from quorate.execution.service import ExecutionService
from quorate.kernel.errors import UnavailableError

Bug = Callable[[], Any]


@contextmanager
def instead(place: Any, name: str, wrong: Any) -> Iterator[None]:
    """Put `wrong` where the product has something right, for the block."""
    right = vars(place)[name] if isinstance(place, type) else getattr(place, name)
    setattr(place, name, wrong)
    try:
        yield
    finally:
        setattr(place, name, right)


def rejected_on_timeout() -> Any:
    """A timeout is taken for a rejection."""

    async def _send(self: Any, id_: Any, approved: Any) -> None:
        try:
            answer = await self._broker.submit(approved, id_)
        except OrderRefusedError as refusal:
            await self._refused(id_, refusal.cause)
        except UnavailableError as error:
            await self.happened(id_, OrderEvent.REJECTED, reason=error.cause)
        else:
            await self._fold(id_, lambda known: told(known.order, answer))

    return instead(OrderDesk, "_send", _send)


def sent_again_blindly() -> Any:
    """A lost answer is followed by the same POST at once."""
    right = OrderDesk._send

    async def _send(self: Any, id_: Any, approved: Any) -> None:
        try:
            answer = await self._broker.submit(approved, id_)
        except OutcomeUnknownError:
            await right(self, id_, approved)
        except OrderRefusedError as refusal:
            await self._refused(id_, refusal.cause)
        except UnavailableError as error:
            await self.happened(id_, OrderEvent.AMBIGUOUS, reason=error.cause)
        else:
            await self._fold(id_, lambda known: told(known.order, answer))

    return instead(OrderDesk, "_send", _send)


def id_with_a_counter() -> Any:
    """An order's id is made anew each time it is asked for."""
    count = itertools.count()

    def id_of(request: Any, generation: int) -> ClientOrderId:
        right = client_order_id(
            request.decision_id, request.symbol, request.side, request.leg, generation=generation
        )
        return ClientOrderId(f"{right[:-8]}{next(count):05d}{right[-3:]}")

    return instead(sending, "id_of", id_of)


def sent_before_its_intent() -> Any:
    """The order is sent first and written down afterwards."""
    right = OrderDesk.place

    async def place(self: Any, approved: Any, intent: Any) -> Any:
        id_ = sending.id_of(approved.request, intent.generation)
        if await self._orders.order(id_) is None:
            with suppress(OrderRefusedError, UnavailableError):
                await self._broker.submit(approved, id_)
        return await right(self, approved, intent)

    return instead(OrderDesk, "place", place)


def claimed_by_everybody() -> Any:
    """Whoever places an order sends it, whether or not somebody has."""
    right = OrderDesk._claimed

    async def _claimed(self: Any, id_: Any) -> bool:
        await right(self, id_)
        return True

    return instead(OrderDesk, "_claimed", _claimed)


def halt_not_asked_when_sending() -> Any:
    """The trading state is looked at by the checks, not in the transaction that sends."""
    return instead(TradingStanding, "forbids", lambda _self, _request: False)


def execution_booked_twice() -> Any:
    """A frame that comes twice is booked twice."""

    def executed(order: Any, execution: Any) -> Change:
        again = replace(
            execution, id=f"{execution.id}+" if _knows(order, execution) else execution.id
        )
        return right(order, again)

    def heard(order: Any, update: Any) -> Change:
        change = Change(order)
        if update.execution is not None:
            change = orders.executed(order, update.execution)
        known = orders.told(change.order, update.told)
        return Change(known.order, (*change.alerts, *known.alerts))

    right = orders.executed
    return both(instead(orders, "executed", executed), instead(sending, "heard", heard))


def late_fill_forgotten() -> Any:
    """What fills while a cancellation is on its way is not booked."""
    right = orders.executed

    def executed(order: Any, execution: Any) -> Change:
        if order.state in {"PENDING_CANCEL", "CANCELED"}:
            return Change(order)
        return right(order, execution)

    from quorate.execution import hearing  # noqa: PLC0415  (it took the name with it)

    return both(instead(orders, "executed", executed), instead(hearing, "executed", executed))


def total_taken_for_a_part() -> Any:
    """What the broker says is filled in all is booked as one more fill."""

    def _made_up_for(order: Any, news: Any, missing: Any) -> Any:
        made = right(order, news, missing)
        return replace(made, quantity=min(news.filled, order.request.quantity))

    right = orders._made_up_for
    return instead(orders, "_made_up_for", _made_up_for)


def sale_added_to_what_is_held() -> Any:
    """The side of an execution is forgotten."""

    def _held_after(side: Any, new: Any, held: Any) -> Any:
        right_one = right(side, new, held)
        shares = sum(each.quantity for each in new)
        return replace(right_one, quantity=held.quantity + shares)

    right = recorded._held_after
    return instead(recorded, "_held_after", _held_after)


def decision_never_too_old() -> Any:
    """An order is sent however old its decision is."""

    def _sending(self: Any, known: Any, tx: Any) -> Change:
        if tx.trading(self._book).forbids(known.order.request):
            return orders.happened(known.order, OrderEvent.DENY, reason="TRADING_HALTED")
        return orders.happened(known.order, OrderEvent.SEND)

    return instead(OrderDesk, "_sending", _sending)


def stop_of_what_was_ordered() -> Any:
    """The protective stop covers what was ordered, not what was filled."""

    def protective_stop(symbol: Any, held: Any, known: Any) -> Any:
        found = right(symbol, held, known)
        if found is None:
            return None
        request, generation = found
        entries = [e.order.request for e in known if e.order.request.leg == "entry"]
        return replace(request, quantity=entries[-1].quantity), generation

    right = service_module.protective_stop
    return instead(service_module, "protective_stop", protective_stop)


def stop_left_resting() -> Any:
    """A position is sold while its stop still rests."""

    async def _release(*_: Any) -> None:
        return

    return instead(ExecutionService, "_release", _release)


def doubt_left_alone() -> Any:
    """An order that nobody knows of is not asked about again."""

    async def resolve(self: Any, id_: Any) -> Any:
        return await self.known(id_)

    return instead(OrderDesk, "resolve", resolve)


def rejected_on_sight() -> Any:
    """An order that was being sent when its process died is taken for one that never was."""

    async def resolve(self: Any, id_: Any) -> Any:
        known = await self.known(id_)
        if known.order.state == "SUBMITTED":
            return await self.happened(id_, OrderEvent.REJECTED, reason="the process died")
        return await right(self, id_)

    right = OrderDesk.resolve
    return instead(OrderDesk, "resolve", resolve)


def stop_with_a_used_generation() -> Any:
    """A second stop of a decision has the generation of the first, so that it is taken for it."""
    from quorate.execution import protection  # noqa: PLC0415  (as above)

    return instead(protection, "_generation", lambda _request, _orders: 0)


BUGS: Mapping[str, Bug] = {
    bug.__name__: bug
    for bug in (
        rejected_on_timeout,
        sent_again_blindly,
        id_with_a_counter,
        sent_before_its_intent,
        claimed_by_everybody,
        halt_not_asked_when_sending,
        execution_booked_twice,
        late_fill_forgotten,
        total_taken_for_a_part,
        sale_added_to_what_is_held,
        decision_never_too_old,
        stop_of_what_was_ordered,
        stop_left_resting,
        doubt_left_alone,
        rejected_on_sight,
        stop_with_a_used_generation,
    )
}


def _knows(order: Any, execution: Any) -> bool:
    return any(each.id == execution.id for each in order.executions)


@contextmanager
def both(one: Any, other: Any) -> Iterator[None]:
    """Plant two at once."""
    with one, other:
        yield
