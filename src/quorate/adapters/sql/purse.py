"""The purse on the journal: money for a call is set aside, and replaced by what it cost.

reserve: read the budgets inside the writer's transaction -> has every limit room? -> call.reserved -> the call is made
         a limit of the day that comes to 80 % or to its end by it is told in the same commit, once a day: budget.warned
settle:  call.settled, alone or in the commit of what the call led to
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date
from typing import TYPE_CHECKING

from quorate.llm.balance import as_charged, require_room, rooms, supersedes, with_reservation
from quorate.llm.budget import (
    BudgetExhaustedError,
    BudgetPolicy,
    Charge,
    Limit,
    Reservation,
    ReservationRequest,
    sizes_in_force,
)
from quorate.llm.call_record import recalled_event, reserved_event, settled_event
from quorate.llm.nanos import nanos_of, usd_of
from quorate.llm.threshold import Warned, marks_reached, refused_mark, warned_event
from quorate.llm.told_prices import PricesMovedError, ToldPrice, ToldPrices

if TYPE_CHECKING:
    from quorate.adapters.sql.journal import SqlJournal
    from quorate.adapters.sql.standing import Found
    from quorate.adapters.sql.transaction import Transaction
    from quorate.kernel.journal import Event
    from quorate.kernel.ports import Clock
    from quorate.llm.call import ModelId


class SqlPurse:
    """One tenant's money for calls; the port `Purse` says what it promises.

    Nothing is locked or remembered here: the writer carries out all reservations that arrive together in one commit,
    each deciding on what the ones before it left, and it alone holds the tenant's chain meanwhile. `prices` are the
    stated ones that worst cases are computed with here.
    """

    def __init__(self, journal: SqlJournal, clock: Clock, policy: BudgetPolicy) -> None:
        self._journal = journal
        self._clock = clock
        self._sizes = policy.sizes()
        self._said: set[tuple[str, str, str, int]] = set()
        self.prices = ToldPrices()

    def today(self) -> date:
        """Return the UTC day whose budgets a call stands in that is made now."""
        return self._clock.now().astimezone(UTC).date()

    async def reserve(self, wanted: ReservationRequest) -> Reservation:
        """Set the worst case of one hop aside before it is made: of a free model what it was charged today, if it was.

        Raises:
            BudgetExhaustedError: a limit has no room for it; nothing was set aside.
            PricesMovedError: its worst case was computed with prices that hold no more; nothing was set aside.
            UnavailableError: the database gave no answer; the call must not be made.
        """
        made: list[Reservation] = []
        moved: list[Mapping[ModelId, ToldPrice]] = []

        def decide(tx: Transaction) -> Sequence[Event]:
            made.clear()
            day = self.today()
            found = tx.budgets(wanted, day)
            if found.price_edition != self.prices.edition:
                moved[:] = [tx.prices_told()]
                return []
            reservation = reservation_of(as_charged(wanted, found.charged), day)
            events = reserved(tx, reservation, found, self._sizes)
            made.append(reservation)
            return events

        try:
            await self._journal.commit(decide)
        except BudgetExhaustedError as error:
            await self._warn(refused_mark(error, wanted.profile, self.today()))
            raise
        if not made:
            self.prices.learn(moved[0])
            raise PricesMovedError(f"the price of {wanted.model} may have changed")
        return made[0]

    async def require_room_for(self, wanted: ReservationRequest) -> None:
        """Return where `wanted` would be reserved now; nothing is set aside, and nothing is written.

        Raises:
            BudgetExhaustedError: a limit has no room for it.
            UnavailableError: the database gave no answer.
        """

        def decide(tx: Transaction) -> Sequence[Event]:
            day = self.today()
            found = tx.budgets(wanted, day)
            reserved(tx, reservation_of(as_charged(wanted, found.charged), day), found, self._sizes)
            return []

        await self._journal.commit(decide)

    async def _warn(self, warned: Warned | None) -> None:
        """Tell that a limit refused a call, the first time on a day that it does."""
        if warned is None or warned.key in self._said:
            return

        def decide(tx: Transaction) -> Sequence[Event]:
            return [] if tx.is_warned(warned) else [warned_event(warned)]

        await self._journal.commit(decide)
        self._said.add(warned.key)

    async def settle(self, reservation: Reservation, charge: Charge) -> None:
        """Replace what was set aside by what it cost; a second time changes and writes nothing.

        Raises:
            UnavailableError: the database gave no answer; the worst case stays set aside.
        """

        def decide(tx: Transaction) -> Sequence[Event]:
            present = tx.call_status(reservation.id)
            if present is not None and not supersedes(charge.status, present):
                return []
            return [settled_event(reservation, charge)]

        await self._journal.commit(decide)

    def settled(self, reservation: Reservation, charge: Charge) -> Event:
        """Return the settlement as an event, to be committed together with what the call led to."""
        return settled_event(reservation, charge)

    def recalled(self, wanted: ReservationRequest, charge: Charge, role: str = "") -> Event:
        """Return the fact that an answer came from the cache: no call, no money, but a row like any other."""
        return recalled_event(wanted, charge, role=role, day=self.today())


def reservation_of(wanted: ReservationRequest, day: date) -> Reservation:
    """Return what is set aside for `wanted` where every limit has room for it."""
    worst = 0 if wanted.worst_cost is None else nanos_of(wanted.worst_cost)
    return Reservation(id=wanted.call_id, request=wanted, reserved=usd_of(worst), day=day)


def reserved(
    tx: Transaction, reservation: Reservation, found: Found, policy: Mapping[Limit, int]
) -> Sequence[Event]:
    """Return the fact that `reservation` was made, and which limits it fills, told once a day.

    `policy` are the limits where nobody said otherwise.

    Raises:
        BudgetExhaustedError: a limit has no room for it.
    """
    wanted = reservation.request
    own = dict(found.own)
    if wanted.run_limit is not None:
        budget = sizes_in_force(policy, found.told, {})[Limit.RUN]
        own[Limit.RUN] = min(nanos_of(wanted.run_limit), budget)
    met = rooms(wanted, found.standing, sizes_in_force(policy, found.told, own))
    require_room(wanted, met)
    after = with_reservation(wanted, found.standing.profile)
    marks = marks_reached(met, wanted.profile, reservation.day)
    return [
        reserved_event(reservation, role=found.role, balance=after),
        *(warned_event(mark) for mark in marks if not tx.is_warned(mark)),
    ]
