"""An order that every check lets through, and ways to make it worse by one value."""

from dataclasses import replace
from decimal import Decimal

from quorate.kernel.ids import DecisionId, Symbol
from quorate.portfolio.book import BookMode
from quorate.risk import Leg, OrderKind, OrderRequest, Side, TradingState
from quorate.risk.situation import (
    AccountFacts,
    Activity,
    DecisionFacts,
    InstrumentFacts,
    MarketFacts,
    OpenOrder,
    RecentExit,
    Situation,
    SystemFacts,
)

AAPL, IBM = Symbol("AAPL"), Symbol("IBM")
DECISION = DecisionId("dec_1")

ENTRY = OrderRequest(
    decision_id=DECISION,
    decision_hash="h",
    symbol=AAPL,
    side=Side.BUY,
    leg=Leg.ENTRY,
    kind=OrderKind.LIMIT,
    quantity=Decimal(10),
    intended_quantity=Decimal(10),
    price=Decimal("100.00"),
    protective_stop=Decimal("95.00"),
)

EXIT = replace(ENTRY, side=Side.SELL, leg=Leg.EXIT, protective_stop=None, price=Decimal("100.00"))

CALM = Situation(
    mode=BookMode.PAPER,
    decision=DecisionFacts(
        decision_id=DECISION,
        hash="h",
        acts=True,
        age_s=Decimal(5),
        confidence=Decimal("0.8"),
        escalated=False,
        vetoed=False,
    ),
    market=MarketFacts(
        reference=Decimal(100),
        before=Decimal(100),
        quote_age_s=Decimal(1),
        bid=Decimal("99.95"),
        ask=Decimal("100.05"),
        average_volume=Decimal(1_000_000),
        is_fresh_bar=True,
        is_open=True,
        minutes_since_open=Decimal(60),
        minutes_to_close=Decimal(60),
    ),
    instrument=InstrumentFacts(
        tradable=True, allowed=True, quantity_step=Decimal(1), price_step=Decimal("0.01")
    ),
    account=AccountFacts(
        equity=Decimal(100_000),
        buying_power=Decimal(100_000),
        day_start_equity=Decimal(100_000),
        peak_equity=Decimal(100_000),
        held={AAPL: Decimal(10)},
        worth={AAPL: Decimal(1000)},
    ),
    activity=Activity(
        orders_last_minute=0,
        orders_today=0,
        calls_last_minute=0,
        repeats_today=0,
        day_trades=0,
        sent_for_decision=Decimal(0),
    ),
    system=SystemFacts(
        trading_state=TradingState.ACTIVE,
        breaker_open=False,
        audit_available=True,
        stream_ready=True,
        reconciliation_age_s=Decimal(10),
        budget_left=True,
    ),
)


def at(situation=CALM, **parts):
    """Return `situation` with fields of its parts replaced: `at(market={"bid": None})`; None drops a part."""
    changed = {
        name: value if not isinstance(value, dict) else replace(getattr(situation, name), **value)
        for name, value in parts.items()
    }
    return replace(situation, **changed)


def open_order(**changes):
    """Return an open order of IBM, or what `changes` make of it."""
    return replace(
        OpenOrder(
            decision_id=DecisionId("dec_0"),
            symbol=IBM,
            side=Side.BUY,
            quantity=Decimal(10),
            rest=Decimal(10),
            worst_price=Decimal(100),
            age_s=Decimal(10),
        ),
        **changes,
    )


def sold(sessions_ago, gain="0.05", *, symbol=AAPL, stopped=False):
    """Return a closed position."""
    return RecentExit(symbol=symbol, sessions_ago=sessions_ago, stopped=stopped, gain=Decimal(gain))
