"""A journal in memory that grows when a test says so, and rows as the arena writes them."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager

from quorate.fleet.roster import WorkerFact
from quorate.kernel.canonical import canonical_json, sha256_hex
from quorate.kernel.ids import BookName, Tenant, TraceId
from quorate.kernel.journal import JournalEntry

WORKER = {
    "workerId": "w1",
    "standing": "ready",
    "quarantined": False,
    "draining": False,
    "reason": "",
}

PAYLOADS = {
    "run.requested": {
        "symbols": ["AAPL", "IBM"],
        "asOf": "2012-06-29",
        "book": "replay",
        "bookMode": "REPLAY",
        "mode": "debate",
        "profiles": [{"name": "momentum"}, {"name": "trend"}],
        "triggeredBy": "manual",
    },
    "agent.answered": {
        "profile": "trend",
        "latencyMs": "0.7",
        "costUsd": "0",
        "answers": [{"symbol": "AAPL", "action": "BUY"}],
    },
    "decision.made": {
        "decisionId": "dec_1",
        "symbol": "AAPL",
        "finalAction": "BUY",
        "reasonCode": "consensus",
        "confidence": "0.63",
        "disagreement": "0.0",
        "escalated": False,
    },
    "run.completed": {
        "costUsd": "0",
        "latencyMs": "9.5",
        "finalActions": {"AAPL": "BUY"},
        "escalated": False,
    },
    "run.failed": {"reason": "inputs-changed", "detail": "the bars changed"},
    "run.cancelled": {"reason": "asked", "detail": ""},
    "task.received": {"taskId": "tsk_1", "subject": "run_1", "state": "RECEIVED"},
    "task.moved": {"taskId": "tsk_1", "from": "RECEIVED", "to": "VALIDATING_SPEC", "reason": ""},
    "profile.registered": {"name": "trend", "enabled": True},
    "profile.created": {"name": "mine", "enabled": False},
    "profile.changed": {"name": "mine", "enabled": False},
    "profile.archived": {"name": "mine"},
    "profile.enabled": {"name": "trend"},
    "profile.disabled": {"name": "trend"},
    "strategy.recorded": {"name": "calm", "version": 2},
    "strategy.enabled": {"name": "calm", "version": 2},
    "strategy.disabled": {"name": "calm", "version": 2},
    "backtest.started": {"backtestId": "bkt_1", "strategy": "calm", "version": 2},
    "backtest.completed": {"backtestId": "bkt_1", "strategy": "calm", "version": 2},
    "backtest.failed": {"backtestId": "bkt_1", "strategy": "calm", "version": 2},
    "competition.created": {"competitionId": "cmp_1"},
    "competition.started": {"competitionId": "cmp_1"},
    "competition.finished": {"competitionId": "cmp_1"},
    "competition.stopped": {"competitionId": "cmp_1"},
    "round.played": {"competitionId": "cmp_1", "round": 7},
    "arena.imported": {"arenaId": "imp_1"},
    "trader.created": {"name": "heads", "version": 1},
    "trader.changed": {"name": "heads", "version": 2},
    "trader.archived": {"name": "heads", "by": "operator"},
    "series.imported": {
        "symbol": "MINE",
        "bars": 300,
        "lastSession": "2013-03-01",
        "quarantine": None,
    },
    "budget.warned": {
        "day": "2026-11-20",
        "limit": "daily",
        "profile": "",
        "percent": 80,
        "limitUsd": "1",
        "limitCalls": None,
        "usedUsd": "0.8",
        "usedCalls": None,
        "refused": False,
    },
    "cycle.started": {
        "cycleId": "cyc_1",
        "book": "replay",
        "number": 7,
        "trigger": "replay",
        "session": "2012-06-29",
        "symbols": ["AAPL", "IBM"],
        "to": "FETCHING_DATA",
        "transitions": [],
    },
    "cycle.stepped": {
        "cycleId": "cyc_1",
        "book": "replay",
        "number": 7,
        "from": "FETCHING_DATA",
        "to": "ANALYZING_MARKET",
        "step": "DataFetching",
        "message": {"agent": "DataFetching", "success": True},
    },
    "cycle.ended": {
        "cycleId": "cyc_1",
        "book": "replay",
        "number": 7,
        "from": "AUDITING",
        "to": "WAITING_FOR_NEXT_CYCLE",
        "failed": False,
        "auditPassed": False,
        "violations": ["an entry was executed without an approval"],
    },
    "cycle.skipped": {"book": "replay", "reason": "one is running", "skipped": 3},
    "scheduler.moved": {
        "state": "running",
        "everySeconds": "900",
        "nextStartAt": "2026-11-21T12:15:00.000000Z",
    },
    "order.intended": {
        "clientOrderId": "q-1",
        "symbol": "AAPL",
        "decisionId": "dec_1",
        "state": "INITIALIZED",
        "request": {"side": "BUY", "leg": "entry", "quantity": "3"},
    },
    "order.moved": {
        "clientOrderId": "q-1",
        "symbol": "AAPL",
        "from": "WORKING",
        "to": "FILLED",
        "filled": "3",
        "averagePrice": "583.98",
        "reason": "",
    },
    "order.resized": {"clientOrderId": "q-1", "symbol": "AAPL", "quantity": "6"},
    "trading.moved": {
        "from": "ACTIVE",
        "to": "HALTED",
        "reason": "odd fills",
        "by": "operator",
        "version": 1,
    },
    "halt.ended": {
        "haltId": "hlt_1",
        "scope": "cancel",
        "cancelled": ["a1-1", "a1-2"],
        "overtaken": [],
        "unconfirmed": [{"name": "a1-3", "cause": "no answer"}],
        "closing": [],
        "notClosed": [],
        "unprotected": [],
        "sentMs": 40,
    },
    "halt.drilled": {"haltId": "hlt_1", "book": "drill-1", "passed": True, "by": "me", "steps": []},
    "lock.set": {
        "kind": "COOLDOWN",
        "symbol": "AAPL",
        "reason": "sold in this session",
        "untilSession": "2012-07-03",
        "version": 1,
    },
    "lock.lifted": {"kind": "NEW_RISK_PAUSED", "symbol": "*", "reason": "clear", "version": 2},
    "book.marked": {
        "number": 7,
        "cycleId": "cyc_1",
        "session": "2012-06-29",
        "snapshotId": "psn_1",
        "cash": "98000.00",
        "equity": "100012.50",
        "positions": {"AAPL": {"quantity": "3"}},
    },
    "outcome.moved": {
        "decisionId": "dec_1",
        "symbol": "AAPL",
        "book": "replay",
        "status": "win",
        "pnl": "12.50",
    },
    "alert.raised": {
        "alertId": "alr_1",
        "kind": "cash_gap",
        "severity": "error",
        "text": "the broker has $5.00 more",
        "cycleId": "cyc_1",
        "decisionId": None,
        "toHook": False,
    },
    "alert.acknowledged": {"alertId": "alr_1", "by": "operator"},
    **{fact.value: WORKER for fact in WorkerFact},
    "lease.renewed": {"name": "x"},
    "session.opened": {"sessionId": "s"},
}
"""One payload of each kind, with what a stream reads of it."""


def row(seq: int, kind: str = "profile.enabled", **changes) -> JournalEntry:
    """Return a row of the journal."""
    stream = {"run": "run:run_1", "agent": "run:run_1", "decision": "run:run_1"}
    payload = PAYLOADS[kind] | changes
    return JournalEntry(
        seq=seq,
        ts="2026-11-21T12:00:00.000000Z",
        tenant=Tenant("local"),
        book=BookName(""),
        trace_id=TraceId("0" * 32),
        stream=stream.get(kind.partition(".")[0], "other:1"),
        type=kind,
        payload=canonical_json(payload),
        prev_hash="",
        hash=sha256_hex(str(seq)),
    )


class FakeFeed:
    """A journal that grows by `grow`; `failures` are raised, one each time that it is asked."""

    def __init__(self, *rows: JournalEntry) -> None:
        self.kept = list(rows)
        self.followers = 0
        self.asked = 0
        self.failures: list[Exception] = []
        self._grown: set[asyncio.Event] = set()

    def grow(self, *rows: JournalEntry) -> None:
        self.kept += rows
        for event in self._grown:
            event.set()

    def _answer(self) -> None:
        if self.failures:
            raise self.failures.pop(0)

    async def head(self) -> int:
        return self.kept[-1].seq if self.kept else 0

    async def rows(self, after, limit):
        self._answer()
        self.asked += 1
        return [each for each in self.kept if each.seq > after][:limit]

    @asynccontextmanager
    async def following(self):
        event = asyncio.Event()
        event.set()
        self._grown.add(event)
        self.followers += 1
        try:
            yield self._wake_ups(event)
        finally:
            self._grown.discard(event)
            self.followers -= 1

    async def _wake_ups(self, event):
        while True:
            await event.wait()
            event.clear()
            yield


def parsed(said: bytes) -> list[dict]:
    """Return the messages in what was sent."""
    lines = said.decode().splitlines()
    return [json.loads(line[6:]) for line in lines if line.startswith("data: ")]
