"""The state of the money: what today and this month cost, how full every limit is, and where the rate so far leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from quorate.llm.budget import COUNTED, Limit
from quorate.llm.budget_line import BudgetLine
from quorate.llm.cost import CostLine, total
from quorate.llm.forecast import Forecast, day_forecast, month_forecast
from quorate.llm.threshold import Warned


@dataclass(frozen=True, slots=True, kw_only=True)
class DayGauge:
    """The day's limit of dollars for all calls, and which limits filled up today: what every page shows."""

    line: BudgetLine
    warnings: Sequence[Warned]

    @property
    def size(self) -> str:
        """Return the limit as people read it."""
        return self.line.shown(self.line.size)

    @property
    def fullest(self) -> Warned | None:
        """Return the warning that says most, None where no limit filled up."""
        return max(self.warnings, key=lambda warned: warned.percent, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Everything as of `now`; `days` are the days of this month that had calls, by name."""

    now: datetime
    days: Sequence[CostLine]
    budgets: Sequence[BudgetLine]
    warnings: Sequence[Warned]

    @property
    def today(self) -> CostLine:
        """Return today's calls."""
        name = self.now.astimezone(UTC).date().isoformat()
        return total(line for line in self.days if line.key == name)

    @property
    def month(self) -> CostLine:
        """Return this month's calls."""
        return total(self.days)

    @property
    def day_end(self) -> Forecast:
        """Return where the day ends, measured as the budgets count, against the day's limit."""
        return self.forecast_of(self.line(Limit.DAY))

    @property
    def month_end(self) -> Forecast:
        """Return where the month ends, measured as the budgets count."""
        first = date.fromisoformat(min((line.key for line in self.days), default="1970-01-01"))
        spent = int(self.month.counted.amount * 10**9)
        return month_forecast(spent, len(self.days), first, self.now.astimezone(UTC))

    def line(self, limit: Limit) -> BudgetLine:
        """Return the line of a limit that holds for everybody."""
        return next(line for line in self.budgets if line.limit == limit and not line.profile)

    def forecast_of(self, line: BudgetLine) -> Forecast:
        """Return where a limit ends today; there is none for the limits that each run or profile has for itself."""
        used, held = line.used, line.today
        if used is None or held is None:
            return Forecast(amount=None, method="each run or profile has this limit for itself")
        calls = used if line.limit in COUNTED else held.calls
        return day_forecast(used, calls, self.now.astimezone(UTC), line.size)

    @property
    def marks(self) -> Mapping[tuple[Limit, str], Warned]:
        """Return the highest mark that each limit reached today."""
        found = sorted(self.warnings, key=lambda warned: warned.percent)
        return {(warned.limit, warned.profile): warned for warned in found}
