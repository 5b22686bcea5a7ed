"""What of a cycle a person must hear: steps that failed, and what the auditor found. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from quorate.cycle.record import RecordedCycle
from quorate.cycle.watch.alert import Alert, Severity
from quorate.kernel.step_message import StepMessage


def failure_alerts(cycle: RecordedCycle, message: StepMessage, *, halts: bool) -> Sequence[Alert]:
    """Return the alert on a step that failed, none for one that did its work."""
    if message.error is None:
        return []
    return [
        Alert(
            kind="step_failed",
            book=cycle.facts.book,
            severity=Severity.ERROR if halts else Severity.WARNING,
            text=f"{message.agent}: {message.error}",
            cycle_id=cycle.facts.cycle_id,
            trace_id=cycle.facts.trace_id,
        )
    ]


def violation_alerts(
    cycle: RecordedCycle, violations: Sequence[str], halts: Sequence[str]
) -> Sequence[Alert]:
    """Return the alerts on what the auditor found, and on why trading was halted for it."""
    told = [("audit_violation", violation) for violation in violations]
    told += [("trading_halted", f"Trading is halted: {reason}") for reason in halts]
    return [
        Alert(
            kind=kind,
            book=cycle.facts.book,
            severity=Severity.ERROR,
            text=text,
            cycle_id=cycle.facts.cycle_id,
            trace_id=cycle.facts.trace_id,
        )
        for kind, text in told
    ]
