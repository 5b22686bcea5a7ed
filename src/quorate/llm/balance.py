"""Balances: what each profile has committed on a day, what a call adds to it, and whether every limit has room.

A call commits its worst case before it is made (reserved) and what it is charged after (spent), in one balance: its
profile's of that day. The day's is their sum, a run's the sum of its calls. Amounts are whole billionths of a dollar
throughout: sums are exact, and nothing is rounded on the way to the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from quorate.llm.budget import (
    BudgetExhaustedError,
    CallStatus,
    Limit,
    ReservationRequest,
    shown_size,
)
from quorate.llm.nanos import Nanos, dollars, nanos_of, usd_of
from quorate.llm.tier import Tier


class Balance(NamedTuple):
    """What a profile's calls of one UTC day hold together.

    `reserved` is set aside for calls that have not ended, `spent` is what the budgets count for those that have;
    `calls` are all of them, `unpriced` those that nobody knows the cost of, `power_calls` those of the power tier,
    `open_calls` those that have not ended.
    """

    reserved: Nanos = Nanos(0)
    spent: Nanos = Nanos(0)
    calls: int = 0
    unpriced: int = 0
    power_calls: int = 0
    open_calls: int = 0

    @property
    def committed(self) -> int:
        """Return what cannot be spent again."""
        return self.reserved + self.spent


class Hold(NamedTuple):
    """What one call holds of its balance."""

    reserved: Nanos = Nanos(0)
    spent: Nanos = Nanos(0)
    unpriced: int = 0
    is_open: int = 0


EMPTY: Final = Balance()


def hold_of(status: CallStatus, *, worst: Nanos | None, cost: Nanos | None) -> Hold:
    """Return what a call holds: its worst case until it ends, then its cost, or the worst case where none is known."""
    unpriced = int(worst is None and cost is None)
    if status is CallStatus.RESERVED:
        return Hold(reserved=worst or Nanos(0), unpriced=unpriced, is_open=1)
    return Hold(spent=cost if cost is not None else worst or Nanos(0), unpriced=unpriced)


def with_call(balance: Balance, hold: Hold, tier: Tier) -> Balance:
    """Return `balance` with one more call, which holds `hold`."""
    return _moved(balance, Hold(), hold, calls=1, tier=tier)


def without_call(balance: Balance, hold: Hold, tier: Tier) -> Balance:
    """Return the balance that `with_call` was given."""
    return _moved(balance, hold, Hold(), calls=-1, tier=tier)


def with_change(balance: Balance, before: Hold, after: Hold) -> Balance:
    """Return `balance` with a call holding `after` instead of `before`."""
    return _moved(balance, before, after, calls=0, tier=Tier.FREE)


def _moved(balance: Balance, before: Hold, after: Hold, *, calls: int, tier: Tier) -> Balance:
    return Balance(
        reserved=Nanos(balance.reserved - before.reserved + after.reserved),
        spent=Nanos(balance.spent - before.spent + after.spent),
        calls=balance.calls + calls,
        unpriced=balance.unpriced - before.unpriced + after.unpriced,
        power_calls=balance.power_calls + (calls if tier is Tier.POWER else 0),
        open_calls=balance.open_calls - before.is_open + after.is_open,
    )


def together(balances: Iterable[Balance]) -> Balance:
    """Return the sum of `balances`."""
    sums = [sum(column) for column in zip(EMPTY, *balances, strict=True)]
    return Balance(Nanos(sums[0]), Nanos(sums[1]), *sums[2:])


def supersedes(after: CallStatus, before: CallStatus) -> bool:
    """Return whether a settlement still changes a call: the first one does, and a true one after a guess."""
    if before is CallStatus.ABANDONED:
        return after is not CallStatus.ABANDONED
    return before is CallStatus.RESERVED


@dataclass(frozen=True, slots=True)
class Standing:
    """What a call meets: its day, its profile's part of it, and what its run and its profile there have committed."""

    day: Balance = EMPTY
    profile: Balance = EMPTY
    run: int = 0
    profile_run: int = 0


class Room(NamedTuple):
    """How full a limit is and what is wanted of it: billionths of a dollar, or calls where it counts those."""

    limit: Limit
    size: int
    used: int
    wanted: int = 0

    @property
    def left(self) -> int:
        """Return what is left of it, never below zero."""
        return max(self.size - self.used, 0)

    @property
    def is_enough(self) -> bool:
        """Return whether what is wanted fits; a limit that is just reached has held, and nothing always fits."""
        return not self.wanted or self.used + self.wanted <= self.size


def rooms(
    wanted: ReservationRequest, standing: Standing, sizes: Mapping[Limit, int]
) -> tuple[Room, ...]:
    """Return the limits that a call must fit into, in the order of `Limit`.

    A call without a known price fits where anything at all is left: nobody can say that it is free.
    """
    worst = 1 if wanted.worst_cost is None else nanos_of(wanted.worst_cost)
    in_run = 0 if wanted.run_id is None else worst
    asked = {
        Limit.UNPRICED_CALLS: (standing.day.unpriced, int(wanted.worst_cost is None)),
        Limit.POWER_CALLS: (standing.day.power_calls, int(wanted.tier is Tier.POWER)),
        Limit.RUN: (standing.run, in_run),
        Limit.PROFILE_RUN: (standing.profile_run, in_run),
        Limit.PROFILE_DAY: (standing.profile.committed, worst),
        Limit.DAY: (standing.day.committed, worst),
    }
    return tuple(
        Room(limit, sizes[limit], used, want)
        for limit, (used, want) in asked.items()
        if limit in sizes
    )


def as_charged(wanted: ReservationRequest, charged: Nanos) -> ReservationRequest:
    """Return `wanted` as a limit can hold it: a free model that was charged for may cost that much again.

    `charged` is the most that a call of the model cost today. Source: ADR 26.
    """
    return replace(wanted, worst_cost=usd_of(charged)) if wanted.is_free and charged else wanted


def require_room(wanted: ReservationRequest, found: Sequence[Room]) -> None:
    """Refuse a call that one of the limits has no room for.

    Raises:
        BudgetExhaustedError: the first such limit.
    """
    for room in found:
        if not room.is_enough:
            raise BudgetExhaustedError(
                _cause(wanted, room),
                fix=_FIXES[room.limit].format(profile=wanted.profile, limit=room.limit),
                limit=room.limit,
                size=shown_size(room.limit, room.size),
                left=shown_size(room.limit, room.left),
            )


def with_reservation(wanted: ReservationRequest, profile: Balance) -> Balance:
    """Return the profile's balance with the call's worst case set aside."""
    worst = None if wanted.worst_cost is None else nanos_of(wanted.worst_cost)
    return with_call(profile, hold_of(CallStatus.RESERVED, worst=worst, cost=None), wanted.tier)


_NAMES: Final[Mapping[Limit, str]] = {
    Limit.RUN: "the budget of the run",
    Limit.PROFILE_RUN: "the budget of profile '{profile}' for one run",
    Limit.PROFILE_DAY: "the daily budget of profile '{profile}'",
    Limit.DAY: "the daily budget",
}

_FIXES: Final[Mapping[Limit, str]] = {
    Limit.UNPRICED_CALLS: "name a model with a known price, or: quorate budget set {limit} NUMBER",
    Limit.POWER_CALLS: "wait for 00:00 UTC, or: quorate budget set {limit} NUMBER",
    Limit.RUN: "quorate budget set {limit} AMOUNT",
    Limit.PROFILE_RUN: "give profile '{profile}' a larger budget for one run",
    Limit.PROFILE_DAY: "wait for 00:00 UTC, or: quorate budget set {limit} AMOUNT",
    Limit.DAY: "wait for 00:00 UTC, or: quorate budget set {limit} AMOUNT",
}


def _cause(wanted: ReservationRequest, room: Room) -> str:
    size = room.size
    if room.limit is Limit.POWER_CALLS:
        return f"all {size} power calls of the day are used"
    if room.limit is Limit.UNPRICED_CALLS:
        why = f"all {size} such calls of the day are used" if size else "such calls are forbidden"
        return f"{wanted.model} has no known price, and {why}"
    name = _NAMES[room.limit].format(profile=wanted.profile)
    known = wanted.worst_cost is not None
    price = f"may cost {dollars(room.wanted)}" if known else "costs nobody knows what"
    return (
        f"{name} has {dollars(room.left)} left of {dollars(size)}, and a call of "
        f"{wanted.model} {price}"
    )
