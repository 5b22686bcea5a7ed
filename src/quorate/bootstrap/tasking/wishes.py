"""Wishes: an act on orders as a program asks for it, with what tells it from another of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from quorate.execution.acts import ActType
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import RejectedError

NAMED: Final[Mapping[str, ActType]] = {
    act.value: act for act in ActType if act is not ActType.ORDER_SUBMIT
}
"""The acts that can be asked for by themselves; what a run decided is asked for with the run."""


class ActWish(NamedTuple):
    """What is to be done."""

    type: ActType
    key: str
    payload: Mapping[str, JsonValue]


def act_wish(kind: str, about: str | None, reason: str | None, *, told_apart: str) -> ActWish:
    """Return what a wish means; `told_apart` tells a comparison, a sale or a halt from others of its kind.

    Raises:
        RejectedError: there is no such act, or it is not said what it is about.
    """
    type_ = NAMED.get(kind)
    match type_:
        case ActType.ORDER_CANCEL:
            order = _needed(about, kind, "the order")
            return ActWish(type_, order, {"clientOrderId": order})
        case ActType.POSITION_CLOSE:
            symbol = _needed(about, kind, "the symbol").upper()
            return ActWish(type_, f"close {symbol} {told_apart}", {"symbol": symbol})
        case ActType.KILL_SWITCH:
            told: dict[str, JsonValue] = {"scope": about or "cancel", "by": "a program"}
            why = _needed(reason, kind, "a reason")
            return ActWish(type_, f"halt {told_apart}", {**told, "reason": why})
        case ActType.ORDER_SYNC:
            return ActWish(type_, f"sync {told_apart}", {})
        case _:
            raise RejectedError(
                f"there is no act '{kind}'",
                effect="nothing was queued",
                fix=f"choose from {', '.join(NAMED)}",
            )


def _needed(given: str | None, kind: str, what: str) -> str:
    if not given:
        raise RejectedError(f"{kind} needs {what}", effect="nothing was queued", fix="name it")
    return given
