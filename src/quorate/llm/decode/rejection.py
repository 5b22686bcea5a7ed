"""Why a model's answer is not used: one code, in words a machine can count."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from quorate.kernel.errors import InvalidOutputError
from quorate.kernel.ids import Symbol


class RejectionCode(StrEnum):
    """Why an answer is rejected; it becomes the reason of the agent's ABSTAIN.

    Source: the MO-* rows of bad_inputs.jsonl, and the rules of agent_answer.schema.json that no row names.
    """

    EMPTY = "MODEL_EMPTY"
    OUTPUT_TOO_LARGE = "MODEL_OUTPUT_TOO_LARGE"
    NOT_UTF8 = "MODEL_NOT_UTF8"
    TOO_DEEP = "MODEL_TOO_DEEP"
    JSON_TRUNCATED = "MODEL_JSON_TRUNCATED"
    JSON_INVALID = "MODEL_JSON_INVALID"
    NO_OBJECT = "MODEL_NO_OBJECT"
    NOT_AN_OBJECT = "MODEL_NOT_AN_OBJECT"
    MULTIPLE_OBJECTS = "MODEL_MULTIPLE_OBJECTS"
    DUPLICATE_KEY = "MODEL_DUPLICATE_KEY"
    NON_FINITE = "MODEL_NON_FINITE"
    NUMBER_TOO_LONG = "MODEL_NUMBER_TOO_LONG"
    LONE_SURROGATE = "MODEL_LONE_SURROGATE"
    CONTROL_CHAR = "MODEL_CONTROL_CHAR"
    FIELD_UNKNOWN = "FIELD_UNKNOWN"
    FIELD_MISSING = "FIELD_MISSING"
    FIELD_TYPE = "FIELD_TYPE"
    FIELD_LENGTH = "FIELD_LENGTH"
    SYMBOL_NOT_ASCII = "SYMBOL_NOT_ASCII"
    SYMBOL_NOT_REQUESTED = "SYMBOL_NOT_REQUESTED"
    SYMBOL_REPEATED = "SYMBOL_REPEATED"
    ACTION_UNKNOWN = "ACTION_UNKNOWN"
    CONFIDENCE_NOT_NUMBER = "CONFIDENCE_NOT_NUMBER"
    CONFIDENCE_OUT_OF_RANGE = "CONFIDENCE_OUT_OF_RANGE"
    SIZING_KIND_UNKNOWN = "SIZING_KIND_UNKNOWN"
    SIZING_OUT_OF_RANGE = "SIZING_OUT_OF_RANGE"
    QUANTITY_NOT_NUMBER = "QUANTITY_NOT_NUMBER"
    QUANTITY_NOT_POSITIVE = "QUANTITY_NOT_POSITIVE"
    PRICE_NOT_NUMBER = "PRICE_NOT_NUMBER"
    PRICE_NOT_POSITIVE = "PRICE_NOT_POSITIVE"
    HORIZON_INVALID = "HORIZON_INVALID"
    RISK_SCORE_NOT_NUMBER = "RISK_SCORE_NOT_NUMBER"
    RISK_SCORE_OUT_OF_RANGE = "RISK_SCORE_OUT_OF_RANGE"
    STANCE_UNKNOWN = "STANCE_UNKNOWN"


SYNTAX_CODES: Final = frozenset({RejectionCode.JSON_TRUNCATED, RejectionCode.JSON_INVALID})
"""What a cheap model may be asked once to write again: the JSON is broken, nothing else is known to be wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """An answer that is not used, none of it: the agent abstains, with `code` as its reason.

    `symbol` is the decision that is wrong, where one is. `repairable` = only the syntax is wrong, so one call to a
    cheap model may be spent (`decode_repaired`). `raw_head` is the beginning of the answer, at most 4 KiB as UTF-8,
    what cannot be stored written as escapes; `raw_sha256` is the hash of all its bytes.
    """

    code: RejectionCode
    detail: str
    symbol: Symbol | None
    repairable: bool
    raw_sha256: str
    raw_head: str


class AnswerRefusedError(InvalidOutputError):
    """A rule of decoding said no; never leaves the package, `decode_answer` returns a `Rejection`."""

    def __init__(
        self, rejection: RejectionCode, detail: str, *, symbol: Symbol | None = None
    ) -> None:
        super().__init__(detail, code=rejection.value)
        self.rejection = rejection
        self.symbol = symbol

    def about(self, symbol: Symbol) -> AnswerRefusedError:
        """Return the same refusal, naming the decision that it concerns."""
        return AnswerRefusedError(self.rejection, self.cause, symbol=symbol)
