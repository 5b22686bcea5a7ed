"""Identifiers: a prefix that names the kind, then what makes it unique."""

from __future__ import annotations

import hashlib
import re
from typing import Final, NewType

RunId = NewType("RunId", str)
TaskId = NewType("TaskId", str)
DecisionId = NewType("DecisionId", str)
TraceId = NewType("TraceId", str)
Tenant = NewType("Tenant", str)
BookName = NewType("BookName", str)
CycleId = NewType("CycleId", str)
ProfileName = NewType("ProfileName", str)
StrategyName = NewType("StrategyName", str)
Symbol = NewType("Symbol", str)

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so that an id can be read aloud."""

NAME: Final = r"[a-z][a-z0-9_-]{0,63}"
"""How a profile, a provider, a book and a strategy are named."""

SYMBOL: Final = r"(?=.{1,15}\Z)[A-Z0-9]+(?:[./-][A-Z0-9]+)*"
"""How a symbol is written: AAPL, BRK.B, ETH/USD. Nothing in it leads out of a folder."""

_NAME: Final = re.compile(NAME)
_ID: Final = re.compile(r"[0-9A-Za-z_]{1,40}")
_SYMBOL: Final = re.compile(SYMBOL)


def is_name(text: str) -> bool:
    """Return whether `text` can be a name: 1 to 64 of a-z, 0-9, - and _, a letter first."""
    return _NAME.fullmatch(text) is not None


def is_like_an_id(text: str) -> bool:
    """Return whether `text` can be an id, or how one begins."""
    return _ID.fullmatch(text) is not None


def symbol_in(text: str) -> Symbol | None:
    """Return what `text` names, in upper case; None unless it is 1 to 15 characters of a symbol.

    Those are A-Z and 0-9, with a dot, slash or hyphen between two of them.
    """
    named = text.strip()
    if not named.isascii() or not _SYMBOL.fullmatch(named.upper()):
        return None
    return Symbol(named.upper())


def crockford(number: int, length: int) -> str:
    """Return `number` in Crockford's base 32, `length` characters, most significant first."""
    return "".join(CROCKFORD[(number >> 5 * place) & 31] for place in reversed(range(length)))


def decision_id(run_id: RunId, symbol: Symbol, profile: ProfileName | None = None) -> DecisionId:
    """Return the id of the decision on `symbol` in `run_id`: the same inputs, the same id (R-100).

    Where every profile decides for itself, each decision has an id of its own.
    """
    named = f"{run_id}\n{symbol}\n{profile}" if profile else f"{run_id}\n{symbol}"
    number = int.from_bytes(hashlib.sha256(named.encode()).digest()[:16])
    return DecisionId("dec_" + crockford(number, 26))
