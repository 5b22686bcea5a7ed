"""The id that an order has before it is sent: the same order always has the same one, so it cannot be placed twice."""

from __future__ import annotations

import hashlib
from typing import Final, NewType

from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import DecisionId, Symbol
from quorate.risk import Leg, Side

ClientOrderId = NewType("ClientOrderId", str)

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O and U."""
_CHARACTERS: Final = 26
"""Of 5 bits each: room for 128."""
MAX_GENERATION: Final = 99


def client_order_id(
    decision_id: DecisionId, symbol: Symbol, side: Side, leg: Leg, *, generation: int = 0
) -> ClientOrderId:
    """Return `a1-`, 26 characters of the SHA-256 of what the order is, and its generation: 32 characters.

    A generation is raised only by a new decision to send the leg again, never by a retry. Source: RELIABILITY 2.2;
    Alpaca takes at most 48 characters and refuses an id that it has seen.

    Raises:
        InvariantBrokenError: the generation is not in [0, 99].
    """
    if not 0 <= generation <= MAX_GENERATION:
        raise InvariantBrokenError(f"an order has at most 100 generations, not {generation}")
    said = "\n".join((decision_id, symbol, side, leg, str(generation)))
    number = int.from_bytes(hashlib.sha256(said.encode()).digest()[:16], "big")
    characters = "".join(
        _ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(_CHARACTERS))
    )
    return ClientOrderId(f"a1-{characters}-{generation:02d}")
