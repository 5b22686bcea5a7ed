"""A wish: what a model asks for in one turn, as strict JSON."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from quorate.kernel.canonical import JsonValue
from quorate.lab.answers import Refusal, object_in
from quorate.llm.decode import RejectionCode
from quorate.llm.decode.fields import confidence_of, object_of, text_of, veto_of
from quorate.llm.decode.json_tree import Tree, shown
from quorate.llm.decode.rejection import AnswerRefusedError

FIELDS: Final = ("sizePct", "spendUsd", "confidence", "refused", "reason")
MAX_REASON: Final = 600

SCHEMA: Final[dict[str, JsonValue]] = {
    "type": "object",
    "additionalProperties": False,
    "required": list(FIELDS),
    "properties": {
        "sizePct": {"type": "number", "minimum": 0},
        "spendUsd": {"type": "number", "minimum": 0},
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        "refused": {"type": "boolean"},
        "reason": {"type": "string", "maxLength": MAX_REASON},
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a model asks for: percent of equity and US dollars, neither below 0; exactly as it wrote them."""

    size_pct: Decimal
    spend_usd: Decimal
    confidence: float
    refused: bool
    reason: str


def decode_wish(raw: bytes) -> Wish | Refusal:
    """Return what a model asks for, or why its answer does not count; nothing is clamped."""
    try:
        fields = object_of(object_in(raw), "the answer", known=FIELDS, required=FIELDS)
        return Wish(
            size_pct=_amount(fields["sizePct"], "sizePct"),
            spend_usd=_amount(fields["spendUsd"], "spendUsd"),
            confidence=confidence_of(fields["confidence"]).value,
            refused=veto_of(fields["refused"]),
            reason=text_of(fields["reason"], "reason", longest=MAX_REASON),
        )
    except AnswerRefusedError as refused:
        return Refusal(refused.rejection.value, refused.cause)


def _amount(value: Tree, what: str) -> Decimal:
    if not isinstance(value, Decimal):
        raise AnswerRefusedError(RejectionCode.QUANTITY_NOT_NUMBER, f"{what} is {shown(value)}")
    if value < 0:
        raise AnswerRefusedError(RejectionCode.QUANTITY_NOT_POSITIVE, f"{what} is {shown(value)}")
    return value
