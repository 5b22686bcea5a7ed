"""What a book's cycles decide on, how often, and how patient they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import Symbol, is_name, symbol_in

MAX_SYMBOLS: Final = 50
"""As many as one run of the arena takes. Source: RELIABILITY 6, limits."""

MAX_FAILURES: Final = 3
"""So many cycles that fail in a row halt the book. Source: DESIGN 8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CyclePolicy:
    """How a book is walked by cycles; times in seconds."""

    symbols: str = "AAPL,GOOG,IBM,MSFT"
    """What is decided on where no strategy names its own: those of the packaged history that have all of it."""

    strategy: str = ""
    """The strategy that scheduled and single cycles follow; empty: the arena's own ways on `symbols`."""

    every_s: float = 900.0
    """From one scheduled start to the next. Source: UI 2, `cycle start --every 15m`."""

    fill_wait_s: float = 20.0
    """How long a cycle waits at a real broker for its orders to fill before it is audited. Ours."""

    poll_s: float = 2.0
    """How often the broker is asked while it waits, in case its stream says nothing. Ours."""

    first_sessions: int = 250
    """How many sessions before the last one the working book of the simulated broker begins. Source: UI 2."""

    def __post_init__(self) -> None:
        """Refuse cycles that would decide on nothing, or never end."""
        known = self._known
        for holds, rule in (
            (None not in known, "symbols are 1 to 15 of A-Z, 0-9, dot, slash and hyphen"),
            (len(set(known)) == len(known), "symbols names each one once"),
            (1 <= len(known) <= MAX_SYMBOLS, f"symbols names 1 to {MAX_SYMBOLS}"),
            (not self.strategy or is_name(self.strategy), "strategy is a name, as in my-strategy"),
            (1 <= self.every_s <= 86_400, "every_s is in [1, 86400]"),
            (0 < self.fill_wait_s <= 3600, "fill_wait_s is in (0, 3600]"),
            (0 < self.poll_s <= 60, "poll_s is in (0, 60]"),
            (1 <= self.first_sessions <= 5000, "first_sessions is in [1, 5000]"),
        ):
            if not holds:
                raise RejectedError(f"cycle policy: {rule}", effect="nothing was run")

    @property
    def named(self) -> tuple[Symbol, ...]:
        """Return the symbols, each by itself."""
        return tuple(symbol for symbol in self._known if symbol is not None)

    @property
    def _known(self) -> list[Symbol | None]:
        return [symbol_in(text) for text in self.symbols.split(",")]
