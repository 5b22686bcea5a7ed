"""A spec as a task's first row keeps it, read back: who judges the result of a task may not be who received it."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec

from quorate.arbiter.predicate import predicate
from quorate.arbiter.spec import Acceptance, QualityGate, RiskTier, TaskSpec
from quorate.kernel.errors import InvariantBrokenError, RejectedError
from quorate.kernel.ids import Symbol

_UNFIT: Final = (msgspec.MsgspecError, RejectedError, ArithmeticError, TypeError, ValueError)


class _Part(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Parent of the parts of a spec as the journal keeps them."""


class _Scope(_Part, frozen=True):
    symbols: list[str]
    tools: list[str]


class _Budget(_Part, frozen=True):
    usd: Decimal | None
    power_calls: int
    wall_ms: int
    tokens: int | None
    portfolio_delta: Decimal


class _Gate(_Part, frozen=True):
    name: str
    least: Decimal


class _Criterion(_Part, frozen=True):
    id: str
    given: str
    when: str
    then: str
    check: dict[str, object]

    def read(self) -> Acceptance:
        return Acceptance(
            id=self.id,
            given=self.given,
            when=self.when,
            then=self.then,
            check=predicate(self.check),
        )


class _Spec(_Part, frozen=True):
    id: str
    title: str
    risk_tier: int
    scope: _Scope
    budget: _Budget
    invariants: list[str]
    acceptance: list[_Criterion]
    gates: list[_Gate]
    waivers: list[str]


def recorded_spec(told: object, spec_hash: object) -> TaskSpec:
    """Return the spec that `TaskSpec.payload` wrote, and that `spec_hash` names.

    Raises:
        InvariantBrokenError: it is no such spec, or another one than was hashed.
    """
    try:
        spec = _read(msgspec.convert(told, _Spec, strict=False))
    except _UNFIT as error:
        raise InvariantBrokenError(f"a task's spec cannot be read back: {error}") from None
    if spec.hash != spec_hash:
        raise InvariantBrokenError("a task's spec is not the one that was hashed")
    return spec


def _read(told: _Spec) -> TaskSpec:
    budget = told.budget
    return TaskSpec(
        risk_tier=RiskTier(told.risk_tier),
        symbols=tuple(map(Symbol, told.scope.symbols)),
        tools=tuple(told.scope.tools),
        max_cost_usd=budget.usd,
        max_power_calls=budget.power_calls,
        invariants=tuple(told.invariants),
        spec_id=told.id,
        title=told.title,
        max_wall_ms=budget.wall_ms,
        max_tokens=budget.tokens,
        max_portfolio_delta=budget.portfolio_delta,
        acceptance=tuple(each.read() for each in told.acceptance),
        gates=tuple(QualityGate(name=each.name, least=each.least) for each in told.gates),
        waivers=tuple(told.waivers),
    )
