"""What an import reads: lines of files with their places, decoded and not yet believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Final, NamedTuple

from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import Symbol, symbol_in

PLACES: Final = Decimal("0.00000001")
"""Cash, shares and prices are read to eight places: what stands behind them is the noise of binary fractions. Ours."""

LARGEST: Final = Decimal(10) ** 12
"""Amounts at or beyond it are no account's. Ours."""


class Moment(NamedTuple):
    """A time of a market's own wall clock; a day without a time of day begins it."""

    day: date
    at: time

    def __str__(self) -> str:
        """Return it as logs and bars write it."""
        return f"{self.day}" if self.at == time.min else f"{self.day} {self.at}"


class Line(NamedTuple):
    """One line of a file, its JSON object as it was decoded; fractions in it are Decimals."""

    file: str
    number: int
    tree: Mapping[str, object]

    @property
    def place(self) -> str:
        """Return where it stands, in words."""
        return f"{self.file} line {self.number}"

    def refused(self, cause: str, fix: str) -> RejectedError:
        """Return the refusal of the whole import for what stands here."""
        return refused(f"{self.place}: {cause}", fix)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """All that was read: a log per participant, a line of bars per symbol, and every file's SHA-256 by its name."""

    name: str
    digests: Mapping[str, str]
    logs: Mapping[str, Sequence[Line]]
    bars: Sequence[Line]
    benchmark: Line | None = None


def refused(cause: str, fix: str) -> RejectedError:
    """Return the refusal of an import."""
    return RejectedError(cause, effect="nothing was written", fix=fix)


def number_in(value: object) -> Decimal | None:
    """Return the number that `value` is or spells, to eight places; None of anything else, or of one too large."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    if not number.is_finite() or not -LARGEST < number < LARGEST:
        return None
    return in_places(number)


def in_places(number: Decimal) -> Decimal:
    """Return a number to eight places; one so large that it has no room for them is left as it is."""
    return number.quantize(PLACES) + 0 if -LARGEST < number < LARGEST else number


def moment_in(value: object) -> Moment | None:
    """Return the time that `value` spells, as in 2025-10-01 10:00:00 or 2025-10-01; None of one with a zone."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return None if moment.tzinfo else Moment(moment.date(), moment.time())


def ticker_in(value: object) -> Symbol | None:
    """Return the symbol that `value` names, None where it names none."""
    return symbol_in(value) if isinstance(value, str) else None


def shown(value: object) -> str:
    """Return a value of a file, short enough for a message."""
    return repr(value if not isinstance(value, Decimal) else str(value))[:60]
