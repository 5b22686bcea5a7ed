"""What risk management told of a cycle's orders, and so where entries are to be left; else as the decision has it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

import msgspec
from sqlalchemy import Connection, bindparam, select

from quorate.adapters.sql.chain_table import JOURNAL
from quorate.adapters.sql.cycles import CYCLES
from quorate.adapters.sql.runs import CONSENSUS, RUNS
from quorate.adapters.sql.statement import Statement, Values, rows_of
from quorate.arena.record.answers import sessions
from quorate.cycle.book_keeping.happening import EntryPlan
from quorate.cycle.book_keeping.hindsight.views import HORIZON
from quorate.cycle.record import CycleFact, stream_of
from quorate.kernel.canonical import Json
from quorate.kernel.ids import BookName, CycleId, DecisionId, Tenant
from quorate.kernel.step_message import StepName
from quorate.portfolio.kept_book import Plan
from quorate.risk import Leg

_DECIDED = Statement(
    select(CONSENSUS.c.run_id, RUNS.c.as_of, JOURNAL.c.payload)
    .join(RUNS, (RUNS.c.tenant == CONSENSUS.c.tenant) & (RUNS.c.run_id == CONSENSUS.c.run_id))
    .join(JOURNAL, (JOURNAL.c.tenant == CONSENSUS.c.tenant) & (JOURNAL.c.seq == CONSENSUS.c.seq))
    .where(
        CONSENSUS.c.tenant == bindparam("tenant"),
        CONSENSUS.c.decision_id == bindparam("decision_id"),
    )
)
_CYCLE = Statement(
    select(CYCLES.c.cycle_id)
    .where(
        CYCLES.c.tenant == bindparam("tenant"),
        CYCLES.c.book == bindparam("book"),
        CYCLES.c.run_id == bindparam("run_id"),
    )
    .order_by(CYCLES.c.number.desc())
    .limit(bindparam("most"))
)
_STEPS = Statement(
    select(JOURNAL.c.payload)
    .where(
        JOURNAL.c.stream == bindparam("stream"),
        JOURNAL.c.tenant + bindparam("nothing") == bindparam("tenant"),
        JOURNAL.c.type + bindparam("nothing") == bindparam("type"),
    )
    .order_by(JOURNAL.c.seq)
)
"""The steps of a cycle; "nothing" as in the chain's own STREAM_ROWS."""


def plans_of(
    connection: Connection, tenant: Tenant, book: BookName, decisions: Collection[DecisionId]
) -> Mapping[DecisionId, EntryPlan]:
    """Return the plan of each entry; a decision that no run made has none."""
    return {
        decision_id: plan
        for decision_id in sorted(decisions)
        for plan in _plan(connection, tenant, book, decision_id)
    }


def _plan(
    connection: Connection, tenant: Tenant, book: BookName, decision_id: DecisionId
) -> Iterator[EntryPlan]:
    values: Values = {"tenant": tenant, "decision_id": decision_id}
    for run_id, as_of, payload in rows_of(connection, _DECIDED, values):
        decided = msgspec.json.decode(str(payload))
        order = _entry_in(risk_orders(connection, tenant, book, str(run_id)), decision_id)
        horizon = decided.get("timeHorizon")
        own = HORIZON if horizon is None else sessions(horizon)
        yield EntryPlan(
            plan=Plan(
                stop=_price(order.get("protectiveStop") or decided.get("stop")),
                target=_price(order.get("target") or decided.get("target")),
                horizon=int(str(order.get("horizon") or own)),
            ),
            as_of=date.fromisoformat(str(as_of)),
        )


def risk_orders(
    connection: Connection, tenant: Tenant, book: BookName, run_id: str
) -> Sequence[Mapping[str, Json]]:
    """Return the orders that the risk management of a run's cycle told, none where there is no such cycle."""
    named: Values = {"tenant": tenant, "book": book, "run_id": run_id, "most": 1}
    for (cycle_id,) in rows_of(connection, _CYCLE, named):
        values: Values = {
            "tenant": tenant,
            "nothing": "",
            "stream": stream_of(CycleId(str(cycle_id))),
            "type": CycleFact.STEPPED.value,
        }
        for (payload,) in rows_of(connection, _STEPS, values):
            message = msgspec.json.decode(str(payload))["message"]
            if message["agent"] == StepName.RISK_MANAGEMENT:
                return [each for each in message["data"].get("orders", []) if each]
    return []


def _entry_in(orders: Sequence[Mapping[str, Json]], decision_id: DecisionId) -> Mapping[str, Json]:
    named = (decision_id, Leg.ENTRY)
    return next((each for each in orders if (each.get("decisionId"), each.get("leg")) == named), {})


def _price(text: Json) -> Decimal | None:
    return None if text is None else Decimal(str(text))
