"""A secret: a text that shows itself to nobody who does not ask for it by name."""

from __future__ import annotations

import hmac
from typing import NoReturn, final

MASK = "***"
SHOWN = 4
"""How much of a secret may be shown, so that its owner can tell it from another. Source: RELIABILITY 6.15."""

LONG_ENOUGH = 16
"""From this length on, a secret cannot be met by chance, and four characters of it give nothing away."""


@final
class Secret:
    """A key. `repr`, `str` and formatting give `***`; it cannot be pickled, and no encoder knows it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself, for the one place that sends it."""
        return self._text

    @property
    def ending(self) -> str:
        """Return the last four characters, none of a short secret: for its owner to recognise it."""
        return self._text[-SHOWN:] if len(self._text) >= LONG_ENOUGH else ""

    def masked(self, text: bytes) -> bytes:
        """Return `text` with every occurrence of the secret replaced by `***`.

        A secret shorter than 16 characters is a placeholder ("ollama", "EMPTY") and left alone.
        """
        needle = self._text.encode()
        if len(needle) < LONG_ENOUGH or needle not in text:
            return text
        return text.replace(needle, MASK.encode())

    def __repr__(self) -> str:
        """Return three asterisks."""
        return MASK

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        """Return whether both hide the same text, in a time that does not tell how much of it is the same."""
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        """Return the text's hash."""
        return hash(self._text)

    def __copy__(self) -> Secret:
        """Return the same secret: it never changes."""
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        """Return the same secret: it never changes."""
        return self

    def __reduce__(self) -> NoReturn:
        """Refuse to leave the process."""
        raise TypeError("a secret is not written anywhere")
