"""Facts: a journal payload, read with the type that its writer gave each value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, NamedTuple, TypeVar

from quorate.kernel.canonical import Json
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.money import Usd

T = TypeVar("T")


class Cited(NamedTuple, Generic[T]):
    """A fact with the journal row that holds it."""

    seq: int
    fact: T


def number(value: float | None) -> str | None:
    """Return a measured number as the journal keeps it: the shortest text that reads back alike."""
    return None if value is None else repr(value)


def amount(value: Decimal | None) -> str | None:
    """Return an exact number as the journal keeps it."""
    return None if value is None else format(value, "f")


def money(value: Usd | None) -> str | None:
    """Return dollars as the journal keeps them, null where unknown."""
    return None if value is None else str(value)


def usd(text: str) -> Usd:
    """Return the dollars that `money` wrote."""
    return Usd(Decimal(text))


@dataclass(frozen=True, slots=True)
class Facts:
    """One object of a payload.

    Every reader raises InvariantBrokenError when the payload is not what was written.
    """

    tree: Mapping[str, Json]

    def text(self, key: str) -> str:
        """Return the text under `key`."""
        text = self.tree.get(key)
        return text if type(text) is str else _of_kind(text, str, key)

    def flag(self, key: str) -> bool:
        """Return the boolean under `key`."""
        return self._typed(key, bool)

    def count(self, key: str) -> int:
        """Return the whole number under `key`."""
        return self._typed(key, int)

    def value(self, key: str, read: Callable[[str], T]) -> T:
        """Return what `read` makes of the text under `key`."""
        return _read(self.text(key), key, read)

    def optional(self, key: str, read: Callable[[str], T]) -> T | None:
        """Return what `read` makes of the text under `key`, None where it says null."""
        text = self.tree.get(key)
        return None if text is None else _read(_of_kind(text, str, key), key, read)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the list of texts under `key`."""
        return tuple(_of_kind(item, str, key) for item in self._typed(key, list))

    def items(self, key: str) -> tuple[Facts, ...]:
        """Return the list of objects under `key`."""
        return tuple(Facts(_of_kind(item, dict, key)) for item in self._typed(key, list))

    def part(self, key: str) -> Facts | None:
        """Return the object under `key`, None where it says null."""
        return None if self.tree.get(key) is None else Facts(self._typed(key, dict))

    def _typed(self, key: str, kind: type[T]) -> T:
        return _of_kind(self.tree.get(key), kind, key)


def _read(text: str, key: str, read: Callable[[str], T]) -> T:
    try:
        return read(text)
    except (ArithmeticError, ValueError) as error:
        raise InvariantBrokenError(f"'{key}' cannot be read back: {text!r}") from error


def _of_kind(value: Json, kind: type[T], key: str) -> T:
    """Return `value` if it is of `kind`; true and false are no whole numbers."""
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise InvariantBrokenError(f"a payload carries no {kind.__name__} under '{key}'")
    return value
