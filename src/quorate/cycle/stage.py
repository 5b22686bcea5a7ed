"""The stages of a cycle, and the only ways from one to the next.

There is no way to EXECUTING but through RISK_ASSESSMENT, and none back. WAITING_FOR_NEXT_CYCLE is a state that is
rested in: a cycle that takes longer than the interval is not overtaken by the next one. Source: R-011 to R-013, R-010.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType

from quorate.kernel.transition import TransitionTable


class CycleStage(StrEnum):
    """Where a book's cycle is; halted and paused are the trading state's, never a stage. Source: DESIGN 8."""

    IDLE = "IDLE"
    FETCHING_DATA = "FETCHING_DATA"
    ANALYZING_MARKET = "ANALYZING_MARKET"
    BACKTESTING = "BACKTESTING"
    RISK_ASSESSMENT = "RISK_ASSESSMENT"
    EXECUTING = "EXECUTING"
    MONITORING = "MONITORING"
    AUDITING = "AUDITING"
    WAITING_FOR_NEXT_CYCLE = "WAITING_FOR_NEXT_CYCLE"
    FAILED = "FAILED"


class CycleEvent(StrEnum):
    """What moves a cycle."""

    START = "start"
    STEP_DONE = "step_done"
    STEP_FAILED = "step_failed"
    AUDITED = "audited"
    READY = "ready"


_S, _E = CycleStage, CycleEvent

_STEPS = (
    _S.FETCHING_DATA,
    _S.ANALYZING_MARKET,
    _S.BACKTESTING,
    _S.RISK_ASSESSMENT,
    _S.EXECUTING,
    _S.MONITORING,
)

CYCLE_TABLE: TransitionTable[CycleStage, CycleEvent] = TransitionTable(
    name="cycle",
    moves=MappingProxyType(
        {
            _S.IDLE: {_E.START: _S.FETCHING_DATA},
            **{
                stage: {_E.STEP_DONE: following, _E.STEP_FAILED: _S.FAILED}
                for stage, following in zip(_STEPS, (*_STEPS[1:], _S.AUDITING), strict=True)
            },
            _S.AUDITING: {
                _E.AUDITED: _S.WAITING_FOR_NEXT_CYCLE,
                _E.STEP_FAILED: _S.FAILED,
            },
            _S.FAILED: {_E.AUDITED: _S.WAITING_FOR_NEXT_CYCLE},
            _S.WAITING_FOR_NEXT_CYCLE: {_E.READY: _S.IDLE},
        }
    ),
)
"""A failed cycle is audited too before it waits."""

AT_REST = frozenset({_S.IDLE, _S.WAITING_FOR_NEXT_CYCLE})
"""Where a scheduler may begin a new cycle. Source: R-012."""
