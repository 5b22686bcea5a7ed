"""Records: results as the journal holds them, in the row that says that their run was verified and stands.

Numbers are text there, so they are read back exactly. A row that an earlier version wrote holds no results.
"""

from __future__ import annotations

from typing import Final

import msgspec

from quorate.kernel.action import FinalAction
from quorate.kernel.errors import InvariantBrokenError, RejectedError
from quorate.kernel.ids import BookName, Symbol
from quorate.kernel.journal import JournalEntry
from quorate.results.result import PLACES, TradingAnalysisResult, result_id_of

COMPLETED: Final = "run.completed"
"""The row that makes a run's results true: its post-check has passed."""

FIELD: Final = "results"


class RecordedResult(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """One symbol's part."""

    symbol: str
    decision_id: str
    signal: FinalAction
    reason_code: str
    confidence: str | None
    original_confidence: str | None
    risk_score: str
    reasoning: str
    wyckoff_phase: str | None
    degraded: bool
    conflict: bool
    hidden_hand_warning: str | None
    escalated: bool
    supporters: int
    valid_votes: int
    triggers: tuple[str, ...]
    confidence_limit: str | None
    completed_by: tuple[str, ...]


class RecordedResults(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """What a run's last row says of its results."""

    analyzed_at: str
    as_of: str
    book_mode: str
    task_id: str
    timeframe: str
    items: tuple[RecordedResult, ...]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a result beside its own part."""

    result_seq: int
    run_id: str
    task_id: str
    trace_id: str
    book: str
    book_mode: str
    timeframe: str
    as_of: str
    analyzed_at: str
    persisted_at: str


def results_of(entry: JournalEntry) -> tuple[TradingAnalysisResult, ...]:
    """Return the results that a journal row makes true, in its order; none where it says nothing of them.

    Raises:
        InvariantBrokenError: it says something else than was written.
    """
    if entry.type != COMPLETED or f'"{FIELD}":' not in entry.payload:
        return ()
    try:
        read = msgspec.convert(entry.facts.get(FIELD), RecordedResults)
        return tuple(
            result_from(item, _standing(read, entry, place))
            for place, item in enumerate(read.items)
        )
    except (msgspec.ValidationError, RejectedError, ValueError) as error:
        raise InvariantBrokenError(f"row {entry.seq} carries no results: {error}") from error


def result_from(item: RecordedResult, standing: Standing) -> TradingAnalysisResult:
    """Return a result from its part of the row and what stands beside it.

    Raises:
        RejectedError: together they are no result.
        ValueError: a number is none.
    """
    return TradingAnalysisResult(
        result_id=result_id_of(item.decision_id),
        result_seq=standing.result_seq,
        run_id=standing.run_id,
        task_id=standing.task_id,
        trace_id=standing.trace_id,
        decision_id=item.decision_id,
        book=BookName(standing.book),
        book_mode=standing.book_mode,
        symbol=Symbol(item.symbol),
        timeframe=standing.timeframe,
        as_of=standing.as_of,
        signal=item.signal,
        reason_code=item.reason_code,
        confidence=_number(item.confidence),
        original_confidence=_number(item.original_confidence),
        risk_score=float(item.risk_score),
        reasoning=item.reasoning,
        wyckoff_phase=item.wyckoff_phase,
        degraded_inference=item.degraded,
        conflict=item.conflict,
        hidden_hand_warning=item.hidden_hand_warning,
        escalated=item.escalated,
        supporters=item.supporters,
        valid_votes=item.valid_votes,
        triggers=item.triggers,
        confidence_limit=_number(item.confidence_limit),
        completed_by=item.completed_by,
        analyzed_at=standing.analyzed_at,
        persisted_at=standing.persisted_at,
    )


def _standing(read: RecordedResults, entry: JournalEntry, place: int) -> Standing:
    return Standing(
        result_seq=entry.seq * PLACES + place,
        run_id=entry.stream.removeprefix("run:"),
        task_id=read.task_id,
        trace_id=entry.trace_id,
        book=entry.book,
        book_mode=read.book_mode,
        timeframe=read.timeframe,
        as_of=read.as_of,
        analyzed_at=read.analyzed_at,
        persisted_at=entry.ts,
    )


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)
