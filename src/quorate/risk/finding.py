"""What a check found: its code, the value it saw, the limit it held it against."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from quorate.portfolio.check_code import CheckCode


class Outcome(StrEnum):
    """What came of a check."""

    PASSED = "passed"
    DENIED = "denied"
    NOT_APPLICABLE = "not_applicable"
    """The book's mode has nothing to check it on, or an exit is free of it; the reason says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check's result; `code` is empty unless it denied, `value` and `limit` are None where nothing was measured."""

    check: int
    name: str
    outcome: Outcome
    code: CheckCode | None = None
    value: Decimal | None = None
    limit: Decimal | None = None
    reason: str = ""
