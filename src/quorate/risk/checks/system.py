"""Checks of the system itself: 01, 02, 20, 21, 26, 27, 28."""

from __future__ import annotations

from decimal import Decimal

from quorate.portfolio.book import BookMode
from quorate.portfolio.check_code import CheckCode
from quorate.risk.checks.judging import (
    Answer,
    at_most,
    denied,
    first_denial,
    not_applicable,
    passed,
    unknown,
)
from quorate.risk.limits import RiskLimits
from quorate.risk.order import OrderRequest
from quorate.risk.situation import Situation
from quorate.risk.trading_state import TradingState

ONE = Decimal(1)


def trading_state(order: OrderRequest, at: Situation, _limits: RiskLimits) -> Answer:
    """01: HALTED and REDUCING send nothing but what reduces."""
    state = at.system.trading_state
    if state is TradingState.ACTIVE or order.reduce_only:
        return passed()
    if state is TradingState.HALTED:
        return denied(CheckCode.TRADING_HALTED, "trading is halted, a person must resume it")
    return denied(CheckCode.TRADING_STATE_REDUCING, "only orders that reduce are sent")


def circuit(_order: OrderRequest, at: Situation, _limits: RiskLimits) -> Answer:
    """02: the auditor's breaker is closed."""
    if at.system.breaker_open:
        return denied(CheckCode.CIRCUIT_OPEN, "the auditor's breaker is open")
    return passed()


def losses(_order: OrderRequest, at: Situation, limits: RiskLimits) -> Answer:
    """20: a bad day or a fall from the peak takes no new risk; the state that follows is set by the cycle."""
    account = at.account
    if account.day_start_equity <= 0 or account.peak_equity <= 0:
        return unknown(CheckCode.DAILY_LOSS_LIMIT, "the equity that the day or the peak began with")
    day_loss = ONE - account.equity / account.day_start_equity
    fall = ONE - account.equity / account.peak_equity
    if day_loss >= limits.reducing_day_loss:
        return denied(
            CheckCode.DAILY_LOSS_LIMIT, "the day's loss", day_loss, limits.reducing_day_loss
        )
    if fall >= limits.halting_drawdown:
        return denied(
            CheckCode.MAX_DRAWDOWN, "the fall from the peak", fall, limits.halting_drawdown
        )
    return passed(day_loss, limits.reducing_day_loss)


def locks(order: OrderRequest, at: Situation, limits: RiskLimits) -> Answer:
    """21: no entry right after an exit, after several stops, or into a symbol that gains too little."""
    return first_denial(
        _cooldown(order, at, limits), _stoploss_guard(at, limits), _low_profit(order, at, limits)
    )


def reconciliation(_order: OrderRequest, at: Situation, limits: RiskLimits) -> Answer:
    """26: the broker's stream is up and what we believe was compared with it lately."""
    if at.mode is BookMode.REPLAY:
        return not_applicable("a REPLAY book is its own broker")
    if not at.system.stream_ready:
        return denied(CheckCode.STREAM_RECONCILING, "the broker's stream is being caught up")
    age = at.system.reconciliation_age_s
    if age is None:
        return unknown(CheckCode.RECONCILIATION_STALE, "when positions were last compared")
    return at_most(
        age,
        limits.max_reconciliation_age_s,
        CheckCode.RECONCILIATION_STALE,
        "the last comparison with the broker, in seconds",
    )


def audit(_order: OrderRequest, at: Situation, _limits: RiskLimits) -> Answer:
    """27: what cannot be journaled is not sent."""
    if at.system.audit_available:
        return passed()
    return denied(CheckCode.AUDIT_UNAVAILABLE, "the journal takes no rows")


def budget(_order: OrderRequest, at: Situation, _limits: RiskLimits) -> Answer:
    """28: a run that overran its budget for models buys nothing."""
    if at.system.budget_left:
        return passed()
    return denied(CheckCode.BUDGET, "the budget for models was exceeded")


def _cooldown(order: OrderRequest, at: Situation, limits: RiskLimits) -> Answer:
    for exit_ in at.activity.exits:
        if exit_.symbol == order.symbol and exit_.sessions_ago < limits.cooldown_sessions:
            return denied(
                CheckCode.COOLDOWN,
                "sessions since the symbol was sold",
                Decimal(exit_.sessions_ago),
                Decimal(limits.cooldown_sessions),
            )
    return passed()


def _stoploss_guard(at: Situation, limits: RiskLimits) -> Answer:
    stops = [
        exit_.sessions_ago
        for exit_ in at.activity.exits
        if exit_.stopped and exit_.sessions_ago < limits.guard_sessions
    ]
    recent = bool(stops) and min(stops) < limits.guard_pause_sessions
    if recent and len(stops) >= limits.guard_stops:
        return denied(
            CheckCode.STOPLOSS_GUARD,
            f"stops hit within {limits.guard_sessions} sessions",
            Decimal(len(stops)),
            Decimal(limits.guard_stops),
        )
    return passed()


def _low_profit(order: OrderRequest, at: Situation, limits: RiskLimits) -> Answer:
    gains = [
        exit_.gain
        for exit_ in at.activity.exits
        if exit_.symbol == order.symbol and exit_.sessions_ago < limits.low_profit_sessions
    ]
    gained = sum(gains, Decimal(0))
    if len(gains) >= limits.low_profit_exits and gained < limits.low_profit:
        return denied(
            CheckCode.LOW_PROFIT_SYMBOL,
            f"what the symbol gained in {limits.low_profit_sessions} sessions",
            gained,
            limits.low_profit,
        )
    return passed()
