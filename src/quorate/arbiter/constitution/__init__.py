"""The constitution: rules, gates, waivers and the verdict that every task is judged by. What it cannot judge fails."""

from quorate.arbiter.constitution.default_rules import CONSTITUTION
from quorate.arbiter.constitution.gate import GateResult, may_be_waived
from quorate.arbiter.constitution.judging import Bench, Judged, judged_after, judged_before
from quorate.arbiter.constitution.rule import (
    BrokenRule,
    Principle,
    Response,
    Rule,
    RuleSet,
    Severity,
    Stage,
)
from quorate.arbiter.constitution.ruling import Ruling, Word
from quorate.arbiter.constitution.verdict import (
    ISSUED,
    Provenance,
    TaskVerdict,
    issued_problems,
    verdict_on,
)
from quorate.arbiter.constitution.waiver import Delta, Waiver, WaiverFact, WaiverState, WaiverWish

__all__ = [
    "CONSTITUTION",
    "ISSUED",
    "Bench",
    "BrokenRule",
    "Delta",
    "GateResult",
    "Judged",
    "Principle",
    "Provenance",
    "Response",
    "Rule",
    "RuleSet",
    "Ruling",
    "Severity",
    "Stage",
    "TaskVerdict",
    "Waiver",
    "WaiverFact",
    "WaiverState",
    "WaiverWish",
    "Word",
    "issued_problems",
    "judged_after",
    "judged_before",
    "may_be_waived",
    "verdict_on",
]
