"""What the law's desk answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quorate.arbiter.constitution import Waiver
from quorate.arbiter.constitution.listing import VerdictLine
from quorate.kernel.canonical import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictCheck:
    """Whether an envelope can be believed, and what is wrong where it cannot; the statement only if it can."""

    ok: bool
    problems: tuple[str, ...]
    key_id: str
    statement: Mapping[str, Json]

    def as_json(self) -> dict[str, object]:
        """Return the answer as programs get it."""
        return {
            "ok": self.ok,
            "problems": list(self.problems),
            "keyId": self.key_id,
            "statement": dict(self.statement) or None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownVerdict:
    """A verdict on record with its envelope, whether it holds, and the others that its name stands for."""

    line: VerdictLine
    envelope: Mapping[str, Json]
    check: VerdictCheck
    trace_id: str
    others: Sequence[VerdictLine]

    def as_json(self) -> dict[str, object]:
        """Return the verdict as programs get it; `verdicts verify` takes its envelope."""
        return {
            "envelope": dict(self.envelope),
            **self.line.as_json(),
            "traceId": self.trace_id,
            "verification": self.check.as_json(),
            "others": [each.verdict_id for each in self.others],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverChange:
    """What became of a wish; not `applied` when it was so already."""

    waiver: Waiver
    applied: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKey:
    """A key that signed this home's chain and verdicts."""

    key_id: str
    public_key: str
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RotatedKey:
    """A rotation that took place."""

    old_key_id: str
    new_key_id: str
    public_key: str
