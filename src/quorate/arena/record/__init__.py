"""A run's journal: what the arena writes into it, and how a run is read back from it."""

from quorate.arena.record.answers import (
    answer_payload,
    read_answer,
    read_reply,
    read_vote,
    reply_payload,
    vote_payload,
)
from quorate.arena.record.decisions import (
    decision_payload,
    read_decision,
    read_shadows,
    shadows_payload,
)
from quorate.arena.record.evidence import Evidence, read_evidence, snapshot_payload
from quorate.arena.record.facts import Cited, Facts
from quorate.arena.record.header import (
    RunEvent,
    RunHeader,
    completed_payload,
    ended_payload,
    read_header,
    requested_payload,
    stream_of,
    total_cost,
)
from quorate.arena.record.run import RecordedRun, RunEnd, RunRow, RunStatus, read_run
from quorate.arena.record.why import Case, Sentence, why

__all__ = [
    "Case",
    "Cited",
    "Evidence",
    "Facts",
    "RecordedRun",
    "RunEnd",
    "RunEvent",
    "RunHeader",
    "RunRow",
    "RunStatus",
    "Sentence",
    "answer_payload",
    "completed_payload",
    "decision_payload",
    "ended_payload",
    "read_answer",
    "read_decision",
    "read_evidence",
    "read_header",
    "read_reply",
    "read_run",
    "read_shadows",
    "read_vote",
    "reply_payload",
    "requested_payload",
    "shadows_payload",
    "snapshot_payload",
    "stream_of",
    "total_cost",
    "vote_payload",
    "why",
]
