"""What happened to an order, step by step, as programs and people read it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from quorate.execution.recorded import OrderFact
from quorate.kernel.canonical import JsonValue
from quorate.kernel.journal import JournalEntry


def history_json(entries: Sequence[JournalEntry]) -> list[dict[str, JsonValue]]:
    """Return the moves of an order, oldest first, each with its words and its journal row.

    `from` is null of the first; a split of the shares comes to RESIZED.
    """
    return [_step(entry) for entry in entries]


def _step(entry: JournalEntry) -> dict[str, JsonValue]:
    facts = entry.facts
    begun = entry.type == OrderFact.INTENDED
    return {
        "at": entry.ts,
        "from": None if begun else facts.get("from"),
        "to": facts.get("state") if begun else facts.get("to", "RESIZED"),
        "reason": facts.get("reason") or None,
        "what": _what(entry),
        "evidence": f"journal:{entry.seq}",
    }


def _what(entry: JournalEntry) -> str:
    facts = entry.facts
    if entry.type == OrderFact.INTENDED:
        return "intended: on record, nothing sent"
    if entry.type == OrderFact.RESIZED:
        return f"a split made it {facts['quantity']} shares"
    executions = facts.get("executions")
    fills = executions if isinstance(executions, list) else []
    parts = [f"{facts['from']} -> {facts['to']}".lower().replace("_", " ")]
    parts += [
        f"{each['quantity']} at {each['price']} (fill {each['id']})"
        for each in fills
        if isinstance(each, dict)
    ]
    parts += [str(facts["reason"])] if facts.get("reason") else []
    return ", ".join(parts)
