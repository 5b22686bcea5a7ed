"""Debates as the API gives them: a line of the list, and the transcript of one."""

from __future__ import annotations

import msgspec

from quorate.arena.record.debate import DebateSession
from quorate.arena.record.debate_json import session_json
from quorate.hub.api.counting import Total
from quorate.hub.api.run_shapes import DecisionItem
from quorate.hub.api.shape import Day, Moment, Ratio, Shape, Usd


class DebateItem(Shape):
    """A debate in a list; its session is the run that it happened in."""

    session_id: str
    run_id: str
    trace_id: str
    status: str
    symbols: tuple[str, ...]
    started_at: Moment
    as_of: Day
    seconds: float | None
    cost_usd: Usd
    escalated: bool
    decisions: tuple[DecisionItem, ...]


class DebateList(Shape):
    """A page of debates, newest first."""

    read_at: Moment
    items: tuple[DebateItem, ...]
    next_cursor: str | None
    total: Total = None


class ParticipantShape(Shape):
    """Somebody who voted or argued; `part` is voter, advocate (assigned a side) or observer."""

    profile: str
    role: str
    part: str


class StatementShape(Shape):
    """What one participant said in a round; `changedFrom` is the action that it stood for before."""

    profile: str
    stance: str
    action: str
    confidence: Ratio
    rationale: str
    key_signals: tuple[str, ...]
    reason_code: str | None
    veto: bool
    model: str
    cost_usd: Usd
    latency_ms: float
    changed_from: str | None
    evidence: str


class RoundShape(Shape):
    """Round 0 are the votes, which alone count; later ones feed the panel."""

    round: int
    statements: tuple[StatementShape, ...]


class JudgeShape(Shape):
    """What one member of the panel said."""

    profile: str
    action: str
    confidence: Ratio
    reason_code: str | None
    rationale: str
    model: str
    cost_usd: Usd
    evidence: str


class SynthesisShape(Shape):
    """What the panel came to: null figures where none of it gave a valid answer; `siding` voted as it says."""

    action: str | None
    confidence: Ratio
    disagreement: Ratio
    judges: tuple[JudgeShape, ...]
    siding: tuple[str, ...]


class SymbolDebateShape(Shape):
    """The debate on one symbol; the outcome is null until it is decided, the synthesis where nobody was asked."""

    symbol: str
    decision_id: str | None
    final_action: str | None
    reason_code: str | None
    escalated: bool
    participants: tuple[ParticipantShape, ...]
    transcript: tuple[RoundShape, ...]
    synthesis: SynthesisShape | None


class SessionShape(Shape):
    """A debate session: the run that it happened in, and what was heard on each disputed symbol."""

    session_id: str
    run_id: str
    trace_id: str
    status: str
    mode: str
    symbols: tuple[str, ...]
    requested_at: Moment
    as_of: Day
    rounds: int
    cost_usd: Usd
    debates: tuple[SymbolDebateShape, ...]


def session_shape(session: DebateSession) -> SessionShape:
    """Return a session as the API gives it."""
    return msgspec.convert(session_json(session), SessionShape)
