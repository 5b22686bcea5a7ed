"""ETags of money: what tells the limits and the stated prices that were read from all others. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from quorate.kernel.canonical import digest
from quorate.llm.budget_line import BudgetLine
from quorate.llm.price_line import PriceLine


def etag_of_budgets(lines: Sequence[BudgetLine]) -> str:
    """Return what tells these sizes of the limits for everybody from all others."""
    sizes = {line.limit.value: line.size for line in lines if not line.profile}
    return f'"{digest(sizes)[:32]}"'


def etag_of_prices(lines: Sequence[PriceLine]) -> str:
    """Return what tells these stated prices from all others."""
    changes = {str(line.model): line.changes for line in lines if line.changes}
    return f'"{digest(changes)[:32]}"'
