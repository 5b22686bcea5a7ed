"""Predicates: a path, an operator, a value. A predicate holds or it does not; what it cannot judge does not hold.

The thirteen operators of the constitution. A path with `[*]` must hold for every member. Numbers are compared as
decimals, whether they are written as numbers or as text. Source: R-133 (ARBITER facts, "Constitution").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from quorate.arbiter.json_path import JsonPath, json_path
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import RejectedError

LONGEST_PATTERN: Final = 200
LONGEST_TEXT: Final = 2000
"""A longer text matches no pattern: matching it could take for ever. In characters. Ours."""

_KEYS: Final = frozenset({"condition", "operator", "value"})

_NESTED: Final = re.compile(r"[*+}]\s*\)\s*[*+{]")
"""A repetition of a repetition, whose matching can take exponential time."""


class Operator(StrEnum):
    """How a value is held against another. Source: R-133."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    GT = "gt"
    LT = "lt"
    GTE = "gte"
    LTE = "lte"
    EXISTS = "exists"
    NOT_EXISTS = "not_exists"
    IN = "in"
    NOT_IN = "not_in"
    REGEX = "regex"


class _UnfitError(Exception):
    """A value that an operator cannot judge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicate:
    """What must hold of a tree; `other` is a path in the same tree that stands for the value."""

    condition: JsonPath
    operator: Operator
    value: JsonValue = None
    other: JsonPath | None = None

    def holds(self, tree: Mapping[str, object]) -> bool:
        """Return whether it holds; a path that is not there holds for `not_exists` alone."""
        found = self.condition.select(tree)
        if self.operator is Operator.EXISTS:
            return found.complete and bool(found.values) and None not in found.values
        if self.operator is Operator.NOT_EXISTS:
            return not found.values
        if not found.complete:
            return False
        try:
            wanted = self._wanted(tree)
            test = _TESTS[self.operator]
            return all(test(value, wanted) for value in found.values)
        except _UnfitError:
            return False

    def text(self) -> str:
        """Return the predicate in one line."""
        value = self.other.text if self.other else self.value
        shown = "" if self.operator in _ALONE else f" {value}"
        return f"{self.condition.text} {self.operator}{shown}"

    def payload(self) -> dict[str, JsonValue]:
        """Return the predicate as it was written."""
        value: JsonValue = {"path": self.other.text} if self.other else self.value
        return {"condition": self.condition.text, "operator": self.operator, "value": value}

    def _wanted(self, tree: Mapping[str, object]) -> object:
        if self.other is None:
            return self.value
        found = self.other.select(tree)
        if not found.complete:
            raise _UnfitError
        return found.values[0] if self.other.is_plain else found.values


def predicate(tree: Mapping[str, object]) -> Predicate:
    """Return the predicate that `{condition, operator, value}` writes; `value` may be `{"path": "$..."}`.

    Raises:
        RejectedError: a key is missing or unknown, or the operator or its value is none.
    """
    unknown = sorted(tree.keys() - _KEYS)
    condition, operator = tree.get("condition"), tree.get("operator")
    if unknown or not isinstance(condition, str) or not isinstance(operator, str):
        raise _refused(f"a predicate has condition, operator and value, not {', '.join(tree)}")
    if operator not in {*Operator}:
        raise _refused(f"'{operator}' is no operator; there are {', '.join(Operator)}")
    value = tree.get("value")
    if isinstance(value, Mapping):
        if value.keys() != {"path"} or not isinstance(value["path"], str):
            raise _refused('a value that is an object has one key: {"path": "$.a.path"}')
        other = json_path(value["path"])
        if operator == Operator.REGEX:
            raise _refused("a pattern stands in the rule, not in what is judged")
        return Predicate(condition=json_path(condition), operator=Operator(operator), other=other)
    plain = _checked(Operator(operator), value)
    return Predicate(condition=json_path(condition), operator=Operator(operator), value=plain)


def predicate_in(text: str) -> Predicate | None:
    """Return the predicate that a line writes, as in `$.account.powerCalls lte 3`; None where it is none.

    Raises:
        RejectedError: the line begins as a predicate does, and is none.
    """
    words = text.strip().split(maxsplit=2)
    if len(words) < 2 or not words[0].startswith("$") or words[1] not in {*Operator}:
        return None
    written = words[2] if len(words) > 2 else ""
    listed = words[1] in (Operator.IN, Operator.NOT_IN)
    value: object = [each.strip() for each in written.split(",")] if listed else written
    if written.startswith("$"):
        value = {"path": written}
    if words[1] in _ALONE and written:
        raise _refused(f"{words[1]} stands alone, without '{written}'")
    alone = {"condition": words[0], "operator": words[1]}
    return predicate(alone if words[1] in _ALONE else {**alone, "value": value})


def _checked(operator: Operator, value: object) -> JsonValue:
    """Return the value that a rule compares with, after it was seen to be one that its operator can use."""
    if operator in _ALONE:
        if value is not None:
            raise _refused(f"{operator} takes no value")
    elif operator in _ORDERED:
        try:
            _number(value)
        except _UnfitError:
            raise _refused(f"{operator} compares with a number, not {value!r}") from None
    elif operator in (Operator.IN, Operator.NOT_IN):
        if not isinstance(value, list | tuple):
            raise _refused(f"{operator} takes a list")
    elif operator is Operator.REGEX:
        _compiled(value)
    return value  # type: ignore[return-value]  # what JSON or YAML wrote


def _compiled(value: object) -> re.Pattern[str]:
    if not isinstance(value, str) or len(value) > LONGEST_PATTERN or _NESTED.search(value):
        raise _refused(
            f"a pattern is text of at most {LONGEST_PATTERN} characters, no nested repetition"
        )
    try:
        return re.compile(value)
    except re.error as error:
        raise _refused(f"'{value}' is no pattern: {error}") from error


def _equals(value: object, wanted: object) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    if isinstance(value, str) or isinstance(wanted, str):
        return _same_text(value, wanted)
    return value == wanted


def _same_text(value: object, wanted: object) -> bool:
    """Compare as text, and where one side is a number, as numbers."""
    if isinstance(value, str) and isinstance(wanted, str):
        return value == wanted
    try:
        return _number(value) == _number(wanted)
    except _UnfitError:
        return False


def _contains(value: object, wanted: object) -> bool:
    if isinstance(value, str):
        return isinstance(wanted, str) and wanted in value
    if isinstance(value, Mapping | list | tuple):
        return any(_equals(each, wanted) for each in value)
    raise _UnfitError


def _among(value: object, wanted: object) -> bool:
    if not isinstance(wanted, list | tuple):
        raise _UnfitError
    return any(_equals(value, each) for each in wanted)


def _matches(value: object, wanted: object) -> bool:
    if not isinstance(value, str) or not isinstance(wanted, str) or len(value) > LONGEST_TEXT:
        raise _UnfitError
    return re.search(wanted, value) is not None


def _number(value: object) -> Decimal:
    """Return a finite number, written as one or as text; a boolean is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise _UnfitError
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        raise _UnfitError from None
    if not number.is_finite():
        raise _UnfitError
    return number


_ALONE: Final = frozenset({Operator.EXISTS, Operator.NOT_EXISTS})
_ORDERED: Final = frozenset({Operator.GT, Operator.LT, Operator.GTE, Operator.LTE})

_TESTS: Final[Mapping[Operator, Callable[[object, object], bool]]] = MappingProxyType(
    {
        Operator.EQUALS: _equals,
        Operator.NOT_EQUALS: lambda value, wanted: not _equals(value, wanted),
        Operator.CONTAINS: _contains,
        Operator.NOT_CONTAINS: lambda value, wanted: not _contains(value, wanted),
        Operator.GT: lambda value, wanted: _number(value) > _number(wanted),
        Operator.LT: lambda value, wanted: _number(value) < _number(wanted),
        Operator.GTE: lambda value, wanted: _number(value) >= _number(wanted),
        Operator.LTE: lambda value, wanted: _number(value) <= _number(wanted),
        Operator.IN: _among,
        Operator.NOT_IN: lambda value, wanted: not _among(value, wanted),
        Operator.REGEX: _matches,
    }
)


def _refused(cause: str) -> RejectedError:
    return RejectedError(cause, effect="the rule is refused")
