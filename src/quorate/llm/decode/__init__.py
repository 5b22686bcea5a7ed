"""Decoding: a model's raw answer becomes decisions that can be counted, or a rejection with one code."""

from quorate.llm.decode.answer import AgentDecision, DecodedAnswer, NoteCode, Stance
from quorate.llm.decode.answer_schema import ANSWER_SCHEMA
from quorate.llm.decode.decoding import decode_answer, decode_repaired
from quorate.llm.decode.horizon import Horizon
from quorate.llm.decode.raw_answer import MAX_ANSWER_BYTES, digest_of, head_of
from quorate.llm.decode.rejection import Rejection, RejectionCode
from quorate.llm.decode.warning_signs import RiskFlag

__all__ = [
    "ANSWER_SCHEMA",
    "MAX_ANSWER_BYTES",
    "AgentDecision",
    "DecodedAnswer",
    "Horizon",
    "NoteCode",
    "Rejection",
    "RejectionCode",
    "RiskFlag",
    "Stance",
    "decode_answer",
    "decode_repaired",
    "digest_of",
    "head_of",
]
