"""The rules of this version, as data. What they look at is made in `facts.py`.

Source: R-133 (six principles), DESIGN 9 (tiers), DESIGN 7 (agents hold no credentials and no write tools), R-139.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from quorate.agents.profile import Tool
from quorate.arbiter.constitution.rule import RuleSet, rule_set

_THINKING: Final = ("arena_run", "trading_analysis", "trading_signal", "backtest")
_READING: Final = tuple(tool.value for tool in Tool)

_RULES: Final[tuple[Mapping[str, object], ...]] = (
    {
        "id": "T-1",
        "principle": "TRANSPARENCY",
        "stage": "before",
        "condition": "$.task.traceId",
        "operator": "regex",
        "value": "^[0-9a-f]{32}$",
        "message": "the task carries no trace id, so that it cannot be followed",
        "severity": "LOW",
    },
    {
        "id": "T-2",
        "principle": "TRANSPARENCY",
        "stage": "after",
        "condition": "$.account.subjects[*].sha256",
        "operator": "regex",
        "value": "^[0-9a-f]{64}$",
        "message": "what was made is not named by its hash",
        "severity": "CRITICAL",
    },
    {
        "id": "T-3",
        "principle": "TRANSPARENCY",
        "stage": "after",
        "condition": "$.account.subjects[0]",
        "operator": "exists",
        "message": "the task names nothing that it made",
        "severity": "CRITICAL",
        "taskTypes": ("arena_run", "order"),
    },
    {
        "id": "A-1",
        "principle": "ACCOUNTABILITY",
        "stage": "before",
        "condition": "$.spec.invariants[0]",
        "operator": "exists",
        "message": "nothing is stated that the task could be held to",
        "severity": "CRITICAL",
    },
    {
        "id": "A-2",
        "principle": "ACCOUNTABILITY",
        "stage": "after",
        "condition": "$.account.powerCalls",
        "operator": "gte",
        "value": 0,
        "message": "the calls of power models are not told",
        "severity": "CRITICAL",
    },
    {
        "id": "A-3",
        "principle": "ACCOUNTABILITY",
        "stage": "after",
        "condition": "$.account.costUsd",
        "operator": "exists",
        "message": "nobody knows what the task cost",
        "severity": "LOW",
    },
    {
        "id": "S-1",
        "principle": "SAFETY",
        "stage": "before",
        "condition": "$.spec.riskTier",
        "operator": "equals",
        "value": 1,
        "message": "an order is a task of tier 1",
        "severity": "CRITICAL",
        "taskTypes": ("order",),
    },
    {
        "id": "S-2",
        "principle": "SAFETY",
        "stage": "before",
        "condition": "$.spec.scope.tools[*]",
        "operator": "in",
        "value": _READING,
        "message": "a task that places no orders has a tool that does more than read",
        "severity": "CRITICAL",
        "taskTypes": _THINKING,
    },
    {
        "id": "S-3",
        "principle": "SAFETY",
        "stage": "before",
        "condition": "$.spec.budget.portfolioDelta",
        "operator": "equals",
        "value": 0,
        "message": "a task that places no orders may not move the portfolio",
        "severity": "CRITICAL",
        "taskTypes": _THINKING,
    },
    {
        "id": "S-4",
        "principle": "SAFETY",
        "stage": "before",
        "condition": "$.spec.budget.portfolioDelta",
        "operator": "lte",
        "value": 1,
        "message": "an order may not move more than the whole of the equity: there is no leverage",
        "severity": "CRITICAL",
        "taskTypes": ("order",),
    },
    {
        "id": "F-1",
        "principle": "FAIRNESS",
        "stage": "before",
        "condition": "$.task.priority",
        "operator": "in",
        "value": (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
        "message": "the task claims a priority outside of the scale that all share",
        "severity": "MEDIUM",
    },
    {
        "id": "P-1",
        "principle": "PRIVACY",
        "stage": "after",
        "condition": "$.account.secrets[0]",
        "operator": "not_exists",
        "message": "what the task tells of itself holds something that looks like a secret",
        "severity": "CRITICAL",
    },
    {
        "id": "R-1",
        "principle": "RELIABILITY",
        "stage": "before",
        "condition": "$.spec.budget.wallMs",
        "operator": "gt",
        "value": 0,
        "message": "the task has no end",
        "severity": "CRITICAL",
    },
    {
        "id": "R-2",
        "principle": "RELIABILITY",
        "stage": "after",
        "condition": "$.broken[0]",
        "operator": "not_exists",
        "message": "the result breaks an invariant",
        "severity": "CRITICAL",
    },
    {
        "id": "R-3",
        "principle": "RELIABILITY",
        "stage": "after",
        "condition": "$.account.wallMs",
        "operator": "gte",
        "value": 0,
        "message": "the time that the work took is not told",
        "severity": "CRITICAL",
    },
)

CONSTITUTION: Final[RuleSet] = rule_set(_RULES)
"""What every task is judged by; a change of one word changes its hash."""
