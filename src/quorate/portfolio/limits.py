"""The pre-trade checks that a virtual book can fail: they only ever shrink an entry, or refuse it with a code.

Exits pass all of them. Source: RELIABILITY 3; which checks do not apply here, and why: docs/concepts/competition.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from quorate.kernel.ids import DecisionId, Symbol
from quorate.portfolio.check_code import CheckCode
from quorate.portfolio.entry_size import EntryOffer, EntryRoom, entry_size
from quorate.portfolio.ledger import ZERO
from quorate.portfolio.policy import PortfolioPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An entry that was not made, and the check that said so."""

    decision_id: DecisionId
    symbol: Symbol
    code: CheckCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the checks know of a book: worth, cash, what it holds of the symbol, how it fared."""

    equity: Decimal
    cash: Decimal
    position: Decimal
    day_start: Decimal
    peak: Decimal
    volume: Decimal | None = None


class Allowed(NamedTuple):
    """Whole shares that may be bought, or the check that allows none."""

    quantity: Decimal
    code: CheckCode | None = None


def allowed_entry(
    wanted: Decimal,
    price: Decimal,
    stop: Decimal | None,
    standing: Standing,
    policy: PortfolioPolicy,
) -> Allowed:
    """Return how many whole shares of the `wanted` an entry at `price` may buy; below one it is refused.

    The code of a refusal is that of the tightest check; a wish that was below a share itself is too small.
    """
    if stop is None:
        return Allowed(ZERO, CheckCode.RISK_EXCEEDS_MAX_PER_TRADE)
    refused = _forbidden(price, stop, standing, policy)
    if refused:
        return Allowed(ZERO, refused)
    sized = entry_size(
        EntryOffer(quantity=wanted, price=price, stop=stop),
        EntryRoom(
            equity=standing.equity,
            position=standing.position,
            free=policy.max_cash_share * standing.cash - policy.fee_per_fill_usd,
            volume=standing.volume,
        ),
        policy,
    )
    if sized.quantity >= 1:
        return Allowed(sized.quantity)
    too_small = wanted < 1 or sized.bound is None
    return Allowed(ZERO, CheckCode.NOTIONAL_BELOW_MINIMUM if too_small else sized.bound)


def _forbidden(
    price: Decimal, stop: Decimal, standing: Standing, policy: PortfolioPolicy
) -> CheckCode | None:
    """Return the check that no size could pass, None where there is none."""
    if stop >= price:
        return CheckCode.RISK_ZERO_WITH_SIZE
    if standing.equity <= (1 - policy.max_drawdown) * standing.peak:
        return CheckCode.MAX_DRAWDOWN
    if standing.equity <= (1 - policy.max_daily_loss) * standing.day_start:
        return CheckCode.DAILY_LOSS_LIMIT
    return None
