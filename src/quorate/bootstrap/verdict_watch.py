"""The verdict watch: looks at every verdict, decision and task while the chain is walked, each beside the others.

A verdict is as it was signed and stands there once; the decision that it names is the one on record; a task of its own
that completed has a verdict that let it pass. Source: R-142 (constitutional bypass), R-133.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from quorate.arbiter.constitution import ISSUED, issued_problems
from quorate.arbiter.moves import MOVED, RECEIVED
from quorate.arbiter.task import TERMINAL, TaskState
from quorate.arena.record.header import RunEvent
from quorate.audit.rotation import ROTATED, rotation_problems
from quorate.audit.verification import SignatureCheck, Verification
from quorate.kernel.canonical import Json, sha256_hex
from quorate.kernel.journal import JournalEntry
from quorate.risk.verdict import JUDGED, verdict_problems

SIGNED_ROWS: Final = {
    JUDGED: verdict_problems,
    ISSUED: issued_problems,
    ROTATED: rotation_problems,
}
"""The types of rows with a signature of their own, and what is wrong with such a row."""

SINCE_COURT: Final = "priority"
"""What the row of a task tells that was received since there is a court; earlier ones had none, and need none."""

PASSED: Final = "PASS"


class VerdictWatch:
    """Passes the rows of a chain on, and tells afterwards what is wrong with what they say of each other."""

    def __init__(self, is_signed: SignatureCheck) -> None:
        self._is_signed = is_signed
        self._problems: list[tuple[int, str]] = []
        self._seen: set[str] = set()
        self._decisions: dict[str, str] = {}
        self._unjudged: dict[str, int] = {}

    def passed(self, entries: Iterable[JournalEntry]) -> Iterator[JournalEntry]:
        """Yield the rows as they are; each is looked at once the chain went on behind it: it is as it was written."""
        for entry in entries:
            yield entry
            self._look(entry)

    def told(self, found: Verification) -> Verification:
        """Return what was found, with what is wrong about verdicts, decisions and tasks."""
        problems = sorted((*self._problems, *self._bypassed(found)))
        if not problems:
            return found
        first = min(seq for seq in (found.first_bad, problems[0][0]) if seq is not None)
        said = (*found.problems, *(said for _, said in problems))
        return replace(found, ok=False, first_bad=first, problems=said)

    def _look(self, entry: JournalEntry) -> None:
        if entry.type in SIGNED_ROWS:
            said = list(self._said(entry))
            self._problems += ((entry.seq, f"row {entry.seq}: {each}") for each in said)
            if entry.type == ISSUED and not said:
                self._judged(entry)
        elif entry.type == RunEvent.DECISION_MADE:
            name = str(entry.facts.get("decisionId"))
            self._decisions[name] = sha256_hex(entry.payload)
        elif entry.type in {RECEIVED, MOVED}:
            self._follow(entry)

    def _said(self, entry: JournalEntry) -> Iterator[str]:
        facts = entry.facts
        yield from SIGNED_ROWS[entry.type](facts, self._is_signed)
        if entry.type == ROTATED:
            return
        name = facts.get("verdictId")
        if entry.stream != f"verdict:{name}":
            yield f"the verdict {name} stands in the stream {entry.stream}"
        if entry.stream in self._seen:
            yield f"the verdict {name} stands there again"
        self._seen.add(entry.stream)
        for decision, sha256 in subjects_of(facts):
            if sha256 and self._decisions.get(decision, sha256) != sha256:
                yield f"the verdict {name} is on another decision {decision} than the one on record"

    def _follow(self, entry: JournalEntry) -> None:
        """Remember a task of its own from its first row to a verdict that lets it pass, or another end."""
        facts = entry.facts
        task_id = str(facts.get("taskId"))
        if entry.type == RECEIVED:
            if SINCE_COURT in facts and not facts.get("parent"):
                self._unjudged[task_id] = 0
        elif task_id in self._unjudged and facts.get("to") in TERMINAL:
            if facts.get("to") == TaskState.COMPLETED:
                self._unjudged[task_id] = entry.seq
            else:
                del self._unjudged[task_id]

    def _judged(self, entry: JournalEntry) -> None:
        facts = entry.facts
        if facts.get("decision") == PASSED:
            self._unjudged.pop(str(facts.get("taskId")), None)

    def _bypassed(self, found: Verification) -> Iterator[tuple[int, str]]:
        """Yield the tasks that completed unjudged; behind a break in the chain nobody knows what was cut off."""
        for task_id, seq in self._unjudged.items():
            if seq and (found.first_bad is None or seq < found.rows):
                yield (
                    seq,
                    f"row {seq}: the task {task_id} completed without a verdict that let it pass",
                )


def subjects_of(facts: dict[str, Json]) -> Iterator[tuple[str, str]]:
    """Yield what a verdict's row is on by name, with the hash that was signed: the decisions, for an order its one."""
    if "decisionHash" in facts:
        yield str(facts.get("decisionId")), str(facts["decisionHash"])
    subjects = facts.get("subjects")
    for subject in subjects if isinstance(subjects, list) else ():
        digest = subject.get("digest") if isinstance(subject, dict) else None
        if isinstance(subject, dict) and isinstance(digest, dict):
            yield str(subject.get("name")), str(digest.get("sha256"))
