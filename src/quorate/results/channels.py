"""Channels: where results are told, and what is said there.

The seeds' names, modernised once (docs/glossary.md). Source: R-164 to R-168.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from quorate.kernel.action import FinalAction
from quorate.results.result import TradingAnalysisResult, to_display

STREAM: Final = "quorate:task_completions"
"""The stream of results. Source: R-164 (`aaos:task_completions`)."""

GROUP: Final = "quorate_bridge"
"""Who reads it. Source: R-164 (`aurora_bridge`)."""

ANALYSIS: Final = "trading_analysis"
SIGNAL: Final = "trading_signal"
"""The types of task whose end is told. Source: R-167."""

ANALYSIS_EVENTS: Final = "analysis-events"
SIGNAL_EVENTS: Final = "signal-events"
"""The channels of the event bus. Source: R-167."""

SIDEBAR_EVENTS: Final = "sidebar-events"
"""The channel of what the sidebar shows: only what is the newest of its symbol. Source: R-168."""

CHANNELS: Final = (ANALYSIS_EVENTS, SIGNAL_EVENTS, SIDEBAR_EVENTS)

Message: TypeAlias = dict[str, object]


def result_channel(task_type: str) -> str:
    """Return the name under which results of a type are known. Source: R-166 (`aaos:results:{task_type}`)."""
    return f"quorate:results:{task_type}"


def completion(result: TradingAnalysisResult, task_type: str) -> Message:
    """Return what is said of a task that ended: ids, type, result, who and when. Source: R-166."""
    return {
        "taskId": result.task_id,
        "taskType": task_type,
        "channel": result_channel(task_type),
        "resultId": result.result_id,
        "resultSeq": result.result_seq,
        "traceId": result.trace_id,
        "completedBy": list(result.completed_by),
        "completedAt": result.persisted_at,
        "persistedAt": result.persisted_at,
    }


def analysis_complete(result: TradingAnalysisResult) -> Message:
    """Return the event of an analysis. Source: R-167."""
    return {
        "type": "analysis_complete",
        **completion(result, ANALYSIS),
        "result": {
            "symbol": result.symbol,
            "timeframe": result.timeframe,
            "signal": result.signal.value,
            "confidence": result.confidence,
            "riskScore": result.risk_score,
            "reasoning": result.reasoning,
            "wyckoffPhase": result.wyckoff_phase,
            "degradedInference": result.degraded_inference,
            "hiddenHandWarning": result.hidden_hand_warning,
            "analyzedAt": result.analyzed_at,
        },
    }


def signal_validated(result: TradingAnalysisResult) -> Message | None:
    """Return the event of a signal that was held against the Wyckoff phase, None where there was none to validate.

    Source: R-167; `signal` and `original_signal` alike stand here, as a doubt only lowers the confidence.
    """
    if result.signal not in {FinalAction.BUY, FinalAction.SELL}:
        return None
    return {
        "type": "signal_validated",
        **completion(result, SIGNAL),
        "result": {
            "symbol": result.symbol,
            "timeframe": result.timeframe,
            "signal": result.signal.value,
            "originalSignal": result.signal.value,
            "originalConfidence": result.original_confidence,
            "adjustedConfidence": result.confidence,
            "wyckoffPhase": result.wyckoff_phase,
            "hiddenHandWarning": result.hidden_hand_warning,
            "analyzedAt": result.analyzed_at,
        },
    }


def sidebar_update(result: TradingAnalysisResult) -> Message:
    """Return what the sidebar shows; the confidence is adjusted, the signal never null. Source: R-168."""
    shown = to_display(result)
    return {
        "type": "sidebar_update",
        "resultId": result.result_id,
        "resultSeq": result.result_seq,
        "runId": result.run_id,
        "book": result.book,
        "symbol": result.symbol,
        "timeframe": result.timeframe,
        "signal": shown.signal,
        "confidence": result.confidence,
        "confidencePercent": shown.confidence,
        "riskScore": result.risk_score,
        "risk": shown.risk.value,
        "reasoning": result.reasoning,
        "wyckoffPhase": result.wyckoff_phase,
        "degraded": shown.degraded,
        "conflict": result.conflict,
        "hiddenHandWarning": shown.warning,
        "timestamp": result.analyzed_at,
        "analyzedAt": result.analyzed_at,
    }
