"""Outcome: what comes of a task, held to one shape by who sends it and by who takes it (FM-TAW-005).

A result that breaks its shape is a failure of its task, never a part of a result: nothing of it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from quorate.kernel.canonical import Json, as_json
from quorate.kernel.errors import InvalidOutputError, InvariantBrokenError
from quorate.kernel.ids import SYMBOL
from quorate.llm.decode.answer_schema import (
    MAX_DECISIONS,
    MAX_KEY_SIGNAL,
    MAX_KEY_SIGNALS,
    MAX_RATIONALE,
    MAX_RISK_FLAG,
    MAX_RISK_FLAGS,
)

TRADING_ANALYSIS: Final = "trading_analysis"
TRADING_SIGNAL: Final = "trading_signal"

LONGEST_REASON: Final = 500
"""A failure is told in one line of the wire's length."""

LONGEST_STEPS: Final = 50
"""How many steps of reasoning travel. Source: the wire."""


class FailedBy(StrEnum):
    """Whose fault it is that nothing came of a task; the hub weighs them differently. Source: R-051, FM-TAW-010."""

    LLM_TIMEOUT = "llm_timeout"
    NETWORK_ERROR = "network_error"
    WORKER_CRASH = "worker_crash"
    RULE = "rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A task's result, in the shape of its type, and the steps of reasoning that led to it."""

    result: Mapping[str, object]
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """No result, and whose fault that is."""

    source: FailedBy
    reason: str


Outcome: TypeAlias = Done | Failed

_Number: TypeAlias = float | Annotated[str, Meta(max_length=40)]
"""A number, or its text as the journal keeps it."""

_Symbol: TypeAlias = Annotated[str, Meta(pattern=rf"^{SYMBOL}\Z")]
_Code: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64)]


class _Shape(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Parent of all shapes; a name that nobody knows is refused."""


class _Sizing(_Shape, frozen=True):
    kind: Literal["pct_equity", "qty"]
    value: _Number


class _Answer(_Shape, frozen=True):
    symbol: _Symbol
    action: Literal["BUY", "SELL", "HOLD", "ABSTAIN"]
    confidence: _Number | None = None
    reason_code: _Code | None = None
    rationale: Annotated[str, Meta(max_length=MAX_RATIONALE)] = ""
    veto: bool = False
    sizing: _Sizing | None = None
    stop: _Number | None = None
    target: _Number | None = None
    time_horizon: Annotated[str, Meta(pattern=r"^P[1-9][0-9]{0,3}D\Z")] | None = None
    risk_flags: Annotated[
        list[Annotated[str, Meta(max_length=MAX_RISK_FLAG)]], Meta(max_length=MAX_RISK_FLAGS)
    ] = []
    key_signals: Annotated[
        list[Annotated[str, Meta(max_length=MAX_KEY_SIGNAL)]], Meta(max_length=MAX_KEY_SIGNALS)
    ] = []


class _Analysis(_Shape, frozen=True):
    """What one agent says of every symbol that it was asked about; only the answers are needed."""

    answers: Annotated[list[_Answer], Meta(max_length=MAX_DECISIONS)]
    model: Annotated[str, Meta(max_length=200)] = ""
    latency_ms: _Number = 0.0
    cost_usd: _Number | None = "0"
    fallback_used: bool = False
    failure: _Code | None = None
    call: dict[str, object] | None = None
    attachments: Annotated[list[str], Meta(max_length=64)] = []


class _Judged(_Shape, frozen=True):
    symbol: _Symbol
    profile: Annotated[str, Meta(min_length=1, max_length=64)]
    is_valid: bool
    factor: _Number
    reason: Annotated[str, Meta(max_length=LONGEST_REASON)] = ""


class _Signals(_Shape, frozen=True):
    """How far each vote is believed beside the phase that its symbol is in (R-053, FM-TAW-012)."""

    judged: Annotated[list[_Judged], Meta(max_length=1000)]


def checked_result(task_type: str, result: Mapping[str, object]) -> dict[str, Json]:
    """Return `result` whole, as the journal keeps it: what was left out at its default, every number a text.

    A type without a shape of its own takes any object that can be stored.

    Raises:
        InvalidOutputError: it breaks the shape of its type, or cannot be stored.
    """
    shape = _SHAPES.get(task_type)
    try:
        if shape is None:
            return _stored(result)
        return _stored(shape(result))
    except (msgspec.MsgspecError, InvariantBrokenError, TypeError) as error:
        raise _broken(task_type, str(error)) from None


def _analysis(result: Mapping[str, object]) -> dict[str, Json]:
    read = msgspec.convert(result, _Analysis)
    tree = _stored(msgspec.to_builtins(read))
    tree["latencyMs"] = repr(_measured("latencyMs", read.latency_ms))
    tree["costUsd"] = (
        None if read.cost_usd is None else _exact("costUsd", read.cost_usd, least=Decimal(0))
    )
    tree["answers"] = [_answer(each) for each in read.answers]
    said = [answer.symbol for answer in read.answers]
    if len(said) != len(set(said)):
        raise _broken(TRADING_ANALYSIS, "a symbol is answered twice")
    return tree


def _answer(read: _Answer) -> Json:
    tree = _stored(msgspec.to_builtins(read))
    abstains = read.action == "ABSTAIN"
    if (read.confidence is None) != abstains or (read.reason_code is None and abstains):
        raise _broken(TRADING_ANALYSIS, "a vote has a confidence, an abstention a reason and none")
    if read.confidence is not None:
        tree["confidence"] = repr(_share("confidence", read.confidence))
    tree["stop"] = None if read.stop is None else _exact("stop", read.stop)
    tree["target"] = None if read.target is None else _exact("target", read.target)
    if read.sizing is not None:
        tree["sizing"] = {"kind": read.sizing.kind, "value": _exact("sizing", read.sizing.value)}
    return tree


def _signals(result: Mapping[str, object]) -> dict[str, Json]:
    read = msgspec.convert(result, _Signals)
    judged: list[Json] = []
    for each in read.judged:
        tree = _stored(msgspec.to_builtins(each))
        tree["factor"] = repr(_share("factor", each.factor))
        judged.append(tree)
    return {"judged": judged}


def _share(name: str, told: float | str) -> float:
    value = _measured(name, told)
    if value > 1:
        raise _broken("result", f"{name} is in [0, 1], not {value!r}")
    return value


def _measured(name: str, told: float | str) -> float:
    try:
        value = float(told)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise _broken("result", f"{name} is no number from 0 on")
    return value


def _exact(name: str, told: float | str, *, least: Decimal | None = None) -> str:
    """Return an amount as exact text; one below `least`, or not above 0 where none is named, is refused."""
    try:
        value = Decimal(str(told))
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or value < 0 or (least is None and value == 0):
        raise _broken("result", f"{name} is no amount")
    return format(value, "f")


def _stored(tree: object) -> dict[str, Json]:
    if not isinstance(tree, Mapping):
        raise InvariantBrokenError("a result is an object")
    stored = as_json(dict(tree))
    if not isinstance(stored, dict):
        raise InvariantBrokenError("a result is an object")
    return stored


def _broken(what: str, why: str) -> InvalidOutputError:
    return InvalidOutputError(f"no {what.replace('_', ' ')}: {why}", code="RESULT_MALFORMED")


_SHAPES: Final[Mapping[str, Callable[[Mapping[str, object]], dict[str, Json]]]] = MappingProxyType(
    {TRADING_ANALYSIS: _analysis, TRADING_SIGNAL: _signals}
)
"""Task type -> its shape; a type of somebody's own has none."""
