"""Gates: what a task must pass, each with what was measured, the threshold, and what it stands on.

Before the work: working_spec_validity, risk_tier_appropriateness, budget_compliance, waiver_requirements. After it:
budget_adherence, scope_adherence, quality_gates, acceptance_criteria, invariants. `constitution` at both. A name goes
on behind a dot: `budget_adherence.usd`, `quality_gates.coverage`. Source: R-133, R-138.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from quorate.kernel.canonical import JsonValue

SPEC: Final = "working_spec_validity"
TIER: Final = "risk_tier_appropriateness"
COMPLIANCE: Final = "budget_compliance"
WAIVERS: Final = "waiver_requirements"
CONSTITUTION_GATE: Final = "constitution"
ADHERENCE: Final = "budget_adherence"
SCOPE: Final = "scope_adherence"
QUALITY: Final = "quality_gates"
ACCEPTANCE: Final = "acceptance_criteria"
INVARIANTS: Final = "invariants"

WAIVABLE: Final = frozenset({COMPLIANCE, ADHERENCE, QUALITY})
"""Budgets and quality alone. What the spec says wrong, an invariant, the scope, the tier, the constitution and the
signature cannot be waived by anybody. Source: R-133 (waivable: budget and gates only; spec errors fail)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """How a task stands to one gate; `waived_by` are the waivers without which it would not have passed."""

    gate: str
    passed: bool
    score: JsonValue = None
    threshold: JsonValue = None
    message: str = ""
    evidence: str = ""
    waived_by: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return the gate's name without what it is about."""
        return self.gate.partition(".")[0]

    @property
    def is_waivable(self) -> bool:
        """Return whether a waiver can let a task pass."""
        return self.name in WAIVABLE

    def waived(self, waivers: Iterable[str]) -> GateResult:
        """Return the gate as passed by these waivers."""
        return replace(self, passed=True, waived_by=tuple(waivers))

    def payload(self) -> dict[str, JsonValue]:
        """Return what a verdict says of it; a message where there is something to say."""
        told: dict[str, JsonValue] = {
            "gate": self.gate,
            "passed": self.passed,
            "score": _plain(self.score),
            "threshold": _plain(self.threshold),
            "evidence": self.evidence,
        }
        if self.message:
            told["message"] = self.message
        if self.waived_by:
            told["waivedBy"] = list(self.waived_by)
        return told


def _plain(value: JsonValue) -> JsonValue:
    """Return an exact number as the text that canonical JSON makes of it, which is quicker to write."""
    return format(value, "f") if type(value) is Decimal else value


def may_be_waived(gate: str) -> bool:
    """Return whether a waiver of this gate, or of a part of it, is possible."""
    name, dot, part = gate.partition(".")
    return name in WAIVABLE and bool(part) == bool(dot)


def covers(waived: str, gate: str) -> bool:
    """Return whether a waiver of `waived` is one of `gate`: the same, or the whole of which it is a part."""
    return gate == waived or gate.startswith(f"{waived}.")
