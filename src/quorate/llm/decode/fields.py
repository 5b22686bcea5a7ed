"""The fields of an answer, read one by one: what each may hold, and the code of what it may not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeVar

from quorate.kernel.action import Action
from quorate.kernel.confidence import Confidence
from quorate.kernel.ids import Symbol
from quorate.kernel.vote import Sizing, SizingKind
from quorate.llm.decode.answer import Stance
from quorate.llm.decode.answer_schema import MAX_RATIONALE
from quorate.llm.decode.horizon import Horizon, horizon_of
from quorate.llm.decode.json_tree import Tree, shown
from quorate.llm.decode.rejection import AnswerRefusedError, RejectionCode

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)

ACTIONS: Final = {str(action): action for action in (Action.BUY, Action.SELL, Action.HOLD)}
"""What a model may answer; ABSTAIN is ours to say."""

SIZING_FIELDS: Final = frozenset({"kind", "value"})


def object_of(
    value: Tree, what: str, *, known: Iterable[str], required: Iterable[str]
) -> Mapping[str, Tree]:
    """Return `value` as an object that has every required key and no key that is not known."""
    if not isinstance(value, dict):
        raise _refused(RejectionCode.FIELD_TYPE, f"{what} is {shown(value)}, not an object")
    unknown = next((key for key in value if key not in known), None)
    if unknown is not None:
        raise _refused(RejectionCode.FIELD_UNKNOWN, f"{what} has the unknown key {shown(unknown)}")
    missing = next((key for key in required if key not in value), None)
    if missing is not None:
        raise _refused(RejectionCode.FIELD_MISSING, f"{what} has no {missing}")
    return value


def list_of(value: Tree, what: str, *, most: int | None = None, least: int = 0) -> list[Tree]:
    """Return `value` as a list of `least` to `most` items."""
    if not isinstance(value, list):
        raise _refused(RejectionCode.FIELD_TYPE, f"{what} is {shown(value)}, not a list")
    if len(value) < least or (most is not None and len(value) > most):
        raise _refused(RejectionCode.FIELD_LENGTH, f"{what} has {len(value)} items")
    return value


def texts_of(
    value: Tree, what: str, *, most: int | None = None, longest: int | None = None
) -> tuple[str, ...]:
    """Return `value` as at most `most` texts of at most `longest` characters."""
    items = list_of(value, what, most=most)
    return tuple(text_of(item, f"an item of {what}", longest=longest) for item in items)


def text_of(value: Tree, what: str, *, longest: int | None = None, shortest: int = 0) -> str:
    """Return `value` as a text of `shortest` to `longest` characters."""
    if not isinstance(value, str):
        raise _refused(RejectionCode.FIELD_TYPE, f"{what} is {shown(value)}, not a text")
    if len(value) < shortest or (longest is not None and len(value) > longest):
        raise _refused(RejectionCode.FIELD_LENGTH, f"{what} has {len(value)} characters")
    return value


def symbol_of(value: Tree, requested: frozenset[Symbol]) -> Symbol:
    """Return the requested symbol that `value` names, letter by letter."""
    text = text_of(value, "symbol")
    if not text.isascii():
        raise _refused(RejectionCode.SYMBOL_NOT_ASCII, f"symbol is {shown(text)}")
    if text not in requested:
        raise _refused(RejectionCode.SYMBOL_NOT_REQUESTED, f"nobody asked about {shown(text)}")
    return Symbol(text)


def action_of(value: Tree) -> Action:
    """Return the action, in whichever case of ASCII letters it was written (MO-024)."""
    action = ACTIONS.get(value.upper()) if isinstance(value, str) and value.isascii() else None
    if action is None:
        raise _refused(RejectionCode.ACTION_UNKNOWN, f"action is {shown(value)}")
    return action


def confidence_of(value: Tree) -> Confidence:
    """Return the confidence: a number in [0, 1], never a text, a percentage or a boolean."""
    if not isinstance(value, Decimal):
        raise _refused(RejectionCode.CONFIDENCE_NOT_NUMBER, f"confidence is {shown(value)}")
    if not 0 <= value <= 1:
        raise _refused(RejectionCode.CONFIDENCE_OUT_OF_RANGE, f"confidence is {shown(value)}")
    return Confidence(float(value))


def rationale_of(value: Tree) -> str:
    """Return the rationale, 1 to 4000 characters."""
    return text_of(value, "rationale", longest=MAX_RATIONALE, shortest=1)


def sizing_of(value: Tree) -> Sizing:
    """Return the wanted size, greater than 0; a share of equity is at most 1."""
    fields = object_of(value, "sizing", known=SIZING_FIELDS, required=sorted(SIZING_FIELDS))
    kind = word_of(fields["kind"], SizingKind, "sizing.kind", RejectionCode.SIZING_KIND_UNKNOWN)
    size = fields["value"]
    if not isinstance(size, Decimal):
        raise _refused(RejectionCode.QUANTITY_NOT_NUMBER, f"sizing.value is {shown(size)}")
    if size <= 0:
        raise _refused(RejectionCode.QUANTITY_NOT_POSITIVE, f"sizing.value is {shown(size)}")
    if kind is SizingKind.PCT_EQUITY and size > 1:
        detail = f"sizing.value is {shown(size)}, more than all equity"
        raise _refused(RejectionCode.SIZING_OUT_OF_RANGE, detail)
    return Sizing(kind=kind, value=size)


def price_of(value: Tree) -> Decimal:
    """Return a price, greater than 0, exactly as it was written."""
    if not isinstance(value, Decimal):
        raise _refused(RejectionCode.PRICE_NOT_NUMBER, f"a price is {shown(value)}")
    if value <= 0:
        raise _refused(RejectionCode.PRICE_NOT_POSITIVE, f"a price is {shown(value)}")
    return value


def time_horizon_of(value: Tree) -> Horizon:
    """Return the horizon that an ISO 8601 duration states."""
    return horizon_of(text_of(value, "timeHorizon"))


def risk_score_of(value: Tree) -> float:
    """Return the risk score, in [0, 1]."""
    if not isinstance(value, Decimal):
        raise _refused(RejectionCode.RISK_SCORE_NOT_NUMBER, f"riskScore is {shown(value)}")
    if not 0 <= value <= 1:
        raise _refused(RejectionCode.RISK_SCORE_OUT_OF_RANGE, f"riskScore is {shown(value)}")
    return float(value)


def stance_of(value: Tree) -> Stance:
    """Return the stance."""
    return word_of(value, Stance, "stance", RejectionCode.STANCE_UNKNOWN)


def veto_of(value: Tree) -> bool:
    """Return the veto: true or false, nothing that could be taken for one."""
    if not isinstance(value, bool):
        raise _refused(RejectionCode.FIELD_TYPE, f"veto is {shown(value)}, not true or false")
    return value


def word_of(value: Tree, words: type[Word], what: str, code: RejectionCode) -> Word:
    """Return which of `words` it is, letter by letter."""
    if not isinstance(value, str) or value not in words.__members__.values():
        raise _refused(code, f"{what} is {shown(value)}")
    return words(value)


def nullable(fields: Mapping[str, Tree], name: str, read: Callable[[Tree], T]) -> T | None:
    """Return the field, None where it is missing or null."""
    value = fields.get(name)
    return None if value is None else read(value)


def _refused(code: RejectionCode, detail: str) -> AnswerRefusedError:
    return AnswerRefusedError(code, detail)
