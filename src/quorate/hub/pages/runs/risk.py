"""What risk found on the orders of a decision: each verdict with its 28 checks, and what the cycle's auditor said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from quorate.arena.record.phrases import count
from quorate.cycle.story import Story, headline
from quorate.cycle.story.facts import CheckResult, Verdict
from quorate.cycle.story.words import counted_checks, measured
from quorate.execution.listing import exact
from quorate.risk.finding import Outcome

TAGS: Final = {
    Outcome.PASSED: ("passed", "gain"),
    Outcome.DENIED: ("denied", "loss"),
    Outcome.NOT_APPLICABLE: ("not applicable", ""),
}

AUDITS: Final = {
    None: ("", ""),
    True: ("The auditor recomputed the cycle's checks and found nothing wrong.", "gain"),
    False: ("", "loss"),
}
"""What is said of a cycle that was not audited, passed, or did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """One check as its row in the table."""

    check: CheckResult
    tag: tuple[str, str]
    value: str
    limit: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictCard:
    """A verdict as the page shows it."""

    verdict: Verdict
    title: str
    counted: str
    rows: tuple[CheckRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskPage:
    """All verdicts of a decision, what became of it, and the auditor's word; empty texts where there is none."""

    cards: tuple[VerdictCard, ...]
    said: str
    audit: str
    audit_tone: str
    violations: tuple[str, ...]


def risk_page(story: Story) -> RiskPage:
    """Return the verdicts of a decision and the audit of its cycle."""
    cycle = story.cycle
    passed = None if cycle is None else cycle.audit_passed
    violations = () if cycle is None else cycle.violations
    said, tone = AUDITS[passed]
    if passed is False:
        said = f"The auditor found {count(len(violations), 'violation')} and halted trading."
    return RiskPage(
        cards=tuple(_card(verdict) for verdict in story.verdicts),
        said=headline(story),
        audit=said,
        audit_tone=tone,
        violations=violations,
    )


def _card(verdict: Verdict) -> VerdictCard:
    word = "Approved" if verdict.approved else f"Denied, {verdict.code}"
    return VerdictCard(
        verdict=verdict,
        title=f"{word}: {verdict.side.name} {exact(verdict.quantity)}, {verdict.leg.value}",
        counted=counted_checks(verdict.checks),
        rows=tuple(_row(check) for check in _denied_first(verdict.checks)),
    )


def _denied_first(checks: Sequence[CheckResult]) -> list[CheckResult]:
    return sorted(checks, key=lambda each: (each.outcome is not Outcome.DENIED, each.number))


def _row(check: CheckResult) -> CheckRow:
    return CheckRow(
        check=check,
        tag=TAGS[check.outcome],
        value=measured(check.value) if check.value else "",
        limit=measured(check.limit) if check.limit else "",
        said="; ".join(part for part in (check.code, check.detail) if part),
    )
