"""The story as a program gets it: every fact with its journal row, numbers exact. Pure."""

from __future__ import annotations

from quorate.arena.record.facts import Cited
from quorate.arena.record.shown import decision_json, vote_json, why_json
from quorate.cycle.story.facts import CheckResult, GateResult, OrderTale, Refused, Verdict
from quorate.cycle.story.headline import headline
from quorate.cycle.story.story import Story
from quorate.cycle.story.telling import Chapter, chapters_of
from quorate.execution.listing import exact
from quorate.kernel.canonical import JsonValue
from quorate.kernel.vote import Vote

Tree = dict[str, JsonValue]


def story_json(story: Story) -> Tree:
    """Return all that the journal holds about the decision, and the story made of it."""
    run, case = story.run, story.case
    header, decision = case.header.fact, case.decision.fact
    return {
        "decisionId": decision.decision_id,
        "symbol": decision.symbol,
        "action": decision.action.value,
        "summary": headline(story),
        "book": header.book,
        "bookMode": header.book_mode,
        "asOf": header.as_of.isoformat(),
        "runId": run.run_id,
        "traceId": run.trace_id,
        "cycleId": None if story.cycle is None else story.cycle.facts.cycle_id,
        "cycleNumber": None if story.cycle is None else story.cycle.facts.number,
        "snapshotHash": run.snapshot_hash,
        "configHash": header.config_hash,
        "evidence": _evidence(story),
        "decision": {**decision_json(decision), "evidence": _row(case.decision.seq)},
        "quorum": header.quorum,
        "votes": [_vote(vote) for vote in case.votes],
        "gate": None if story.gate is None else _gate(story.gate),
        "refused": None if story.refused is None else _refused(story.refused),
        "verdicts": [_verdict(each) for each in story.verdicts],
        "orders": [_order(each) for each in story.orders],
        "outcome": None if story.outcome is None else story.outcome.as_json(),
        "audit": _audit(story),
        "chapters": [_chapter(each) for each in chapters_of(story)],
    }


def _row(seq: int) -> str:
    return f"journal:{seq}"


def _evidence(story: Story) -> Tree:
    seen, evidence = story.case.evidence, story.case.evidence.fact
    return {
        "bars": evidence.bars,
        "lastSession": evidence.last_session or None,
        "close": evidence.close or None,
        "regime": evidence.regime,
        "regimeReason": evidence.regime_reason,
        "wyckoffPhase": evidence.phase,
        "volumeTrend": evidence.volume_trend,
        "quarantine": evidence.quarantine or None,
        "evidence": _row(seen.seq),
    }


def _vote(vote: Cited[Vote]) -> Tree:
    return {**vote_json(vote.fact), "panel": vote.fact.panel, "evidence": _row(vote.seq)}


def _gate(gate: GateResult) -> Tree:
    return {
        "passed": gate.passed,
        "trades": gate.trades,
        "winRate": gate.win_rate,
        "maxDrawdown": gate.max_drawdown,
        "refusals": list(gate.refusals),
        "evidence": _row(gate.seq),
    }


def _refused(refused: Refused) -> Tree:
    return {
        "code": refused.code or None,
        "detail": refused.detail or None,
        "evidence": _row(refused.seq),
    }


def _verdict(verdict: Verdict) -> Tree:
    return {
        "verdictId": verdict.verdict_id,
        "leg": verdict.leg.value,
        "side": verdict.side.name,
        "qty": exact(verdict.quantity),
        "outcome": "approved" if verdict.approved else "denied",
        "code": verdict.code or None,
        "signedBy": list(verdict.signed_by),
        "checks": [_check(each) for each in verdict.checks],
        "evidence": _row(verdict.seq),
    }


def _check(check: CheckResult) -> Tree:
    return {
        "number": check.number,
        "name": check.name,
        "outcome": check.outcome.value,
        "code": check.code or None,
        "value": check.value or None,
        "limit": check.limit or None,
        "detail": check.detail or None,
    }


def _order(order: OrderTale) -> Tree:
    average = order.average_price
    return {
        "clientOrderId": order.client_order_id,
        "brokerOrderId": order.broker_order_id or None,
        "leg": order.leg.value,
        "side": order.side.name,
        "type": order.kind.value,
        "qty": exact(order.quantity),
        "price": None if order.price is None else exact(order.price),
        "protectiveStop": None if order.protective_stop is None else exact(order.protective_stop),
        "status": order.state.value.lower(),
        "state": order.state.value,
        "filledQty": exact(order.filled),
        "avgPrice": None if average is None else exact(average),
        "fills": [
            {
                "fillId": fill.id,
                "qty": exact(fill.quantity),
                "price": exact(fill.price),
                "at": fill.at,
                "session": fill.session or None,
                "evidence": _row(fill.seq),
            }
            for fill in order.fills
        ],
        "history": [
            {
                "state": step.state.value,
                "at": step.at,
                "reason": step.reason or None,
                "evidence": _row(step.seq),
            }
            for step in order.steps
        ],
    }


def _audit(story: Story) -> Tree | None:
    cycle = story.cycle
    if cycle is None or not cycle.is_over:
        return None
    return {"passed": cycle.audit_passed, "violations": list(cycle.violations)}


def _chapter(chapter: Chapter) -> Tree:
    return {
        "name": chapter.name,
        "title": chapter.title,
        "sentences": why_json(chapter.sentences),
        "details": [{"label": each.label, "text": each.text} for each in chapter.details],
    }
