"""Money's figures: what setting aside and settling add to a call, alone and for the five calls of a run at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from decimal import Decimal

from benchmarks.measure import Figure, percentile, spread
from quorate.adapters.sql.purse import SqlPurse
from quorate.bootstrap.store import Store, opened_store
from quorate.config import Settings
from quorate.kernel.ids import ProfileName, RunId, Tenant
from quorate.kernel.money import Usd
from quorate.llm.budget import (
    BudgetPolicy,
    CallStatus,
    Charge,
    CostSource,
    Reservation,
    ReservationRequest,
)
from quorate.llm.call import ModelId, Purpose
from quorate.llm.tier import Tier

ROUNDS = 400
FIVE = tuple(ProfileName(f"profile_{number}") for number in range(5))
AMPLE = BudgetPolicy(per_day=Decimal(10**6), per_profile_day=Decimal(10**6))
CHARGE = Charge(
    cost=Usd(Decimal("0.0001")), cost_source=CostSource.PROVIDER, status=CallStatus.ANSWERED
)


def figures(settings: Settings, database: str, *, five_ms: float) -> Iterator[Figure]:
    """Yield the figures on one database; `five_ms` is the bar of setting money aside for five calls at once."""
    with opened_store(settings, tenant=Tenant(f"bench-{time.time_ns()}")) as store:
        purse = SqlPurse(store.journal, store.clock, AMPLE)
        reserving, settling = asyncio.run(_rounds(store, purse, FIVE[:1]))
        yield Figure(
            what=f"money set aside for a call and settled, two commits, {database}",
            figure=f"{spread(reserving)}; settled {spread(settling)}",
            bar="-",
            reached=True,
        )
        reserving, settling = asyncio.run(_rounds(store, purse, FIVE))
        p50 = percentile(reserving, 0.5)
        yield Figure(
            what=f"money set aside for five calls at once, one commit, {database}",
            figure=f"{spread(reserving)}; settled {spread(settling)}",
            bar=f"p50 < {five_ms:.0f} ms",
            reached=p50 < five_ms,
        )


async def _rounds(
    store: Store, purse: SqlPurse, profiles: Sequence[ProfileName]
) -> tuple[list[float], list[float]]:
    reserving: list[float] = []
    settling: list[float] = []
    for _ in range(ROUNDS):
        run_id = RunId(store.ids.ulid("run_"))
        calls = [_wanted(store, profile, run_id) for profile in profiles]
        made = await _timed(reserving, [lambda call=call: purse.reserve(call) for call in calls])
        await _timed(settling, [lambda each=each: purse.settle(each, CHARGE) for each in made])
    return reserving, settling


async def _timed(
    durations: list[float], acts: Sequence[Callable[[], Awaitable[Reservation | None]]]
) -> list[Reservation]:
    began = time.perf_counter()
    done = await asyncio.gather(*(act() for act in acts))
    durations.append(time.perf_counter() - began)
    return [each for each in done if each is not None]


def _wanted(store: Store, profile: ProfileName, run_id: RunId) -> ReservationRequest:
    call_id = store.ids.ulid("call_")
    return ReservationRequest(
        call_id=call_id,
        logical_id=call_id,
        run_id=run_id,
        profile=profile,
        tier=Tier.CHEAP,
        purpose=Purpose.ANSWER,
        model=ModelId("benchmark", "model"),
        worst_cost=Usd(Decimal("0.001")),
        trace_id=store.ids.trace_id(),
    )
