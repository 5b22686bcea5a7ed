"""A debate session as programs read it: names in camel case, money as decimal text, unknown as null."""

from __future__ import annotations

from quorate.arena.record.answers import Payload
from quorate.arena.record.debate import DebateRound, DebateSession, Statement, SymbolDebate
from quorate.arena.record.facts import Cited, money
from quorate.kernel.canonical import JsonValue
from quorate.kernel.vote import Vote


def session_json(session: DebateSession) -> Payload:
    """Return a session: the run that it happened in, and what was heard on each disputed symbol."""
    run, header = session.run, session.run.header.fact
    return {
        "sessionId": run.run_id,
        "runId": run.run_id,
        "traceId": run.trace_id,
        "status": run.status.value,
        "mode": header.mode,
        "symbols": list(header.symbols),
        "requestedAt": run.requested_at,
        "asOf": header.as_of.isoformat(),
        "rounds": session.rounds,
        "costUsd": money(run.end.cost),
        "debates": [_debate(each) for each in session.symbols],
    }


def _debate(debate: SymbolDebate) -> Payload:
    decision = debate.case.decision.fact if debate.case else None
    return {
        "symbol": debate.symbol,
        "decisionId": decision.decision_id if decision else None,
        "finalAction": decision.action.value if decision else None,
        "reasonCode": decision.reason if decision else None,
        "escalated": decision.escalated if decision else False,
        "participants": [
            {"profile": one.profile, "role": one.role, "part": one.part.value}
            for one in debate.participants
        ],
        "transcript": [_round(each) for each in debate.rounds],
        "synthesis": _synthesis(debate) if debate.judges else None,
    }


def _round(each: DebateRound) -> Payload:
    statements = [_statement(each.statements[name]) for name in sorted(each.statements)]
    return {"round": each.number, "statements": statements}


def _statement(said: Statement) -> Payload:
    return {
        "profile": said.profile,
        "stance": said.stance.value,
        "action": said.action.value,
        "confidence": said.confidence,
        "rationale": said.rationale,
        "keySignals": list(said.key_signals),
        "reasonCode": said.reason or None,
        "veto": said.veto,
        "model": said.model,
        "costUsd": money(said.cost),
        "latencyMs": said.latency_ms,
        "changedFrom": said.changed_from.value if said.changed_from else None,
        "evidence": f"journal:{said.seq}",
    }


def _synthesis(debate: SymbolDebate) -> Payload:
    panel = debate.panel
    judges: list[JsonValue] = [_judge(vote) for vote in debate.judges]
    return {
        "action": panel.action.value if panel else None,
        "confidence": panel.confidence.value if panel else None,
        "disagreement": panel.disagreement if panel else None,
        "judges": judges,
        "siding": [vote.fact.profile for vote in debate.siding],
    }


def _judge(cited: Cited[Vote]) -> Payload:
    vote = cited.fact
    return {
        "profile": vote.profile,
        "action": vote.answer.action.value,
        "confidence": vote.confidence.value if vote.confidence else None,
        "reasonCode": vote.answer.reason,
        "rationale": vote.answer.rationale,
        "model": vote.model,
        "costUsd": money(vote.cost),
        "evidence": f"journal:{cited.seq}",
    }
