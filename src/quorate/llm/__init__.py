"""The llm room: one call of a language model, what it may cost, and what its answer is worth."""

from quorate.llm.answer import GatewayAnswer, Hop
from quorate.llm.call import (
    NO_USAGE,
    FinishReason,
    Message,
    ModelId,
    ModelReply,
    ModelRequest,
    Purpose,
    ToolCall,
    ToolSpec,
    Usage,
    prompt_text,
)
from quorate.llm.catalogue import Catalogue, CataloguePolicy
from quorate.llm.decode import (
    ANSWER_SCHEMA,
    MAX_ANSWER_BYTES,
    AgentDecision,
    DecodedAnswer,
    NoteCode,
    Rejection,
    RejectionCode,
    RiskFlag,
    decode_answer,
    decode_repaired,
)
from quorate.llm.failure import FailureCode, ModelCallError, http_code
from quorate.llm.gateway import GatewayPolicy, LogicalCall
from quorate.llm.ladder import Preset, Rung
from quorate.llm.prompt import Prompt, prompt_of
from quorate.llm.tier import Tier

__all__ = [
    "ANSWER_SCHEMA",
    "MAX_ANSWER_BYTES",
    "NO_USAGE",
    "AgentDecision",
    "Catalogue",
    "CataloguePolicy",
    "DecodedAnswer",
    "FailureCode",
    "FinishReason",
    "GatewayAnswer",
    "GatewayPolicy",
    "Hop",
    "LogicalCall",
    "Message",
    "ModelCallError",
    "ModelId",
    "ModelReply",
    "ModelRequest",
    "NoteCode",
    "Preset",
    "Prompt",
    "Purpose",
    "Rejection",
    "RejectionCode",
    "RiskFlag",
    "Rung",
    "Tier",
    "ToolCall",
    "ToolSpec",
    "Usage",
    "decode_answer",
    "decode_repaired",
    "http_code",
    "prompt_of",
    "prompt_text",
]
