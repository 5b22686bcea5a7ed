"""Tool calls: which agent looked what up in a run, what it got, and what it was refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from quorate.arena.record.details import RunDetails
from quorate.arena.record.phrases import count, spaced
from quorate.hub.pages.runs.stages import stage_words
from quorate.hub.pages.wording import milliseconds

LONGEST_SHOWN: Final = 1500
"""Characters of a result that are shown; the hash covers all of it. Ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCallRow:
    """One use of a tool: `took` is empty where nobody measured it, `refusal` where it was answered."""

    order: int
    agent: str
    stage: str
    tool: str
    arguments: str
    result: str
    left_out: int
    result_hash: str
    refusal: str
    took: str
    seq: int


def tool_call_rows(details: RunDetails) -> tuple[ToolCallRow, ...]:
    """Return every use of a tool: turns in the order in which they ended, the uses of one in their own."""
    used = [(turn, use) for turn in details.turns for use in turn.tools]
    return tuple(
        ToolCallRow(
            order=order,
            agent=spaced(turn.profile),
            stage=stage_words(turn),
            tool=use.name,
            arguments=details.mask(use.arguments),
            result=details.mask(use.result)[:LONGEST_SHOWN],
            left_out=max(len(use.result) - LONGEST_SHOWN, 0),
            result_hash=use.result_hash,
            refusal=details.mask(use.refusal),
            took="" if use.latency_ms is None else milliseconds(use.latency_ms),
            seq=turn.seq,
        )
        for order, (turn, use) in enumerate(used, start=1)
    )


def tool_call_words(rows: Sequence[ToolCallRow]) -> str:
    """Return how many calls there were, and how many were refused."""
    refused = sum(bool(row.refusal) for row in rows)
    told = count(len(rows), "call")
    return f"{told}, {refused} refused" if refused else f"{told}, none refused"
