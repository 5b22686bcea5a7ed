"""A halt: what a person, a limit or the auditor wants stopped, what came of it, and the rows of both. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NewType

from quorate.execution.client_order_id import ClientOrderId
from quorate.execution.ports import OrderTransaction
from quorate.execution.recorded import RecordedOrder, trading_event
from quorate.kernel.canonical import Json, JsonValue
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, Symbol
from quorate.kernel.journal import Event
from quorate.risk import TRADING_TABLE, TradingEvent, TradingState

HaltId = NewType("HaltId", str)

HALT_PREFIX: Final = "hlt_"

MAX_REASON: Final = 500
"""Characters of a reason: it is read in a list."""


class HaltScope(StrEnum):
    """How much is stopped; each includes the one before. Source: UI 0.2, the issue."""

    NEW = "new"
    """Nothing that adds risk is sent any more; what is open stays open."""
    CANCEL = "cancel"
    """Open orders that would add risk are cancelled too; positions keep their stops."""
    FLATTEN = "flatten"
    """What is held is sold at the market too."""


class HaltFact(StrEnum):
    """The types of the journal rows that tell of a halt, beside `trading.moved`."""

    ORDERED = "halt.ordered"
    """Committed with the trading state, before anything is asked of the broker."""
    ENDED = "halt.ended"
    DRILLED = "halt.drilled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt:
    """A halt of one book, as somebody ordered it; a drill's book holds nothing of value."""

    id: HaltId
    book: BookName
    scope: HaltScope
    reason: str
    by: str
    drill: bool = False

    @property
    def cancels(self) -> bool:
        """Return whether open orders are cancelled."""
        return self.scope is not HaltScope.NEW

    @property
    def closes(self) -> bool:
        """Return whether positions are closed."""
        return self.scope is HaltScope.FLATTEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Something that a halt could not bring about: an order's id or a symbol, and why."""

    name: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HaltReport:
    """What came of a halt.

    `cancelled` orders are over, `overtaken` ones were filled before the cancellation reached the broker. `unconfirmed`
    ones may still fill. `closing` symbols have a sale on its way, `held` ones are held still, `unprotected` ones have
    no stop. `sent_ms` is the time from the first request to the answer to the last one of the first round.
    """

    cancelled: tuple[ClientOrderId, ...] = ()
    overtaken: tuple[ClientOrderId, ...] = ()
    unconfirmed: tuple[Left, ...] = ()
    closing: tuple[Symbol, ...] = ()
    held: tuple[Left, ...] = ()
    unprotected: tuple[Left, ...] = ()
    sent_ms: int = 0

    @property
    def complete(self) -> bool:
        """Return whether everything that was ordered came about."""
        return not (self.unconfirmed or self.held or self.unprotected)


def checked_reason(text: str) -> str:
    """Return a reason as it is kept: on one line.

    Raises:
        RejectedError: there is none, or it is too long.
    """
    reason = " ".join(text.split())
    if not reason or len(reason) > MAX_REASON:
        raise RejectedError(
            "a reason is wanted" if not reason else f"a reason has at most {MAX_REASON} characters",
            effect="nothing was changed",
            fix="say in a sentence why: it is kept in the journal with your name",
        )
    return reason


def adds_risk(known: RecordedOrder) -> bool:
    """Return whether an order may still make a position larger."""
    return not known.order.is_over and not known.order.request.reduce_only


def halting(tx: OrderTransaction, halt: Halt) -> Sequence[Event]:
    """Return the rows that halt a book: the trading state, unless it is so already, and who wanted what."""
    return [
        *moved_by(tx, halt.book, TradingEvent.HALT, reason=halt.reason, by=halt.by),
        Event(
            stream=f"halt:{halt.book}",
            type=HaltFact.ORDERED,
            book=halt.book,
            payload={
                "haltId": halt.id,
                "scope": halt.scope,
                "reason": halt.reason,
                "by": halt.by,
                "drill": halt.drill,
                "before": tx.trading(halt.book).state,
            },
        ),
    ]


def resuming(tx: OrderTransaction, book: BookName, *, reason: str, by: str) -> Sequence[Event]:
    """Return the rows that let a book trade again, none where it may already."""
    return moved_by(tx, book, TradingEvent.RESUME, reason=reason, by=by)


def moved_by(
    tx: OrderTransaction, book: BookName, event: TradingEvent, *, reason: str, by: str
) -> Sequence[Event]:
    """Return the row of a trading state that `event` changes, none where it changes nothing."""
    before = tx.trading(book)
    if before.state is TradingState.ACTIVE and event is TradingEvent.RESUME:
        return []
    after = TRADING_TABLE.target(before.state, event)
    if after is before.state:
        return []
    return [trading_event(book, before, after, reason=reason, by=by)]


def ended(halt: Halt, report: HaltReport) -> Event:
    """Return the row of what came of a halt."""
    return Event(
        stream=f"halt:{halt.book}",
        type=HaltFact.ENDED,
        book=halt.book,
        payload={
            "haltId": halt.id,
            "scope": halt.scope,
            "cancelled": list(report.cancelled),
            "overtaken": list(report.overtaken),
            "unconfirmed": _left(report.unconfirmed),
            "closing": list(report.closing),
            "notClosed": _left(report.held),
            "unprotected": _left(report.unprotected),
            "sentMs": report.sent_ms,
        },
    )


def _left(things: Sequence[Left]) -> list[JsonValue]:
    return [{"name": each.name, "cause": each.cause} for each in things]


def read_report(told: Mapping[str, Json]) -> HaltReport:
    """Return what came of a halt, as its `halt.ended` row tells it."""
    return HaltReport(
        cancelled=tuple(map(ClientOrderId, _texts(told, "cancelled"))),
        overtaken=tuple(map(ClientOrderId, _texts(told, "overtaken"))),
        unconfirmed=_read_left(told, "unconfirmed"),
        closing=tuple(map(Symbol, _texts(told, "closing"))),
        held=_read_left(told, "notClosed"),
        unprotected=_read_left(told, "unprotected"),
        sent_ms=int(str(told["sentMs"])),
    )


def _texts(told: Mapping[str, Json], key: str) -> list[str]:
    found = told[key]
    return [str(each) for each in found] if isinstance(found, list) else []


def _read_left(told: Mapping[str, Json], key: str) -> tuple[Left, ...]:
    found = told[key]
    return tuple(
        Left(name=str(each["name"]), cause=str(each["cause"]))
        for each in (found if isinstance(found, list) else [])
        if isinstance(each, dict)
    )
