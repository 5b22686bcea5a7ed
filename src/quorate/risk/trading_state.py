"""The trading state: whether a book may take new risk; a person alone makes it freer."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType

from quorate.kernel.transition import TransitionTable


class TradingState(StrEnum):
    """What a book may do. Source: DESIGN 8, RELIABILITY 3 (01)."""

    ACTIVE = "ACTIVE"
    REDUCING = "REDUCING"
    """Only orders that reduce are sent: a day's loss, or a position that nobody ordered."""
    HALTED = "HALTED"
    """As REDUCING, set by the auditor, a limit or a person, and latched over restarts."""


class TradingEvent(StrEnum):
    """What moves the trading state."""

    REDUCE = "reduce"
    HALT = "halt"
    RESUME = "resume"


_S, _E = TradingState, TradingEvent

TRADING_TABLE: TransitionTable[TradingState, TradingEvent] = TransitionTable(
    name="trading state",
    moves=MappingProxyType(
        {
            _S.ACTIVE: {_E.REDUCE: _S.REDUCING, _E.HALT: _S.HALTED},
            _S.REDUCING: {_E.REDUCE: _S.REDUCING, _E.HALT: _S.HALTED, _E.RESUME: _S.ACTIVE},
            _S.HALTED: {_E.REDUCE: _S.HALTED, _E.HALT: _S.HALTED, _E.RESUME: _S.ACTIVE},
        }
    ),
)
