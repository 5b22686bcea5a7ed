"""What a call meets when money is wanted for it, in one look: its day, its profile, its run, the limits in force."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
    union_all,
)

from quorate.adapters.sql.budgets import BUDGET_DAYS, BUDGET_LIMITS, HELD, balance_in
from quorate.adapters.sql.calls import LLM_CALLS
from quorate.adapters.sql.prices import MODEL_PRICES
from quorate.adapters.sql.profiles import PROFILES
from quorate.adapters.sql.statement import Statement, Values
from quorate.kernel.money import Usd
from quorate.llm.balance import EMPTY, Standing
from quorate.llm.budget import Limit, ReservationRequest
from quorate.llm.nanos import Nanos, nanos_of

if TYPE_CHECKING:
    from quorate.adapters.sql.session import Session
    from quorate.kernel.ids import Tenant


NOTHING: Final = Nanos(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where the budgets of a call stand, which limits were told, and what its profile says of itself.

    `price_edition` counts the changes of stated prices: a worst case of an earlier edition is none any more. `charged`
    is the most that a call of this model cost on the day, looked for where its price says that it costs nothing.
    """

    standing: Standing
    told: Mapping[Limit, int]
    own: Mapping[Limit, int]
    role: str
    price_edition: int = 0
    charged: Nanos = NOTHING


_NONE = literal_column("0", BigInteger)


def _word(text: str) -> ColumnElement[str]:
    """Return a word of ours as SQL: a prepared statement holds no values."""
    return literal_column(f"'{text}'", Text)


def _sum(column: ColumnElement[Any]) -> ColumnElement[int]:
    return func.coalesce(cast(func.sum(column), BigInteger), _NONE)


def _line(
    kind: str, *numbers: ColumnElement[Any], text: ColumnElement[Any] | None = None
) -> Select[Any]:
    """Return a select of a kind, as many numbers as a balance has, and a text."""
    filled = [*numbers, *([_NONE] * (len(HELD) - len(numbers)))]
    return select(_word(kind), *filled, _word("") if text is None else text)


def _standing() -> Statement:
    tenant, profile = bindparam("tenant", type_=Text), bindparam("profile", type_=Text)
    held, limits, calls = BUDGET_DAYS.c, BUDGET_LIMITS.c, LLM_CALLS.c
    today = (held.tenant == tenant, held.day == bindparam("day", type_=Text))
    in_run = calls.run_id == bindparam("run_id", type_=Text)
    its_own = case((calls.profile == profile, calls.counted), else_=_NONE)
    return Statement(
        union_all(
            _line("day", *(_sum(held[name]) for name in HELD)).where(*today),
            _line("profile", *(held[name] for name in HELD)).where(*today, held.profile == profile),
            _line("run", _sum(calls.counted), _sum(its_own)).where(calls.tenant == tenant, in_run),
            _line("limit", limits.size, text=limits.name).where(
                limits.tenant == tenant, limits.size.is_not(None)
            ),
            _line("prices", _sum(MODEL_PRICES.c.version)).where(MODEL_PRICES.c.tenant == tenant),
            _line("own", text=PROFILES.c.profile).where(
                PROFILES.c.tenant == tenant, PROFILES.c.name == profile
            ),
        )
    )


_STANDING = _standing()
_DEAREST = Statement(
    select(func.max(LLM_CALLS.c.cost)).where(
        LLM_CALLS.c.tenant == bindparam("tenant"),
        LLM_CALLS.c.day == bindparam("day"),
        LLM_CALLS.c.provider == bindparam("provider"),
        LLM_CALLS.c.model == bindparam("model"),
    )
)


def found(session: Session, tenant: Tenant, wanted: ReservationRequest, day: date) -> Found:
    """Return what `wanted` meets on `day`, inside the writer's transaction: nobody can change it until the commit."""
    values: Values = {
        "tenant": tenant,
        "day": day.isoformat(),
        "profile": wanted.profile,
        "run_id": wanted.run_id,
    }
    balances = {"profile": EMPTY}
    in_run = (0, 0)
    told: dict[Limit, int] = {}
    own: Mapping[Limit, int] = {}
    role, edition = "", 0
    for kind, *numbers, text in session.read(_STANDING, values):
        match kind:
            case "run":
                in_run = (int(numbers[0] or 0), int(numbers[1] or 0))
            case "limit":
                told[Limit(str(text))] = int(numbers[0] or 0)
            case "prices":
                edition = int(numbers[0] or 0)
            case "own":
                role, own = _of_profile(str(text))
            case _:
                balances[str(kind)] = balance_in(numbers)
    standing = Standing(balances["day"], balances["profile"], *in_run)
    return Found(
        standing=standing,
        told=told,
        own=own,
        role=role,
        price_edition=edition,
        charged=_charged(session, values, wanted) if standing.day.spent else NOTHING,
    )


def _charged(session: Session, values: Values, wanted: ReservationRequest) -> Nanos:
    """Return the most that a call of this model cost on the day, if its price says that it costs nothing."""
    if not wanted.is_free:
        return NOTHING
    model = {"provider": wanted.model.provider, "model": wanted.model.model}
    asked: Values = {"tenant": values["tenant"], "day": values["day"], **model}
    ((dearest,),) = session.read(_DEAREST, asked)
    return Nanos(int(dearest or 0))


def _of_profile(stored: str) -> tuple[str, Mapping[Limit, int]]:
    """Return a profile's role and its own limits."""
    facts = json.loads(stored)
    amounts = {
        Limit.PROFILE_DAY: facts["budgetPerDayUsd"],
        Limit.PROFILE_RUN: facts["budgetPerRunUsd"],
    }
    own = {limit: nanos_of(Usd(Decimal(usd))) for limit, usd in amounts.items() if usd is not None}
    return str(facts["role"]), own
