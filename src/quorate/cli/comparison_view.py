"""Two runs side by side as a person reads them: what differs is marked, what is the same stands beside it unmarked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import Final, NamedTuple

import msgspec

from quorate.cli.run_view import GLYPHS, duration, money

DIFFERS: Final = "≠"
NOTHING: Final = "-"

_LABELS: Final = {
    "finalAction": "action",
    "reasonCode": "reason",
    "costUsd": "cost",
    "latencyMs": "time",
    "snapshotHash": "snapshot",
    "configHash": "configuration",
    "bookStateHash": "book state",
    "learnedStateHash": "learned state",
    "asOf": "as of",
}


class PairFacts(msgspec.Struct, frozen=True):
    """One thing of both runs."""

    name: str
    a: object
    b: object
    same: bool


class VoteFacts(msgspec.Struct, frozen=True):
    """What one profile said in both runs."""

    profile: str
    panel: bool
    same: bool
    fields: tuple[PairFacts, ...]


class DecisionFacts(msgspec.Struct, frozen=True):
    """One decision in both runs."""

    key: str
    same: bool
    fields: tuple[PairFacts, ...]
    triggers: tuple[PairFacts, ...]
    votes: tuple[VoteFacts, ...]


class SideFacts(msgspec.Struct, frozen=True, rename="camel"):
    """One of the runs."""

    run_id: str
    status: str
    as_of: str
    replay_of: str | None
    cost_usd: str | None
    latency_ms: float | None


class InputFacts(msgspec.Struct, frozen=True):
    """One thing that both runs started from."""

    a: object
    b: object
    same: bool


class ComparisonFacts(msgspec.Struct, frozen=True):
    """Two runs side by side."""

    a: SideFacts
    b: SideFacts
    same: bool
    inputs: Mapping[str, InputFacts]
    decisions: tuple[DecisionFacts, ...]


class Row(NamedTuple):
    """A line of the table; a heading has no cells."""

    what: str
    a: str = ""
    b: str = ""
    mark: str = ""

    @property
    def cells(self) -> tuple[str, str, str]:
        """Return what stands in the columns, the mark aside."""
        return self.what, self.a, self.b


def comparison_lines(tree: Mapping[str, object], *, drawn: bool, width: int = 100) -> Iterator[str]:
    """Yield a comparison's lines: a table that is `drawn` for a person at a terminal, plain columns elsewhere."""
    found = msgspec.convert(tree, ComparisonFacts)
    rows = list(_rows(found))
    heading = Row("", f"A {found.a.run_id}", f"B {found.b.run_id}")
    yield from _table(heading, rows, width) if drawn else _columns([heading, *rows])
    yield _verdict(found)


def _rows(found: ComparisonFacts) -> Iterator[Row]:
    for name, both in found.inputs.items():
        if not both.same:
            yield _row(_LABELS.get(name, name), both.a, both.b)
    for made in found.decisions:
        yield Row(made.key)
        for pair in made.fields:
            yield _row(f"  {_LABELS.get(pair.name, pair.name)}", pair.a, pair.b)
        for pair in made.triggers:
            mark = "" if pair.same else DIFFERS
            yield Row(f"  trigger {pair.name}", _cell(pair.a), _cell(pair.b), mark)
        for vote in made.votes:
            yield _vote_row(vote)
    yield Row("run")
    yield _row("  status", found.a.status, found.b.status)
    yield _unmarked("  cost", money(found.a.cost_usd), money(found.b.cost_usd))
    yield _unmarked("  time", duration(found.a.latency_ms), duration(found.b.latency_ms))


def _vote_row(vote: VoteFacts) -> Row:
    a = _vote({pair.name: pair.a for pair in vote.fields})
    b = _vote({pair.name: pair.b for pair in vote.fields})
    seat = "panel" if vote.panel else "vote"
    return Row(f"  {seat} {vote.profile}", a, b, "" if vote.same else DIFFERS)


def _vote(facts: Mapping[str, object]) -> str:
    """Return a vote in a cell: what, how sure, by which model, for how much."""
    action = facts.get("action")
    if action is None:
        return NOTHING
    believed = facts.get("confidence")
    sure = f" {believed:.2f}" if isinstance(believed, float | int) else ""
    why = facts.get("reasonCode")
    cost = facts.get("costUsd")
    price = money(cost if isinstance(cost, str) else None)
    veto = ", veto" if facts.get("veto") else ""
    return f"{action}{sure}{f' ({why})' if why else ''}{veto}  {price}  {facts.get('model')}"


def _row(what: str, a: object, b: object) -> Row:
    return Row(what, _cell(a), _cell(b), "" if a == b else DIFFERS)


def _unmarked(what: str, a: str, b: str) -> Row:
    return Row(what, a, b)


def _cell(value: object) -> str:
    text = NOTHING
    match value:
        case bool():
            text = "yes" if value else "no"
        case float():
            text = f"{value:.4g}"
        case {"threshold": threshold, "fired": fired, "value": seen}:
            at = f"{seen:.4g}" if isinstance(seen, float | int) else "unknown"
            text = f"{at} at {threshold}{', fired' if fired else ''}"
        case dict() if value:
            text = ", ".join(f"{name} {item}" for name, item in value.items())
        case list() | tuple() if value:
            text = ", ".join(map(str, value))
        case str() | int():
            text = f"{GLYPHS[value]} {value}" if value in GLYPHS else str(value)
        case _:
            pass
    return text


def _verdict(found: ComparisonFacts) -> str:
    differing = [made.key for made in found.decisions if not made.same]
    if found.same:
        return "The same: they started alike and decided alike."
    if not differing:
        return "They did not start alike, and decided alike."
    return f"They differ on {', '.join(differing)}; what differs is marked {DIFFERS}."


def _columns(rows: Sequence[Row]) -> Iterator[str]:
    widths = [max(len(row.cells[place]) for row in rows) for place in range(3)]
    for row in rows:
        cells = (text.ljust(width) for text, width in zip(row.cells, widths, strict=True))
        yield "  ".join([*cells, row.mark]).rstrip()


def _table(heading: Row, rows: Sequence[Row], width: int) -> Iterator[str]:
    from rich.console import Console  # noqa: PLC0415  (slow, and only people need it)
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table()
    for text in (*heading.cells, ""):
        table.add_column(Text(text), overflow="fold")
    for row in rows:
        if not any(row[1:]):
            table.add_section()
        table.add_row(*map(Text, row))
    drawn = StringIO()
    Console(file=drawn, width=width, color_system=None, force_terminal=False).print(table)
    yield from drawn.getvalue().rstrip("\n").split("\n")
