"""Where a run's money went: a bar for each agent and purpose, and every call in a table; what is unpriced stays so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quorate.arena.record.costs import CostPart, cost_parts, known_cost
from quorate.arena.record.details import RunDetails
from quorate.arena.record.phrases import count, spaced
from quorate.hub.pages.runs.stages import COLOURS, PURPOSES
from quorate.hub.pages.runs.trace import NARROWEST
from quorate.hub.pages.wording import UNPRICED, milliseconds, money
from quorate.kernel.money import Usd
from quorate.llm.call_listing import CallLine


@dataclass(frozen=True, slots=True, kw_only=True)
class CostBar:
    """A part of the cost in the waterfall: `left` and `width` are percent of all that is known."""

    part: CostPart
    agent: str
    purpose: str
    cost: str
    left: float
    width: float
    colour: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCells:
    """One call in the table; `cost` is empty while it is under way."""

    call: CallLine
    agent: str
    purpose: str
    ended: str
    fallback: str
    cost: str
    took: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CostSplit:
    """The split of a run; `words` adds the parts up to the run's figure, or says what is missing from it."""

    bars: tuple[CostBar, ...]
    calls: tuple[CallCells, ...]
    known: Usd
    unpriced: int
    words: str
    tiers: str


def cost_split(details: RunDetails) -> CostSplit:
    """Return the split of all calls that were made for a run so far."""
    parts = cost_parts(details.calls)
    known = known_cost(parts)
    return CostSplit(
        bars=_bars(parts, known),
        calls=tuple(map(_cells, details.calls)),
        known=known,
        unpriced=sum(part.unpriced for part in parts),
        words=_words(details, parts, known),
        tiers=_tiers(parts),
    )


def _tiers(parts: Sequence[CostPart]) -> str:
    """Return what each tier cost, as far as is known: "cheap $0.0038, power $0.0149"; empty without a call."""
    tiers = dict.fromkeys(part.tier for part in parts)
    sums = {tier: known_cost(part for part in parts if part.tier is tier) for tier in tiers}
    return ", ".join(f"{tier} {money(known)}" for tier, known in sums.items())


def _bars(parts: Sequence[CostPart], known: Usd) -> tuple[CostBar, ...]:
    """Return the bars, each beginning where the one before it ended."""
    bars, spent = [], 0.0
    scale = 100 / float(known.amount) if known.amount else 0.0
    for part in parts:
        width = float(part.known.amount) * scale
        bars.append(
            CostBar(
                part=part,
                agent=spaced(part.profile).capitalize(),
                purpose=PURPOSES[part.purpose],
                cost=_cost(part),
                left=min(spent, 100 - NARROWEST),
                width=max(width, NARROWEST) if part.known.amount else 0.0,
                colour=COLOURS[part.purpose],
            )
        )
        spent += width
    return tuple(bars)


def _cost(part: CostPart) -> str:
    """Return what is known, and how many calls nobody knows the cost of."""
    if part.open_calls == part.calls > 0:
        return "under way"
    if not part.unpriced:
        return money(part.known)
    priced = part.calls - part.unpriced - part.open_calls
    unknown = f"{part.unpriced} {UNPRICED}" if part.unpriced > 1 or priced else UNPRICED
    return f"{money(part.known)} + {unknown}" if priced else unknown


def _words(details: RunDetails, parts: Sequence[CostPart], known: Usd) -> str:
    if not parts:
        return "No model was asked. The keyless agents are code, and cost nothing."
    made = sum(part.calls for part in parts)
    unpriced = sum(part.unpriced for part in parts)
    open_calls, hits = sum(p.open_calls for p in parts), sum(p.cache_hits for p in parts)
    told = [
        f"{count(made, 'call')} cost {money(known)}" + (" as far as is known" if unpriced else ""),
        f"the price of {unpriced} is not known" if unpriced else "",
        f"{open_calls} under way" if open_calls else "",
        f"{count(hits, 'answer')} came from the cache for nothing" if hits else "",
        _against_run(details, known, settled=not (unpriced or open_calls)),
    ]
    return "; ".join(part for part in told if part) + "."


def _against_run(details: RunDetails, known: Usd, *, settled: bool) -> str:
    """Return whether the rows add up to the run's own figure; a late answer is charged after the run's end."""
    cost = details.run.end.cost
    if cost is None or not settled:
        return ""
    if cost == known:
        return "together they are the run's cost"
    return f"the run itself counts {money(cost)}, what was charged later is not in it"


def _cells(call: CallLine) -> CallCells:
    return CallCells(
        call=call,
        agent=spaced(call.profile),
        purpose=PURPOSES[call.purpose],
        ended=spaced(call.code).lower() if call.code else call.status.value,
        fallback=spaced(call.fallback_reason).lower(),
        cost="" if call.settled_at is None else money(call.cost),
        took="" if call.latency_ms is None else milliseconds(call.latency_ms),
    )
