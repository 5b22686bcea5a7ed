"""Rows of the journal as the page says them: in a few words, with the tone of each, and where they lead."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from quorate.cycle.story.words import measured
from quorate.hub.pages.audit.query import LIST
from quorate.hub.pages.wording import milliseconds
from quorate.kernel.canonical import Json
from quorate.kernel.journal import JournalEntry
from quorate.kernel.stamps import moment_of

SAYINGS: Final[Mapping[str, str]] = {
    "agent.answered": "{profile} answered",
    "alert.raised": "{severity} {text}",
    "book.marked": "equity {equity}, cash {cash}",
    "book.opened": "{mode}, {capital}",
    "broker.moved": "session {session}, cash {cash}",
    "budget.threshold": "{limit} {share}",
    "config.recorded": "configuration {configHash}",
    "config.reloaded": "settings taken up, configuration {configHash}",
    "cycle.analysis": "run {runId}",
    "cycle.ended": "{from} to {to}",
    "cycle.started": "cycle {number}",
    "cycle.stepped": "{from} to {to}",
    "decision.made": "{symbol} {finalAction}, {reasonCode}",
    "key.registered": "key {keyId}",
    "key.rotated": "{oldKeyId} to {newKeyId}, by {by}",
    "lease.acquired": "{name}, token {token}",
    "lease.released": "{name}, token {token}",
    "lock.lifted": "{symbol}, by {by}",
    "lock.set": "{symbol} until {untilSession}: {reason}",
    "order.intended": "{side} {quantity} {symbol}, {kind}",
    "order.moved": "{from} to {to}",
    "profile.registered": "{name}",
    "risk.judged": "{outcome}: {side} {quantity} {symbol}, {leg} {code}",
    "run.completed": "cost {costUsd} USD in {latencyMs} ms",
    "run.failed": "{reason} {detail}",
    "run.requested": "as of {asOf}, by {triggeredBy}",
    "series.imported": "{symbol}, {bars} bars",
    "session.opened": "somebody signed in, until {expiresAt}",
    "sign_in.issued": "a link to sign in with, until {expiresAt}",
    "snapshot.frozen": "snapshot {snapshotHash}",
    "task.adopted": "by {owner}, token {token}",
    "task.moved": "{from} to {to} {reason}",
    "task.received": "{taskType} {subject}",
    "verdict.issued": "{decision} on {taskSubject}, score {score}",
    "vote.cast": "{profile} {action} {confidence} {reasonCode}",
    "votes.resolved": "{asOf}, over {horizon} sessions",
    "waiver.added": "{title}, by {approvedBy} until {expiresAt}",
    "waiver.revoked": "by {by}: {reason}",
}
"""What is said of each type of row; a name without a fact is left out. Others say their first facts."""

MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]{8,15}Z")

FACTS: Final = 3
"""So many facts are said of a row that has no words of its own."""

HASH: Final = 64
"""The length of a hash in hex: of one only the ends are said."""

LONGEST: Final = 150
"""Of what is said of a row, in characters."""

TONES: Final[Mapping[str, str]] = {
    "verdict.issued": "gain",
    "risk.judged": "gain",
    "order.intended": "brand",
    "run.failed": "loss",
    "alert.raised": "warn",
    "safety.halted": "loss",
    "waiver.added": "warn",
    "waiver.revoked": "warn",
    "key.rotated": "warn",
    "decision.made": "brand",
    "run.escalated": "power",
    "panel.answered": "power",
}
"""The colour of a type; the word stands in it. Others are grey."""

BAD: Final = ("FAIL", "denied", "FAILED", "REJECTED")

PAGES: Final[Mapping[str, str]] = {
    "run": "/admin/arena/runs/",
    "task": "/admin/tasks/",
    "cycle": "/admin/cycles/",
    "verdict": f"{LIST}/verdicts/",
}
"""The pages of what a stream is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """A row of the list; `at` is its time of day, `subject_href` where what it is about has a page."""

    entry: JournalEntry
    said: str
    tone: str
    at: str
    href: str
    stream_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A stream of a trace over the time axis; `left` and `width` are percent of the trace's time."""

    stream: str
    href: str
    rows: int
    types: str
    left: float
    width: float
    took: str
    colour: int


NARROWEST: Final = 0.5
"""Percent: what took no time can still be seen."""

TICKS: Final = 5
COLOURS: Final = {"run": 0, "task": 1, "cycle": 2, "order": 4, "verdict": 3, "lease": 8}
"""The colour of a stream by what it is about."""


def event_row(entry: JournalEntry) -> EventRow:
    """Return a journal row as the list says it."""
    facts = entry.facts
    bad = any(facts.get(name) in BAD for name in ("decision", "outcome", "to"))
    return EventRow(
        entry=entry,
        said=said_of(entry.type, facts),
        tone="loss" if bad else TONES.get(entry.type, ""),
        at=entry.ts[11:23],
        href=f"{LIST}/events/{entry.seq}",
        stream_href=subject_href(entry.stream),
    )


def said_of(kind: str, facts: Mapping[str, Json]) -> str:
    """Return what a row says in a few words."""
    inner = facts.get("request") if kind == "order.intended" else None
    plain = defaultdict(str, _scalars({**facts, **(inner if isinstance(inner, dict) else {})}))
    saying = SAYINGS.get(kind)
    if saying is None:
        told = [f"{name} {value}" for name, value in plain.items() if not name.endswith("Id")]
        said = ", ".join(told[:FACTS])
    else:
        said = saying.format_map(plain)
    text = " ".join(said.split()).strip(",: ")
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()}…"


def subject_href(stream: str) -> str:
    """Return where what a stream is about is shown; empty where there is no such page."""
    kind, colon, name = stream.partition(":")
    return f"{PAGES[kind]}{name}" if colon and kind in PAGES else ""


def short_hash(text: str) -> str:
    """Return the ends of a hash: "c41e12…a077b0"."""
    return f"{text[:6]}…{text[-6:]}" if len(text) == HASH else text


def pretty(tree: object) -> str:
    """Return a tree as indented JSON, exactly its content."""
    return json.dumps(tree, indent=2, ensure_ascii=False)


def lanes(entries: Sequence[JournalEntry]) -> tuple[tuple[Lane, ...], tuple[str, ...]]:
    """Return the streams of a trace in the order in which they began, and the ticks of their time axis."""
    if not entries:
        return (), ()
    began = moment_of(entries[0].ts)
    total = 1000 * (max(moment_of(each.ts) for each in entries) - began).total_seconds()
    streams: dict[str, list[JournalEntry]] = {}
    for entry in entries:
        streams.setdefault(entry.stream, []).append(entry)
    ticks = ("0", *(milliseconds(total * part / TICKS) for part in range(1, TICKS + 1)))
    return tuple(_lane(name, rows, began, total) for name, rows in streams.items()), ticks


def _lane(stream: str, rows: Sequence[JournalEntry], began: datetime, total: float) -> Lane:
    first, last = (
        1000 * (moment_of(each.ts) - began).total_seconds() for each in (rows[0], rows[-1])
    )
    scale = 100 / total if total > 0 else 0.0
    width = min(100.0, max((last - first) * scale, NARROWEST))
    return Lane(
        stream=stream,
        href=subject_href(stream),
        rows=len(rows),
        types=", ".join(dict.fromkeys(each.type for each in rows)),
        left=min(first * scale, 100 - width),
        width=width,
        took=milliseconds(last - first) if last > first else "at once",
        colour=COLOURS.get(stream.partition(":")[0], 7),
    )


def _scalars(facts: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    for name, value in facts.items():
        if isinstance(value, str):
            yield name, short_hash(value) if len(value) == HASH else _number(value)
        elif isinstance(value, int) and not isinstance(value, bool):
            yield name, str(value)


def _number(text: str) -> str:
    """Return a long decimal and a moment as a person reads them; everything else stays as it is."""
    if MOMENT.fullmatch(text):
        return f"{text[:10]} {text[11:19]}"
    whole, point, places = text.removeprefix("-").partition(".")
    if point and len(places) > 2 and whole.isdigit() and places.isdigit():
        return measured(text)
    return text
