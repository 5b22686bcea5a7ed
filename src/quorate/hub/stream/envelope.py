"""Envelopes: a journal row as the stream tells it. Pure; persist first, so an event cannot precede its row.

The mapping is closed: a row whose type is not on it (a lease, a vote, a session) is nobody's business and only moves
the cursor on. Source: UI 3 (Stream).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from quorate.arena.record.facts import Facts
from quorate.hub.stream.fleet import FLEET
from quorate.hub.stream.strategies import STRATEGIES
from quorate.hub.stream.told import Telling, Told
from quorate.hub.stream.trading import TRADING
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.ids import crockford
from quorate.kernel.journal import JournalEntry
from quorate.kernel.stamps import stamp

SCHEMA_VERSION: Final = 1


class Envelope(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One event as it stands in the `data` of a message; `seq` is the journal row that it tells."""

    id: str
    seq: int
    type: str
    ts: str
    persisted_at: str
    data: dict[str, object]
    schema_version: int = SCHEMA_VERSION
    trace_id: str | None = None
    run_id: str | None = None
    cycle_id: str | None = None
    symbol: str | None = None
    decision_id: str | None = None


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """An event ready to be sent: the bytes are made once for every reader.

    One with a `key` gives way to a newer one of the same key where a reader is slow. What stands `aside` of the rows
    tells none, so a reader is told of it whatever row it knows.
    """

    seq: int
    type: str
    symbols: frozenset[str]
    message: bytes
    key: Hashable | None = None
    recency: tuple[str, int] = ("", 0)
    aside: bool = False


def event_of(entry: JournalEntry) -> StreamEvent | None:
    """Return what the stream tells of a journal row, None where it tells nothing.

    Raises:
        InvariantBrokenError: the row's payload is not what was written.
    """
    known = _MAPPING.get(entry.type)
    if known is None:
        return None
    names, tell = known
    told = tell(Facts(entry.facts))
    name = told.type or names[0]
    envelope = Envelope(
        id=event_id(entry.hash),
        seq=entry.seq,
        type=name,
        ts=entry.ts,
        persisted_at=entry.ts,
        data=told.data,
        trace_id=entry.trace_id or None,
        run_id=told.run_id or _run_of(entry.stream),
        cycle_id=told.cycle_id,
        symbol=told.symbol,
        decision_id=told.decision_id,
    )
    symbols = (*told.symbols, *((told.symbol,) if told.symbol else ()))
    return StreamEvent(entry.seq, name, frozenset(symbols), message_of(envelope, entry.seq))


def hello(*, head: int, start: int, mode: str, now: datetime) -> bytes:
    """Return the first message: where the journal ends, and from which row on this stream tells it."""
    data: dict[str, object] = {"seq": head, "serverTime": stamp(now), "mode": mode}
    return message_of(_said("hello", start, now, data), start)


def heartbeat(seq: int, now: datetime) -> bytes:
    """Return the sign of life; all rows up to `seq` have been told, so a reader may resume behind it."""
    data: dict[str, object] = {"seq": seq, "serverTime": stamp(now)}
    return message_of(_said("heartbeat", seq, now, data), seq)


def gap(first: int, last: int, reason: str, now: datetime) -> bytes:
    """Return that the rows `first` to `last` are not told: read again what depends on them."""
    data: dict[str, object] = {"fromSeq": first, "toSeq": last, "reason": reason}
    return message_of(_said("gap", last, now, data), last)


def event_id(digest: str) -> str:
    """Return the id of an event: a row's hash, with what tells several events of one row apart behind it."""
    row = int(digest[:32], 16)
    told = int(sha256_hex(digest[64:])[:32], 16) if digest[64:] else 0
    return f"evt_{crockford(row ^ told, 26)}"


def unnumbered(message: bytes) -> bytes:
    """Return a message without its row's number, which moves the place from which a reader goes on."""
    return message[message.index(b"data: ") :]


def message_of(envelope: Envelope, seq: int) -> bytes:
    """Return an envelope as a server-sent message; JSON holds no line break, so one `data` line is enough."""
    return b"id: %d\ndata: %s\n\n" % (seq, msgspec.json.encode(envelope))


def _said(kind: str, seq: int, now: datetime, data: dict[str, object]) -> Envelope:
    """Return an envelope of the stream's own: it tells no row, so it has no id."""
    at = stamp(now)
    return Envelope(id="", seq=seq, type=kind, ts=at, persisted_at=at, data=data)


def _run_of(stream: str) -> str | None:
    kind, _, name = stream.partition(":")
    return name if kind == "run" else None


def _requested(facts: Facts) -> Told:
    symbols = facts.texts("symbols")
    data: dict[str, object] = {
        "symbols": list(symbols),
        "asOf": facts.text("asOf"),
        "book": facts.text("book"),
        "bookMode": facts.text("bookMode"),
        "mode": facts.text("mode"),
        "profiles": [profile.text("name") for profile in facts.items("profiles")],
        "triggeredBy": facts.text("triggeredBy"),
    }
    return Told(data, symbols=symbols)


def _answered(facts: Facts) -> Told:
    symbols = tuple(answer.text("symbol") for answer in facts.items("answers"))
    data: dict[str, object] = {
        "profile": facts.text("profile"),
        "latencyMs": facts.optional("latencyMs", float),
        "costUsd": facts.optional("costUsd", str),
        "answers": [
            {"symbol": answer.text("symbol"), "action": answer.text("action")}
            for answer in facts.items("answers")
        ],
    }
    return Told(data, symbols=symbols)


def _decided(facts: Facts) -> Told:
    data: dict[str, object] = {
        "finalAction": facts.text("finalAction"),
        "reasonCode": facts.text("reasonCode"),
        "confidence": facts.optional("confidence", float),
        "disagreement": facts.optional("disagreement", float),
        "escalated": facts.flag("escalated"),
        **({"profile": facts.text("profile")} if "profile" in facts.tree else {}),
    }
    return Told(data, symbol=facts.text("symbol"), decision_id=facts.text("decisionId"))


def _completed(facts: Facts) -> Told:
    actions = facts.part("finalActions")
    final = {symbol: str(action) for symbol, action in actions.tree.items()} if actions else {}
    data: dict[str, object] = {
        "costUsd": facts.optional("costUsd", str),
        "latencyMs": facts.optional("latencyMs", float),
        "finalActions": dict(final),
        "escalated": facts.flag("escalated"),
    }
    return Told(data, symbols=tuple({name.partition(" ")[0]: None for name in final}))


def _ended(facts: Facts) -> Told:
    return Told({"reason": facts.text("reason"), "detail": facts.text("detail")})


def _task_received(facts: Facts) -> Told:
    data: dict[str, object] = {
        "taskId": facts.text("taskId"),
        "state": facts.text("state"),
        "from": None,
    }
    of_run = facts.tree.get("taskType", "arena_run") == "arena_run"
    return Told(data, run_id=facts.text("subject") if of_run else None)


def _task_moved(facts: Facts) -> Told:
    return Told(
        {
            "taskId": facts.text("taskId"),
            "state": facts.text("to"),
            "from": facts.text("from"),
            "reason": facts.text("reason"),
        }
    )


def _registered(facts: Facts) -> Told:
    return Told({"name": facts.text("name"), "enabled": facts.flag("enabled")})


def _switched(*, enabled: bool) -> Callable[[Facts], Told]:
    return lambda facts: Told({"name": facts.text("name"), "enabled": enabled})


def _imported(facts: Facts) -> Told:
    data: dict[str, object] = {
        "bars": facts.count("bars"),
        "lastSession": facts.text("lastSession") or None,
        "quarantine": facts.optional("quarantine", str),
    }
    return Told(data, symbol=facts.text("symbol"))


def _filled(facts: Facts) -> Told:
    data: dict[str, object] = {
        "limit": facts.text("limit"),
        "profile": facts.text("profile") or None,
        "percent": facts.count("percent"),
        "refused": facts.flag("refused"),
        "day": facts.text("day"),
        **{name: facts.optional(name, str) for name in ("limitUsd", "usedUsd")},
        **{name: facts.tree.get(name) for name in ("limitCalls", "usedCalls")},
    }
    return Told(data)


def _competition(status: str) -> Callable[[Facts], Told]:
    return lambda facts: Told(
        {"competitionId": facts.text("competitionId"), "status": status, "round": None}
    )


def _arena(facts: Facts) -> Told:
    """Return an arena of others as a competition that is over: it is listed among them."""
    return Told({"competitionId": facts.text("arenaId"), "status": "finished", "round": None})


def _round(facts: Facts) -> Told:
    return Told(
        {
            "competitionId": facts.text("competitionId"),
            "status": "running",
            "round": facts.count("round"),
        }
    )


def _trader(facts: Facts) -> Told:
    return Told({"name": facts.text("name"), "version": facts.count("version"), "archived": False})


def _trader_archived(facts: Facts) -> Told:
    return Told({"name": facts.text("name"), "version": None, "archived": True})


_MAPPING: Final[Mapping[str, Telling]] = {
    "competition.created": (("competition.state",), _competition("created")),
    "competition.started": (("competition.state",), _competition("running")),
    "competition.finished": (("competition.state",), _competition("finished")),
    "competition.stopped": (("competition.state",), _competition("stopped")),
    "round.played": (("competition.state",), _round),
    "arena.imported": (("competition.state",), _arena),
    "trader.created": (("trader.state",), _trader),
    "trader.changed": (("trader.state",), _trader),
    "trader.archived": (("trader.state",), _trader_archived),
    "run.requested": (("run.created",), _requested),
    "agent.answered": (("run.agentCompleted",), _answered),
    "decision.made": (("decision.created",), _decided),
    "run.completed": (("run.completed",), _completed),
    "run.failed": (("run.failed",), _ended),
    "run.cancelled": (("run.cancelled",), _ended),
    "task.received": (("task.state",), _task_received),
    "task.moved": (("task.state",), _task_moved),
    "profile.registered": (("profile.state",), _registered),
    "profile.created": (("profile.state",), _registered),
    "profile.changed": (("profile.state",), _registered),
    "profile.archived": (("profile.state",), _switched(enabled=False)),
    "profile.enabled": (("profile.state",), _switched(enabled=True)),
    "profile.disabled": (("profile.state",), _switched(enabled=False)),
    "series.imported": (("series.imported",), _imported),
    "budget.warned": (("budget.threshold",), _filled),
    **FLEET,
    **STRATEGIES,
    **TRADING,
}

OF_RESULTS: Final = frozenset({"result.upserted", "sidebar_update"})
"""What `results` tells beside the rows that are told here."""

TYPES: Final = OF_RESULTS | {name for names, _ in _MAPPING.values() for name in names}
"""Every type of event that a reader may ask for."""

RUN_ENDS: Final = frozenset({"run.completed", "run.failed", "run.cancelled"})
"""After one of these nothing more is told of a run."""
