"""Lists of verdicts: those on tasks and those on orders, read the same way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from quorate.kernel.canonical import JsonValue


class VerdictKind(StrEnum):
    """What a verdict is on."""

    TASK = "task"
    ORDER = "order"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictFilter:
    """What a list of verdicts is asked for; None is any."""

    kind: VerdictKind | None = None
    passed: bool | None = None
    book: str | None = None
    task_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictLine:
    """One verdict of the list; `about` is a task's subject or an order's decision, `word` says what was found."""

    verdict_id: str
    kind: VerdictKind
    about: str
    task_id: str
    task_type: str
    symbol: str
    book: str
    passed: bool
    word: str
    issued_at: str
    seq: int

    def as_json(self) -> dict[str, JsonValue]:
        """Return the line as lists show it."""
        return {
            "verdictId": self.verdict_id,
            "kind": self.kind,
            "about": self.about,
            "taskId": self.task_id,
            "taskType": self.task_type,
            "symbol": self.symbol,
            "book": self.book,
            "decision": "PASS" if self.passed else "FAIL",
            "verdict": self.word,
            "issuedAt": self.issued_at,
            "seq": self.seq,
        }
