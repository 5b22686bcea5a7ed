"""Risk: what may be ordered at all. It can only shrink, and alone makes an order that a broker takes."""

from quorate.portfolio.check_code import CheckCode
from quorate.portfolio.side import Side
from quorate.risk.approval import ApprovedOrder, approve
from quorate.risk.assessment import Assessment, assess
from quorate.risk.checks import CHECKS
from quorate.risk.finding import Finding, Outcome
from quorate.risk.limits import RiskLimits
from quorate.risk.order import Leg, OrderKind, OrderRequest
from quorate.risk.sizing import EntryWish, sized_entry
from quorate.risk.trading_state import TRADING_TABLE, TradingEvent, TradingState

__all__ = [
    "CHECKS",
    "TRADING_TABLE",
    "ApprovedOrder",
    "Assessment",
    "CheckCode",
    "EntryWish",
    "Finding",
    "Leg",
    "OrderKind",
    "OrderRequest",
    "Outcome",
    "RiskLimits",
    "Side",
    "TradingEvent",
    "TradingState",
    "approve",
    "assess",
    "sized_entry",
]
