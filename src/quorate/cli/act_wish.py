"""A wish for an act on orders as it is typed: which act, on what, and what tells it from another of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from quorate.cli.failures import usage_error
from quorate.execution.acts import ActType
from quorate.kernel.canonical import JsonValue
from quorate.kernel.stamps import stamp

COMMAND = "quorate tasks add"


class Wish(NamedTuple):
    """What is to be done."""

    type: ActType
    key: str
    payload: Mapping[str, JsonValue]


def wished(kind: str, about: str | None, reason: str | None, now: datetime) -> Wish:
    """Return what the words mean.

    Raises:
        RejectedError: there is no such act, or it is not said what it is about.
    """
    type_ = _type(kind)
    match type_:
        case ActType.ORDER_SYNC:
            return Wish(type_, f"sync {stamp(now)}", {})
        case ActType.ORDER_CANCEL:
            order = _needed(about, "the order to cancel")
            return Wish(type_, order, {"clientOrderId": order})
        case ActType.POSITION_CLOSE:
            symbol = _needed(about, "the symbol to sell").upper()
            return Wish(type_, f"close {symbol} {stamp(now)}", {"symbol": symbol})
        case ActType.KILL_SWITCH:
            why = _needed(reason, "--reason")
            payload: dict[str, JsonValue] = {"scope": about or "cancel", "reason": why}
            return Wish(type_, f"halt {stamp(now)}", {**payload, "by": "command line"})
        case ActType.ORDER_SUBMIT:
            raise usage_error("what a run decides is queued by: quorate run --allow-order", COMMAND)


def _type(kind: str) -> ActType:
    try:
        return ActType(kind.upper().replace("-", "_"))
    except ValueError:
        raise usage_error(f"there is no act '{kind}'", COMMAND) from None


def _needed(given: str | None, what: str) -> str:
    if not given:
        raise usage_error(f"say {what}", COMMAND)
    return given
