"""Runs that were verified, with the results that they conclude."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from quorate.kernel.canonical import JsonValue
from quorate.kernel.ids import BookName, TraceId
from quorate.kernel.journal import Event
from quorate.kernel.stamps import stamp
from tests.fakes.clock import NOON

TRACE = TraceId("1bf7651916cd43dd8448eb211c80319c")


def result_events(
    number: int = 1,
    symbols: Sequence[str] = ("AAPL", "IBM"),
    *,
    analyzed: datetime | None = None,
    **changes: JsonValue,
) -> list[Event]:
    """Return the rows that make the results of run `number` true; it was analysed so many seconds after noon."""
    run_id = f"run_results_{number}"
    at = stamp(analyzed or NOON + timedelta(seconds=number))
    requested: dict[str, JsonValue] = {
        "runId": run_id,
        "taskId": f"tsk_of_{run_id}",
        "book": "replay",
        "bookMode": "REPLAY",
        "mode": "debate",
        "symbols": list(symbols),
        "asOf": "2012-06-29",
        "configHash": "c0",
        "triggeredBy": "manual",
        "profiles": [{"name": "trend"}],
    }
    completed: dict[str, JsonValue] = {
        "finalActions": dict.fromkeys(symbols, "BUY"),
        "costUsd": "0.00",
        "escalated": False,
        "results": {
            "analyzedAt": at,
            "asOf": "2012-06-29",
            "bookMode": "REPLAY",
            "taskId": f"tsk_of_{run_id}",
            "timeframe": "1Day",
            "items": [item(f"{number}{symbol}", symbol) | changes for symbol in symbols],
        },
    }
    return [
        _run(run_id, "run.requested", requested),
        _run(run_id, "run.completed", completed),
    ]


def item(name: str, symbol: str) -> dict[str, JsonValue]:
    """Return one symbol's part of a row."""
    return {
        "symbol": symbol,
        "decisionId": f"dec_{name}",
        "signal": "BUY",
        "reasonCode": "consensus",
        "confidence": "0.68",
        "originalConfidence": "0.85",
        "riskScore": "0.32",
        "reasoning": "Uptrend",
        "wyckoffPhase": "markup",
        "degraded": False,
        "conflict": False,
        "hiddenHandWarning": None,
        "escalated": False,
        "supporters": 3,
        "validVotes": 4,
        "triggers": [],
        "confidenceLimit": "0.62",
        "completedBy": ["trend"],
    }


def _run(run_id: str, kind: str, payload: dict[str, JsonValue]) -> Event:
    return Event(
        stream=f"run:{run_id}",
        type=kind,
        payload=payload,
        trace_id=TRACE,
        book=BookName("replay"),
    )
