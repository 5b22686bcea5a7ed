"""Rulings: what the gates say together. All passed, or waived: pass. Only waivable ones left: a waiver is required.

Anything else fails. Source: R-133 ("Verdict": logic).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from quorate.arbiter.constitution.gate import GateResult


class Word(StrEnum):
    """What a verdict says."""

    PASS = "pass"  # noqa: S105  (the word of a verdict)
    FAIL = "fail"
    WAIVER_REQUIRED = "waiver-required"


@dataclass(frozen=True, slots=True)
class Ruling:
    """The gates that a task was held to, those of before its work first, and what follows."""

    before: tuple[GateResult, ...]
    after: tuple[GateResult, ...] = ()

    @property
    def gates(self) -> tuple[GateResult, ...]:
        """Return every gate."""
        return (*self.before, *self.after)

    @property
    def failed(self) -> tuple[GateResult, ...]:
        """Return those that were neither passed nor waived."""
        return tuple(each for each in self.gates if not each.passed)

    @property
    def word(self) -> Word:
        """Return what follows; a task that was held to no gate fails."""
        if not self.gates:
            return Word.FAIL
        failed = self.failed
        if not failed:
            return Word.PASS
        waivable = all(each.is_waivable for each in failed)
        return Word.WAIVER_REQUIRED if waivable else Word.FAIL

    @property
    def problems(self) -> tuple[str, ...]:
        """Return why it did not pass, one sentence each."""
        return tuple(f"{each.gate}: {each.message}" for each in self.failed)

    @property
    def waivers_used(self) -> tuple[str, ...]:
        """Return the waivers without which it would not have passed."""
        used = (waiver for each in self.gates for waiver in each.waived_by)
        return tuple(dict.fromkeys(used))

    @property
    def next_steps(self) -> tuple[str, ...]:
        """Return what may be done about each gate that failed."""
        return tuple(map(_next_step, self.failed))


def checks_of(gates: Iterable[GateResult]) -> dict[str, bool]:
    """Return whether each check passed, by its name: all gates of that name."""
    found: dict[str, bool] = {}
    for each in gates:
        found[each.name] = found.get(each.name, True) and each.passed
    return found


def _next_step(gate: GateResult) -> str:
    if gate.is_waivable:
        return f"quorate waivers add --gate {gate.gate}, or ask for less: {gate.message}"
    return f"mend it, {gate.gate} cannot be waived: {gate.message}"
