"""Identifiers: a prefix that names the kind, then what makes it unique."""

from __future__ import annotations

import hashlib
from typing import NewType

RunId = NewType("RunId", str)
TaskId = NewType("TaskId", str)
DecisionId = NewType("DecisionId", str)
TraceId = NewType("TraceId", str)
Tenant = NewType("Tenant", str)
BookName = NewType("BookName", str)
ProfileName = NewType("ProfileName", str)
Symbol = NewType("Symbol", str)

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so that an id can be read aloud."""


def crockford(number: int, length: int) -> str:
    """Return `number` in Crockford's base 32, `length` characters, most significant first."""
    return "".join(CROCKFORD[(number >> 5 * place) & 31] for place in reversed(range(length)))


def decision_id(run_id: RunId, symbol: Symbol) -> DecisionId:
    """Return the id of the decision on `symbol` in `run_id`: the same inputs, the same id (R-100)."""
    number = int.from_bytes(hashlib.sha256(f"{run_id}\n{symbol}".encode()).digest()[:16])
    return DecisionId("dec_" + crockford(number, 26))
