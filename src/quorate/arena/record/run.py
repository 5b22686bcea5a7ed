"""A recorded run: a run's journal rows folded into what it concluded and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from quorate.arena.record.answers import Payload, read_vote
from quorate.arena.record.decisions import read_decision, read_shadows
from quorate.arena.record.evidence import Evidence, read_evidence
from quorate.arena.record.facts import Cited, Facts, money, usd
from quorate.arena.record.header import RunEvent, RunHeader, read_header, replay_payload
from quorate.arena.record.shown import decision_json, vote_json, why_json
from quorate.arena.record.why import Case, why
from quorate.arena.shadow import Shadow
from quorate.kernel.decision import Decision
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import RunId, Symbol
from quorate.kernel.journal import JournalEntry
from quorate.kernel.money import Usd
from quorate.kernel.vote import Vote


class RunStatus(StrEnum):
    """Where a run is. Source: DESIGN 15."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


STATUS_AFTER = {
    RunEvent.COMPLETED: RunStatus.COMPLETED,
    RunEvent.FAILED: RunStatus.FAILED,
    RunEvent.CANCELLED: RunStatus.CANCELLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One line of `quorate runs list`; `final_actions` maps symbol to action, as far as made."""

    run_id: str
    trace_id: str
    book: str
    mode: str
    symbols: tuple[str, ...]
    started_at: str
    final_actions: Mapping[str, str]
    cost_usd: str | None
    escalated: bool
    status: str

    def as_json(self) -> Payload:
        """Return the object of UI 2."""
        return {
            "runId": self.run_id,
            "traceId": self.trace_id,
            "book": self.book,
            "mode": self.mode,
            "symbols": list(self.symbols),
            "startedAt": self.started_at,
            "finalActions": dict(self.final_actions),
            "costUsd": self.cost_usd,
            "escalated": self.escalated,
            "status": self.status,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnd:
    """How a run ended; cost and latency are None where unknown, `reason` says why one failed."""

    status: RunStatus = RunStatus.RUNNING
    cost: Usd | None = None
    latency_ms: float | None = None
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRun:
    """A run as its journal tells it; of one still running or failed, as much as there is.

    `votes` are sorted by profile, `decisions` stand in the order of the requested symbols.
    """

    trace_id: str
    requested_at: str
    header: Cited[RunHeader]
    snapshot_hash: str | None
    evidence: Mapping[Symbol, Cited[Evidence]]
    votes: tuple[Cited[Vote], ...]
    decisions: tuple[Cited[Decision], ...]
    shadows: tuple[Shadow, ...]
    end: RunEnd

    @property
    def run_id(self) -> RunId:
        """Return the run's id."""
        return self.header.fact.run_id

    @property
    def status(self) -> RunStatus:
        """Return where the run is."""
        return self.end.status

    def case_of(self, decision: Cited[Decision]) -> Case:
        """Return all that is recorded about `decision`, one of this run's."""
        symbol, profile = decision.fact.symbol, decision.fact.profile
        return Case(
            header=self.header,
            evidence=self.evidence.get(symbol, Cited(self.header.seq, Evidence(symbol=symbol))),
            votes=tuple(
                vote
                for vote in self.votes
                if vote.fact.answer.symbol == symbol and profile in (None, vote.fact.profile)
            ),
            decision=decision,
        )

    def row(self) -> RunRow:
        """Return the line that a list shows."""
        header, cost = self.header.fact, self.end.cost
        return RunRow(
            run_id=header.run_id,
            trace_id=self.trace_id,
            book=header.book,
            mode=header.mode,
            symbols=header.symbols,
            started_at=self.requested_at,
            final_actions={made.fact.key: made.fact.action.value for made in self.decisions},
            cost_usd=None if cost is None else str(cost),
            escalated=any(made.fact.escalated for made in self.decisions),
            status=self.status.value,
        )

    def why_json(self) -> Payload:
        """Return what `quorate runs why` shows."""
        return {
            "runId": self.run_id,
            "decisions": [
                {
                    "symbol": made.fact.symbol,
                    "profile": made.fact.profile,
                    "why": why_json(why(self.case_of(made))),
                }
                for made in self.decisions
            ],
        }

    def as_json(self) -> Payload:
        """Return the run of DESIGN 15: numbers as such, money as decimal text, unknown as null."""
        header, cost = self.header.fact, self.end.cost
        return {
            "runId": header.run_id,
            "taskId": header.task_id,
            "traceId": self.trace_id,
            "cycleId": header.cycle_id,
            "book": header.book,
            "bookMode": header.book_mode,
            "mode": header.mode,
            "status": self.status.value,
            "triggeredBy": header.triggered_by,
            "requestedAt": self.requested_at,
            "requestedAsOf": header.requested_as_of.isoformat() if header.requested_as_of else None,
            "asOf": header.as_of.isoformat(),
            "symbols": list(header.symbols),
            "profiles": list(header.profiles),
            "snapshotHash": self.snapshot_hash,
            "maxCostUsd": money(header.max_cost),
            "thresholds": dict(header.thresholds),
            "replayOf": replay_payload(header.replay_of),
            "strategy": header.strategy.as_json() if header.strategy else None,
            "configHash": header.config_hash,
            "bookStateHash": header.book_state_hash,
            "learnedStateHash": header.learned_state_hash,
            "costUsd": None if cost is None else str(cost),
            "latencyMs": self.end.latency_ms,
            "failure": self._failure(),
            "decisions": [self._decision_json(made) for made in self.decisions],
            "shadows": [
                {
                    "arm": shadow.arm,
                    "symbol": shadow.symbol,
                    "action": shadow.action.value if shadow.action else None,
                }
                for shadow in self.shadows
            ],
        }

    def _failure(self) -> Payload | None:
        if not self.end.reason:
            return None
        return {"reason": self.end.reason, "detail": self.end.detail}

    def _decision_json(self, made: Cited[Decision]) -> Payload:
        case = self.case_of(made)
        votes = [vote_json(vote.fact) for vote in case.votes]
        return {
            **decision_json(made.fact),
            "profile": made.fact.profile,
            "votes": votes,
            "why": why_json(why(case)),
        }


def read_run(entries: Sequence[JournalEntry]) -> RecordedRun:
    """Return the run that the rows of its stream tell, oldest first.

    Raises:
        InvariantBrokenError: the rows are not those of one run, begun with `run.requested`.
    """
    rows = _rows_by_type(entries)
    if not entries or entries[0].type != RunEvent.REQUESTED:
        raise InvariantBrokenError("a run's first row is not run.requested")
    requested = rows[RunEvent.REQUESTED][0]
    header = read_header(requested.fact)
    snapshot = next(iter(rows[RunEvent.SNAPSHOT_FROZEN]), None)
    votes = [Cited(row.seq, read_vote(row.fact)) for row in rows[RunEvent.VOTE_CAST]]
    decisions = [Cited(row.seq, read_decision(row.fact)) for row in rows[RunEvent.DECISION_MADE]]
    return RecordedRun(
        trace_id=entries[0].trace_id,
        requested_at=entries[0].ts,
        header=Cited(requested.seq, header),
        snapshot_hash=snapshot.fact.text("snapshotHash") if snapshot else None,
        evidence=_evidence(snapshot),
        votes=tuple(sorted(votes, key=lambda vote: vote.fact.profile)),
        decisions=tuple(
            sorted(decisions, key=lambda made: _place(made.fact.symbol, header.symbols))
        ),
        shadows=tuple(
            shadow for row in rows[RunEvent.SHADOWS_DRAWN] for shadow in read_shadows(row.fact)
        ),
        end=_end(rows),
    )


def _place(symbol: Symbol, requested: Sequence[Symbol]) -> int:
    """Return where a symbol stands in the request; one that is not in it comes last."""
    return requested.index(symbol) if symbol in requested else len(requested)


def _rows_by_type(entries: Sequence[JournalEntry]) -> Mapping[str, list[Cited[Facts]]]:
    rows: defaultdict[str, list[Cited[Facts]]] = defaultdict(list)
    for entry in entries:
        rows[entry.type].append(Cited(entry.seq, Facts(entry.facts)))
    return rows


def _evidence(snapshot: Cited[Facts] | None) -> dict[Symbol, Cited[Evidence]]:
    if snapshot is None:
        return {}
    seen = read_evidence(snapshot.fact)
    return {symbol: Cited(snapshot.seq, evidence) for symbol, evidence in seen.items()}


def _end(rows: Mapping[str, list[Cited[Facts]]]) -> RunEnd:
    for event, status in STATUS_AFTER.items():
        for row in rows[event]:
            return RunEnd(
                status=status,
                cost=row.fact.optional("costUsd", usd),
                latency_ms=row.fact.optional("latencyMs", float),
                reason=row.fact.optional("reason", str) or "",
                detail=row.fact.optional("detail", str) or "",
            )
    return RunEnd()
