"""What the stream tells of results: each one that a row makes true, and what the sidebar is told beside the rows."""

from __future__ import annotations

from typing import Final

from quorate.hub.stream.envelope import (
    Envelope,
    StreamEvent,
    event_id,
    event_of,
    message_of,
    unnumbered,
)
from quorate.kernel.journal import JournalEntry
from quorate.results.channels import Message
from quorate.results.record import results_of
from quorate.results.result import TradingAnalysisResult
from quorate.results.standing import stale_after_of

UPSERTED: Final = "result.upserted"
"""Tells of a result, with its row's number. Source: UI 3."""

SIDEBAR: Final = "sidebar_update"
"""Tells what the event bus brought; it is no row of its own, so it moves no cursor. Source: R-168."""


def events_of(entry: JournalEntry) -> tuple[StreamEvent, ...]:
    """Return all that the stream tells of a row: its results, then the row; only the last moves a reader's cursor.

    Raises:
        InvariantBrokenError: the row's payload is not what was written.
    """
    event = event_of(entry)
    results = tuple(_upserted(entry, result) for result in results_of(entry))
    return results if event is None else (*results, event)


def sidebar_event(message: Message, result: TradingAnalysisResult) -> StreamEvent:
    """Return what the sidebar is told of a result."""
    envelope = Envelope(
        id=f"sbu_{result.result_id.removeprefix('res_')}",
        seq=result.seq,
        type=SIDEBAR,
        ts=result.analyzed_at,
        persisted_at=result.persisted_at,
        data=message,
        trace_id=result.trace_id or None,
        run_id=result.run_id,
        symbol=result.symbol,
        decision_id=result.decision_id,
    )
    return _event(result, envelope, aside=True)


def _upserted(entry: JournalEntry, result: TradingAnalysisResult) -> StreamEvent:
    envelope = Envelope(
        id=event_id(f"{entry.hash}{result.result_id}"),
        seq=entry.seq,
        type=UPSERTED,
        ts=entry.ts,
        persisted_at=entry.ts,
        data={
            "resultId": result.result_id,
            "book": result.book,
            "bookMode": result.book_mode,
            "timeframe": result.timeframe,
            "asOf": result.as_of,
            "signal": result.signal.value,
            "reasonCode": result.reason_code,
            "confidence": result.confidence,
            "originalConfidence": result.original_confidence,
            "riskScore": result.risk_score,
            "risk": result.risk.value,
            "wyckoffPhase": result.wyckoff_phase,
            "degraded": result.degraded_inference,
            "conflict": result.conflict,
            "hiddenHandWarning": result.hidden_hand_warning,
            "escalated": result.escalated,
            "analyzedAt": result.analyzed_at,
            "staleAfter": stale_after_of(result),
        },
        trace_id=result.trace_id or None,
        run_id=result.run_id,
        symbol=result.symbol,
        decision_id=result.decision_id,
    )
    return _event(result, envelope, aside=False)


def _event(result: TradingAnalysisResult, envelope: Envelope, *, aside: bool) -> StreamEvent:
    return StreamEvent(
        result.seq,
        envelope.type,
        frozenset({result.symbol}),
        unnumbered(message_of(envelope, result.seq)),
        key=(envelope.type, result.key),
        recency=result.recency,
        aside=aside,
    )
