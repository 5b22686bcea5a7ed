"""Two runs side by side in words: one line for each thing, marked where the runs differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from quorate.arena.record.phrases import spaced
from quorate.arena.record.run import RecordedRun
from quorate.arena.rerun import Comparison, DecisionPair, Pair, TriggerPair, VotePair
from quorate.hub.pages.wording import money, ratio, seconds, short_id
from quorate.kernel.canonical import JsonValue
from quorate.kernel.decision import Trigger, TriggerName
from quorate.kernel.vote import SizingKind

NOTHING: Final = "none"

LABELS: Final[Mapping[str, str]] = {
    "finalAction": "Action",
    "reasonCode": "Reason",
    "confidence": "Confidence",
    "disagreement": "Disagreement",
    "escalated": "Escalated",
    "sizing": "Size",
    "snapshotHash": "Snapshot",
    "asOf": "As of",
    "book": "Book",
    "mode": "Mode",
    "symbols": "Symbols",
    "profiles": "First round",
    "configHash": "Configuration",
    "thresholds": "Own thresholds",
    "bookStateHash": "Book state",
    "learnedStateHash": "Learned state",
    "swaps": "Swapped",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What one run has; `action` is set where it is one, `under` says more."""

    text: str
    action: str = ""
    under: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing of both runs."""

    name: str
    a: Cell
    b: Cell
    differs: bool


@dataclass(frozen=True, slots=True)
class Block:
    """One decision of both runs: what was decided, which rules fired, who said what."""

    title: str
    differs: bool
    decided: tuple[Line, ...]
    triggers: tuple[Line, ...]
    votes: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the runs, as the head of its column names it."""

    run_id: str
    href: str
    status: str
    about: str


@dataclass(frozen=True, slots=True)
class SideBySide:
    """What the page of a comparison shows."""

    a: Side
    b: Side
    verdict: str
    same: bool
    running: bool
    inputs: tuple[Line, ...]
    ends: tuple[Line, ...]
    blocks: tuple[Block, ...]


def side_by_side(found: Comparison, href: str) -> SideBySide:
    """Return a comparison in words; `href` is where runs are shown."""
    return SideBySide(
        a=_side(found.a, href),
        b=_side(found.b, href),
        verdict=_verdict(found),
        same=found.same,
        running="running" in {found.a.status.value, found.b.status.value},
        inputs=tuple(map(_line, found.inputs)),
        ends=tuple(_ends(found)),
        blocks=tuple(map(_block, found.decisions)),
    )


def _side(run: RecordedRun, href: str) -> Side:
    replay = run.header.fact.replay_of
    about = f"what-if of {short_id(replay.run_id)}" if replay else f"as of {run.header.fact.as_of}"
    return Side(run.run_id, f"{href}/{run.run_id}", run.status.value, about)


def _verdict(found: Comparison) -> str:
    differing = [each.key for each in found.decisions if not each.same]
    if found.same:
        return "They started alike and decided alike."
    if differing:
        return f"They differ on {', '.join(differing)}."
    return "They did not start alike, and decided alike."


def _ends(found: Comparison) -> Iterable[Line]:
    costs = [Cell(money(run.end.cost)) for run in (found.a, found.b)]
    times = [
        Cell(NOTHING if run.end.latency_ms is None else seconds(run.end.latency_ms / 1000))
        for run in (found.a, found.b)
    ]
    yield Line("Cost", costs[0], costs[1], differs=False)
    yield Line("Time", times[0], times[1], differs=False)


def _block(made: DecisionPair) -> Block:
    return Block(
        title=made.key,
        differs=not made.same,
        decided=tuple(map(_line, made.fields)),
        triggers=tuple(map(_trigger_line, made.triggers)),
        votes=tuple(map(_vote_line, made.votes)),
    )


def _line(pair: Pair) -> Line:
    name = LABELS.get(pair.name, pair.name)
    return Line(name, _cell(pair, pair.a), _cell(pair, pair.b), differs=not pair.same)


def _cell(pair: Pair, value: JsonValue) -> Cell:
    if pair.name == "finalAction" and isinstance(value, str):
        return Cell(value, action=value)
    if pair.name.endswith("Hash") and isinstance(value, str):
        return Cell(value[:12])
    if pair.name == "sizing" and isinstance(value, str):
        return Cell(_size(value))
    return Cell(_words(value))


def _size(text: str) -> str:
    """Return a size in its unit: "1.4 % of equity", "12 shares"."""
    kind, _, amount = text.partition(" ")
    if kind == SizingKind.PCT_EQUITY:
        return f"{float(100 * Decimal(amount)):g} % of equity"
    return f"{amount} shares"


def _words(value: JsonValue) -> str:
    text = NOTHING
    match value:
        case bool():
            text = "yes" if value else "no"
        case float():
            text = ratio(value)
        case str():
            text = value
        case Mapping() if value:
            text = ", ".join(f"{name} {item}" for name, item in value.items())
        case Sequence() if value:
            text = ", ".join(map(str, value))
        case _:
            pass
    return text


def _trigger_line(pair: TriggerPair) -> Line:
    return Line(spaced(pair.name), _seen(pair.a), _seen(pair.b), differs=not pair.same)


def _seen(trigger: Trigger | None) -> Cell:
    if trigger is None:
        return Cell(NOTHING)
    unit = " %" if trigger.name is TriggerName.PORTFOLIO_DELTA else ""
    value = "not measured" if trigger.value is None else f"{trigger.value:.2f}{unit}"
    fired = "fired" if trigger.fired else "did not fire"
    return Cell(f"{value}, limit {trigger.threshold:.2f}{unit}", under=fired)


def _vote_line(pair: VotePair) -> Line:
    first, second = ({each.name: getattr(each, side) for each in pair.fields} for side in "ab")
    name = f"{spaced(pair.profile)}{' (panel)' if pair.panel else ''}"
    return Line(name, _vote(first), _vote(second), differs=not pair.same)


def _vote(facts: Mapping[str, JsonValue]) -> Cell:
    action, believed = facts.get("action"), facts.get("confidence")
    if not isinstance(action, str):
        return Cell("no answer")
    sure = ratio(believed) if isinstance(believed, float) else str(facts.get("reasonCode") or "")
    veto = ", veto" if facts.get("veto") else ""
    cost = facts.get("costUsd")
    price = money(cost if isinstance(cost, str) else None)
    return Cell(f"{sure}{veto}", action=action, under=f"{facts.get('model')} · {price}")
