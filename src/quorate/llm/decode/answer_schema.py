"""The schema of an agent's answer: what prompts state, what providers are asked to hold, what decoding demands.

Source: R-074, DESIGN 6. It says less than decoding demands: a symbol must be requested and stand there once, a share of
equity is at most 1, a horizon is a duration.
"""

from __future__ import annotations

from typing import Final

from quorate.kernel.canonical import Json

MAX_DECISIONS: Final = 50
MAX_RATIONALE: Final = 4000
MAX_RISK_FLAGS: Final = 20
MAX_RISK_FLAG: Final = 80
MAX_KEY_SIGNALS: Final = 20
MAX_KEY_SIGNAL: Final = 200

_TEXTS: Final[Json] = {"type": "array", "items": {"type": "string"}}
_SIZING: Final[Json] = {
    "type": ["object", "null"],
    "additionalProperties": False,
    "required": ["kind", "value"],
    "properties": {
        "kind": {"enum": ["pct_equity", "qty"]},
        "value": {
            "type": "number",
            "exclusiveMinimum": 0,
            "description": "fraction of equity in (0, 1], or a quantity",
        },
    },
}
_FIELDS: Final[dict[str, Json]] = {
    "symbol": {
        "type": "string",
        "description": "one of the run's symbols, each at most once",
    },
    "action": {"enum": ["BUY", "SELL", "HOLD"]},
    "confidence": {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "description": "probability that the action's sign is right over timeHorizon",
    },
    "sizing": _SIZING,
    "stop": {"type": ["number", "null"], "exclusiveMinimum": 0},
    "target": {"type": ["number", "null"], "exclusiveMinimum": 0},
    "timeHorizon": {
        "type": ["string", "null"],
        "description": "ISO 8601 duration, e.g. P5D, PT4H",
    },
    "rationale": {"type": "string", "minLength": 1, "maxLength": MAX_RATIONALE},
    "riskFlags": {
        "type": "array",
        "maxItems": MAX_RISK_FLAGS,
        "items": {"type": "string", "maxLength": MAX_RISK_FLAG},
    },
    "veto": {
        "type": "boolean",
        "description": "risk_manager only: no new risk in this symbol",
    },
    "riskScore": {
        "type": ["number", "null"],
        "minimum": 0,
        "maximum": 1,
        "description": "shown as HIGH > 0.7, MEDIUM > 0.4, else LOW; missing = unknown",
    },
    "stance": {"enum": ["bullish", "bearish", "neutral"]},
    "keySignals": {
        "type": "array",
        "maxItems": MAX_KEY_SIGNALS,
        "items": {"type": "string", "maxLength": MAX_KEY_SIGNAL},
    },
}
_DECISION: Final[Json] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["symbol", "action", "confidence", "rationale"],
    "properties": _FIELDS,
}

ANSWER_SCHEMA: Final[dict[str, Json]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "agent_answer",
    "title": "What an agent must answer: strict JSON, one object, no other keys",
    "type": "object",
    "additionalProperties": False,
    "required": ["decisions"],
    "properties": {
        "decisions": {
            "type": "array",
            "minItems": 1,
            "maxItems": MAX_DECISIONS,
            "items": _DECISION,
        },
        "requiredTools": _TEXTS,
        "dataDependencies": _TEXTS,
    },
}
"""JSON Schema, draft 2020-12. It is not to be changed."""

DECISION_FIELDS: Final = frozenset(_FIELDS)
"""The keys that a decision may have."""
