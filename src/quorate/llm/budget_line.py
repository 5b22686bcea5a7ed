"""The limits as people read them: how large each is, who said so, and how full it is today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from quorate.kernel.canonical import Json
from quorate.llm.balance import EMPTY, Balance, together
from quorate.llm.budget import COUNTED, SETTABLE, Limit
from quorate.llm.nanos import dollars, exact


class BudgetSource(StrEnum):
    """Who gave a limit its size; the last one named wins."""

    CONFIGURATION = "configuration"
    COMMAND = "command"
    PROFILE = "profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine:
    """One limit: `profile` is "" where it holds for everybody.

    `size` is billionths of a dollar, or calls where the limit counts those. `today` is what the calls of the day hold
    of it, None for a limit that each profile or run has for itself.
    """

    limit: Limit
    profile: str
    size: int
    source: BudgetSource
    today: Balance | None

    @property
    def used(self) -> int | None:
        """Return what is used of it today, in the unit of `size`."""
        held = self.today
        if held is None:
            return None
        calls = {Limit.POWER_CALLS: held.power_calls, Limit.UNPRICED_CALLS: held.unpriced}
        return calls.get(self.limit, held.committed)

    @property
    def left(self) -> int | None:
        """Return what is left of it today, never below zero."""
        return None if self.used is None else max(self.size - self.used, 0)

    def as_json(self) -> dict[str, Json]:
        """Return the line as programs read it: money as decimal text, calls as numbers, the other kind null."""
        counts = self.limit in COUNTED
        held = self.today
        return {
            "budget": self.limit.value,
            "profile": self.profile or None,
            "limitUsd": None if counts else exact(self.size),
            "limitCalls": self.size if counts else None,
            "usedUsd": None if counts else exact(self.used),
            "usedCalls": self.used if counts else None,
            "leftUsd": None if counts else exact(self.left),
            "leftCalls": self.left if counts else None,
            "reservedUsd": None if counts or held is None else exact(held.reserved),
            "spentUsd": None if counts or held is None else exact(held.spent),
            "calls": None if held is None else held.calls,
            "openCalls": None if held is None else held.open_calls,
            "unpriced": None if held is None else held.unpriced,
            "source": self.source.value,
        }

    def shown(self, amount: int | None) -> str:
        """Return an amount in the unit of `size` as people read it."""
        if amount is None:
            return "-"
        return str(amount) if self.limit in COUNTED else dollars(amount)


def budget_lines(
    configured: Mapping[Limit, int],
    told: Mapping[Limit, int],
    today: Mapping[str, Balance],
    own: Mapping[str, Mapping[Limit, int]],
) -> Sequence[BudgetLine]:
    """Return the limits that hold for everybody, then those of each profile that has its own or was called today.

    Args:
        configured: the configuration's sizes.
        told: the sizes that somebody set.
        today: what each profile holds today.
        own: the budgets that profiles have of their own.
    """
    everybody = together(today.values())
    general = [
        BudgetLine(
            limit=limit,
            profile="",
            size=told.get(limit, configured[limit]),
            source=BudgetSource.COMMAND if limit in told else BudgetSource.CONFIGURATION,
            today=everybody if limit not in _OF_ONE else None,
        )
        for limit in reversed(SETTABLE)
    ]
    daily = {line.limit: line for line in general}[Limit.PROFILE_DAY]
    return [*general, *_of_profiles(daily, today, own)]


_OF_ONE = frozenset({Limit.RUN, Limit.PROFILE_DAY})
"""The limits that each run or profile has for itself."""


def _of_profiles(
    daily: BudgetLine, today: Mapping[str, Balance], own: Mapping[str, Mapping[Limit, int]]
) -> Iterator[BudgetLine]:
    for profile in sorted({*today, *(name for name, limits in own.items() if limits)}):
        limits = own.get(profile, {})
        has_own = Limit.PROFILE_DAY in limits
        yield BudgetLine(
            limit=Limit.PROFILE_DAY,
            profile=profile,
            size=limits.get(Limit.PROFILE_DAY, daily.size),
            source=BudgetSource.PROFILE if has_own else daily.source,
            today=today.get(profile, EMPTY),
        )
        if Limit.PROFILE_RUN in limits:
            yield BudgetLine(
                limit=Limit.PROFILE_RUN,
                profile=profile,
                size=limits[Limit.PROFILE_RUN],
                source=BudgetSource.PROFILE,
                today=None,
            )
