"""What calls cost, added up along one axis; an unknown cost stays unknown and is counted, never shown as zero."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from quorate.kernel.canonical import Json
from quorate.kernel.money import Usd
from quorate.llm.nanos import dollars, nanos_of

NOTHING: Final = Usd(Decimal(0))


class CostAxis(StrEnum):
    """By what calls can be added up. Source: UI 2 and 3 (`quorate cost`, GET /cost/summary)."""

    DAY = "day"
    MODEL = "model"
    PROFILE = "profile"
    PROVIDER = "provider"
    PURPOSE = "purpose"
    ROLE = "role"
    RUN = "run"
    SOURCE = "source"
    TIER = "tier"


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLine:
    """The calls that have `key` in common, those still under way among them.

    `failed` gave no answer in time; `unpriced` have ended and nobody knows their cost; `cache_hits` are answers that
    needed no call and are none of `calls`. `known` is the sum of the known costs, None where there is none; `counted`
    is what the budgets count: known costs, and the worst case of every other call that had one. `wasted` is what of it
    bought no answer: calls that failed, came late or were abandoned, and repairs of malformed answers.
    """

    key: str
    calls: int
    open_calls: int
    failed: int
    unpriced: int
    cache_hits: int
    known: Usd | None
    counted: Usd
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    wasted: Usd = NOTHING
    wasted_calls: int = 0

    @property
    def priced(self) -> int:
        """Return the calls that have ended with a known cost."""
        return self.calls - self.open_calls - self.unpriced

    def as_json(self) -> dict[str, Json]:
        """Return the line as programs read it."""
        return {
            "key": self.key,
            "calls": self.calls,
            "openCalls": self.open_calls,
            "failed": self.failed,
            "unpriced": self.unpriced,
            "cacheHits": self.cache_hits,
            "costUsd": None if self.known is None else str(self.known),
            "countedUsd": str(self.counted),
            "promptTokens": self.prompt_tokens,
            "completionTokens": self.completion_tokens,
            "cachedTokens": self.cached_tokens,
            "wastedUsd": str(self.wasted),
            "wastedCalls": self.wasted_calls,
        }

    @property
    def shown_cost(self) -> str:
        """Return the cost as people read it: `$0.0187`, `unpriced`, `$0.0187 + 3 unpriced`."""
        known = [] if self.known is None else [dollars(nanos_of(self.known))]
        if not self.unpriced:
            return " ".join(known) or "-"
        return " + ".join([*known, f"{self.unpriced} unpriced"]) if known else "unpriced"

    @property
    def shown_wasted(self) -> str:
        """Return what bought no answer as people read it."""
        return dollars(nanos_of(self.wasted))

    @property
    def shown_counted(self) -> str:
        """Return what the budgets count as people read it."""
        return dollars(nanos_of(self.counted))


def in_order(lines: Iterable[CostLine], by: CostAxis) -> Sequence[CostLine]:
    """Return days with the newest first, anything else with the most expensive first, then by name."""
    if by is CostAxis.DAY:
        return sorted(lines, key=lambda line: line.key, reverse=True)
    return sorted(lines, key=lambda line: (-line.counted.amount, line.key))


def total(lines: Iterable[CostLine]) -> CostLine:
    """Return the sum of `lines`, which share no call; no call at all costs nothing, and that is known."""
    all_lines = list(lines)
    known = [line.known.amount for line in all_lines if line.known is not None]
    return CostLine(
        key="total",
        calls=sum(line.calls for line in all_lines),
        open_calls=sum(line.open_calls for line in all_lines),
        failed=sum(line.failed for line in all_lines),
        unpriced=sum(line.unpriced for line in all_lines),
        cache_hits=sum(line.cache_hits for line in all_lines),
        known=Usd(sum(known, Decimal(0))) if known or not all_lines else None,
        counted=Usd(sum((line.counted.amount for line in all_lines), Decimal(0))),
        prompt_tokens=sum(line.prompt_tokens for line in all_lines),
        completion_tokens=sum(line.completion_tokens for line in all_lines),
        cached_tokens=sum(line.cached_tokens for line in all_lines),
        wasted=Usd(sum((line.wasted.amount for line in all_lines), Decimal(0))),
        wasted_calls=sum(line.wasted_calls for line in all_lines),
    )
