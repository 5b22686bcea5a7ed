"""Where the journal tells of a decision: its run, its cycle, its verdicts, its orders and its outcome."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from quorate.adapters.sql.cycles import CYCLES
from quorate.adapters.sql.orders import ORDERS
from quorate.adapters.sql.risk_verdicts import RISK_VERDICTS
from quorate.adapters.sql.runs import CONSENSUS
from quorate.kernel.ids import BookName, DecisionId, RunId, Tenant


class DecisionStreams(NamedTuple):
    """The streams of one decision; `cycle_id` is empty of a run that no cycle asked for, `book` that of its orders."""

    decision_id: DecisionId
    run_id: RunId
    cycle_id: str
    book: BookName | None
    verdict_ids: tuple[str, ...]
    order_ids: tuple[str, ...]


def streams_of(
    connection: Connection, tenant: Tenant, decision_id: DecisionId
) -> DecisionStreams | None:
    """Return where the journal tells of the decision, None where there is none of that id."""
    run_id = connection.execute(
        select(CONSENSUS.c.run_id).where(
            CONSENSUS.c.tenant == tenant, CONSENSUS.c.decision_id == decision_id
        )
    ).scalar()
    if run_id is None:
        return None
    orders = connection.execute(
        select(ORDERS.c.client_order_id, ORDERS.c.book)
        .where(ORDERS.c.tenant == tenant, ORDERS.c.decision_id == decision_id)
        .order_by(ORDERS.c.seq)
    ).all()
    cycle = connection.execute(
        select(CYCLES.c.cycle_id).where(CYCLES.c.tenant == tenant, CYCLES.c.run_id == run_id)
    ).scalar()
    verdicts = connection.execute(
        select(RISK_VERDICTS.c.verdict_id)
        .where(RISK_VERDICTS.c.tenant == tenant, RISK_VERDICTS.c.decision_id == decision_id)
        .order_by(RISK_VERDICTS.c.seq)
    ).scalars()
    return DecisionStreams(
        decision_id=decision_id,
        run_id=RunId(run_id),
        cycle_id=cycle or "",
        book=BookName(orders[0].book) if orders else None,
        verdict_ids=tuple(map(str, verdicts)),
        order_ids=tuple(row.client_order_id for row in orders),
    )


def decision_ids_like(connection: Connection, tenant: Tenant, prefix: str) -> Sequence[DecisionId]:
    """Return the decision id that `prefix` is, or up to two that begin with it."""
    key = CONSENSUS.c.decision_id
    matching = select(key).where(
        CONSENSUS.c.tenant == tenant, key.startswith(prefix, autoescape=True)
    )
    found = list(connection.execute(matching.order_by(key).limit(2)).scalars())
    return [DecisionId(each) for each in ([prefix] if prefix in found else found)]
