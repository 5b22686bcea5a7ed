"""Lists of the orders that risk refused, newest first, each from its verdict's row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Connection, func, select

from quorate.adapters.sql.chain_table import JOURNAL
from quorate.adapters.sql.journal import entry_of
from quorate.adapters.sql.risk_verdicts import RISK_VERDICTS
from quorate.cycle.story.denied import DenialFilter, DeniedOrder, denied_of
from quorate.kernel.ids import Tenant
from quorate.risk.verdict import VerdictOutcome


def denials_page(
    connection: Connection,
    tenant: Tenant,
    wanted: DenialFilter,
    limit: int,
    below: int | None = None,
) -> Sequence[DeniedOrder]:
    """Return the newest refused orders that `wanted` asks for, at most `limit`, those before row `below`."""
    of_row = (RISK_VERDICTS.c.tenant == JOURNAL.c.tenant) & (RISK_VERDICTS.c.seq == JOURNAL.c.seq)
    query = select(JOURNAL).join(RISK_VERDICTS, of_row).where(*_conditions(tenant, wanted))
    if below is not None:
        query = query.where(RISK_VERDICTS.c.seq < below)
    rows = connection.execute(query.order_by(RISK_VERDICTS.c.seq.desc()).limit(limit))
    return [denied_of(entry_of(row)) for row in rows]


def denial_count(connection: Connection, tenant: Tenant, wanted: DenialFilter) -> int:
    """Return how many orders risk refused."""
    query = select(func.count()).where(*_conditions(tenant, wanted))
    return int(connection.execute(query).scalar_one())


def seq_of_verdict(connection: Connection, tenant: Tenant, verdict_id: str) -> int | None:
    """Return the row of a verdict, None where there is none of this id."""
    query = select(RISK_VERDICTS.c.seq).where(
        RISK_VERDICTS.c.tenant == tenant, RISK_VERDICTS.c.verdict_id == verdict_id
    )
    return connection.execute(query).scalar()


def _conditions(tenant: Tenant, wanted: DenialFilter) -> Iterator[ColumnElement[bool]]:
    yield RISK_VERDICTS.c.tenant == tenant
    yield RISK_VERDICTS.c.book == wanted.book
    yield RISK_VERDICTS.c.outcome == VerdictOutcome.DENIED.value
    if wanted.symbol is not None:
        yield RISK_VERDICTS.c.symbol == wanted.symbol
