"""The table of an order's states: what each event does in each state, all 340 pairs of them, as one grid.

Source: RELIABILITY 2.2; Alpaca's own words in 2.0 there. An event that brings an execution is asked about only when the
execution is new: a repeated one is known by its id and goes nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class OrderState(StrEnum):
    """Where an order is. Terminal are CANCELED, EXPIRED, REPLACED, FILLED, REJECTED and DENIED."""

    INITIALIZED = "INITIALIZED"
    """Its intent is durable, its client order id fixed, nothing was sent."""
    SUBMITTED = "SUBMITTED"
    """It is being sent; a process that dies here left an order that may or may not exist."""
    SUBMIT_UNKNOWN = "SUBMIT_UNKNOWN"
    """Nobody knows whether the broker has it; asked for by its id until that is known."""
    ACCEPTED = "ACCEPTED"
    WORKING = "WORKING"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    STOPPED = "STOPPED"
    """A fill is guaranteed and has not come yet."""
    SUSPENDED = "SUSPENDED"
    DORMANT = "DORMANT"
    """Done for the day; it may work again on the next one."""
    PENDING_CANCEL = "PENDING_CANCEL"
    PENDING_REPLACE = "PENDING_REPLACE"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    REPLACED = "REPLACED"
    FILLED = "FILLED"
    REJECTED = "REJECTED"
    DENIED = "DENIED"
    """Refused here, never sent."""


class OrderEvent(StrEnum):
    """What happens to an order: our own acts, the broker's answers, and the frames of its stream."""

    DENY = "deny"
    SEND = "send"
    TTL = "ttl"
    """The decision behind the order grew too old."""
    AMBIGUOUS = "ambiguous"
    """A timeout, a 5xx, a 429 after sending, an answer that cannot be read."""
    FOUND = "found"
    """The broker told the order's status: an answer to the POST, to a GET, or to "unique" (422)."""
    PROVEN_ABSENT = "proven_absent"
    """The broker was asked often enough and does not know the id."""
    NEW = "accepted/new"
    PARTIAL = "partial"
    FILL = "fill"
    CANCEL_REQUESTED = "cancel_req"
    CANCELED = "canceled"
    CANCEL_REJECTED = "cancel_rejected"
    REPLACE_REQUESTED = "replace_req"
    REPLACED = "replaced"
    REPLACE_REJECTED = "replace_rejected"
    EXPIRED = "expired"
    REJECTED = "rejected"
    DONE_FOR_DAY = "done_for_day/calculated"
    SUSPENDED = "suspended"
    STOPPED = "stopped"


class Effect(StrEnum):
    """What an event does in a state."""

    MOVE = "move"
    KEEP = "keep"
    """It counts (a partial fill, say), and the state stays."""
    NOTHING = "nothing"
    """It is old news, or known already."""
    BY_STATUS = "by status"
    """The state that the broker's word stands for."""
    BACK = "back"
    """To the state before the request that the broker refused."""
    RESEND = "send again"
    """Within the decision's time the same id is sent once more, after it the order was never accepted."""
    LATE = "late execution"
    """Booked, with an alert; the state stays."""
    LATE_FILL = "late fill"
    """Booked, with an alert: the cancellation lost the race."""
    HALT = "halt"
    """It cannot be: the order was over. Trading halts until a person has looked."""
    ILLEGAL = "illegal"
    """Our own mistake, or nonsense: an error, and the state stays."""


@dataclass(frozen=True, slots=True)
class Move:
    """A cell of the table; `target` is the next state of a MOVE, None of every other effect."""

    effect: Effect
    target: OrderState | None = None


_GRID: Final = """
                 deny send ttl amb fnd abs new prt fil crq can crj rrq rep rrj exp rej dfd sus stp
INITIALIZED      DN   SU   DN  xx  xx  xx  xx  !!  !!  xx  xx  xx  xx  xx  xx  xx  xx  xx  xx  xx
SUBMITTED        xx   ..   xx  UK  st  xx  st  PF  FI  xx  CA  ..  xx  RP  ..  EX  RJ  DO  SP  ST
SUBMIT_UNKNOWN   xx   xx   ==  ..  st  re  st  PF  FI  xx  CA  ..  xx  RP  ..  EX  RJ  DO  SP  ST
ACCEPTED         xx   xx   xx  ..  st  xx  st  PF  FI  PC  CA  ..  xx  RP  ..  EX  RJ  DO  SP  ST
WORKING          xx   xx   xx  ..  st  xx  ..  PF  FI  PC  CA  ..  PR  RP  ..  EX  RJ  DO  SP  ST
PARTIALLY_FILLED xx   xx   xx  ..  st  xx  ..  ==  FI  PC  CA  ..  PR  RP  ..  EX  xx  DO  SP  ST
STOPPED          xx   xx   xx  ..  st  xx  ..  ==  FI  xx  CA  ..  xx  xx  ..  EX  RJ  ==  ..  ..
SUSPENDED        xx   xx   xx  ..  st  xx  st  PF  FI  PC  CA  ..  xx  RP  ..  EX  RJ  DO  ..  ST
DORMANT          xx   xx   xx  ..  st  xx  st  PF  FI  PC  CA  ..  xx  RP  ..  EX  xx  ==  SP  ST
PENDING_CANCEL   xx   xx   xx  ..  st  xx  ..  ==  FI  ..  CA  <-  xx  RP  ..  EX  RJ  ==  ==  ==
PENDING_REPLACE  xx   xx   xx  ..  st  xx  ..  ==  FI  xx  CA  ..  ..  RP  <-  EX  RJ  ==  ==  ==
CANCELED         xx   xx   xx  ..  ..  xx  ..  lt  lf  ..  ..  ..  xx  ..  ..  ..  xx  ..  ..  ..
EXPIRED          xx   xx   xx  ..  ..  xx  ..  lt  lt  ..  ..  ..  xx  ..  ..  ..  xx  ..  ..  ..
REPLACED         xx   xx   xx  ..  ..  xx  ..  lt  lt  ..  ..  ..  xx  ..  ..  ..  xx  ..  ..  ..
FILLED           xx   xx   xx  ..  ..  xx  ..  !!  !!  ..  ..  ..  xx  ..  ..  ..  xx  ..  ..  ..
REJECTED         xx   xx   xx  ..  ..  ..  ..  !!  !!  ..  ..  ..  xx  xx  ..  ..  ..  ..  ..  ..
DENIED           ..   xx   ..  xx  xx  ..  xx  !!  !!  ..  xx  xx  xx  xx  xx  xx  xx  xx  xx  xx
"""
"""A cancellation may be asked for in SUSPENDED and DORMANT too: such an order wakes up again, halted or not."""

_S = OrderState
_CELLS: Final = MappingProxyType(
    {
        "..": Move(Effect.NOTHING),
        "==": Move(Effect.KEEP),
        "st": Move(Effect.BY_STATUS),
        "<-": Move(Effect.BACK),
        "re": Move(Effect.RESEND),
        "lt": Move(Effect.LATE),
        "lf": Move(Effect.LATE_FILL),
        "!!": Move(Effect.HALT),
        "xx": Move(Effect.ILLEGAL),
        "SU": Move(Effect.MOVE, _S.SUBMITTED),
        "UK": Move(Effect.MOVE, _S.SUBMIT_UNKNOWN),
        "PF": Move(Effect.MOVE, _S.PARTIALLY_FILLED),
        "ST": Move(Effect.MOVE, _S.STOPPED),
        "SP": Move(Effect.MOVE, _S.SUSPENDED),
        "DO": Move(Effect.MOVE, _S.DORMANT),
        "PC": Move(Effect.MOVE, _S.PENDING_CANCEL),
        "PR": Move(Effect.MOVE, _S.PENDING_REPLACE),
        "CA": Move(Effect.MOVE, _S.CANCELED),
        "EX": Move(Effect.MOVE, _S.EXPIRED),
        "RP": Move(Effect.MOVE, _S.REPLACED),
        "FI": Move(Effect.MOVE, _S.FILLED),
        "RJ": Move(Effect.MOVE, _S.REJECTED),
        "DN": Move(Effect.MOVE, _S.DENIED),
    }
)


def _table() -> MappingProxyType[tuple[OrderState, OrderEvent], Move]:
    _, *rows = _GRID.strip("\n").splitlines()
    cells: dict[tuple[OrderState, OrderEvent], Move] = {}
    for row in rows:
        state, *words = row.split()
        for event, word in zip(OrderEvent, words, strict=True):
            cells[OrderState(state), event] = _CELLS[word]
    return MappingProxyType(cells)


ORDER_TABLE: Final = _table()
"""What every event does in every state."""

TERMINAL: Final = frozenset(
    {_S.CANCELED, _S.EXPIRED, _S.REPLACED, _S.FILLED, _S.REJECTED, _S.DENIED}
)
"""An order here is over; an execution that comes all the same is late, or cannot be."""

STATE_OF_STATUS: Final = MappingProxyType(
    {
        "accepted": _S.ACCEPTED,
        "pending_new": _S.ACCEPTED,
        "accepted_for_bidding": _S.ACCEPTED,
        "held": _S.ACCEPTED,
        "pending_review": _S.ACCEPTED,
        "new": _S.WORKING,
        "partially_filled": _S.PARTIALLY_FILLED,
        "stopped": _S.STOPPED,
        "suspended": _S.SUSPENDED,
        "done_for_day": _S.DORMANT,
        "calculated": _S.DORMANT,
        "pending_cancel": _S.PENDING_CANCEL,
        "pending_replace": _S.PENDING_REPLACE,
        "canceled": _S.CANCELED,
        "expired": _S.EXPIRED,
        "replaced": _S.REPLACED,
        "filled": _S.FILLED,
        "rejected": _S.REJECTED,
    }
)
"""The broker's words and what they stand for; a word that is not here keeps the state, locks the symbol and is asked
about again. Source: RELIABILITY 2.0 (18 statuses)."""


def table_page() -> str:
    """Return the table as Markdown: a line for each state, a column for each event."""
    head = ["State", *(event.value for event in OrderEvent)]
    lines = [_line(head), _line(["---"] * len(head))]
    lines += [
        _line([state.value, *(_shown(ORDER_TABLE[state, event]) for event in OrderEvent)])
        for state in OrderState
    ]
    return "\n".join(lines)


def _shown(move: Move) -> str:
    if move.effect is Effect.NOTHING:
        return "·"
    return move.target.value if move.target else move.effect.value


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
