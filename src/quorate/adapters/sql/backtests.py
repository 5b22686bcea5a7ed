"""Backtests: one row each, for lists; what each found is read from its stream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import BigInteger, Column, Connection, Index, RowMapping, Table, select

from quorate.adapters.sql.projection import Place, Projections, flag_of, number_of, part_of, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert
from quorate.cycle.strategies.backtest import BacktestId, BacktestLine, BacktestStatus
from quorate.cycle.strategies.backtest_rows import BacktestFact
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import StrategyName, Tenant
from quorate.kernel.journal import Event

BACKTESTS = Table(
    "backtests",
    metadata,
    tenant_column(),
    text_column("backtest_id", key=True),
    text_column("strategy"),
    text_column("status"),
    text_column("first_session"),
    text_column("last_session"),
    text_column("started_at"),
    text_column("ended_at"),
    text_column("started_by"),
    text_column("passes"),
    text_column("win_rate"),
    text_column("returned"),
    text_column("max_drawdown"),
    Column("version", BigInteger, nullable=False),
    Column("trades", BigInteger, nullable=False),
)
Index("backtests_listed", BACKTESTS.c.tenant, BACKTESTS.c.started_at)
Index("backtests_by_strategy", BACKTESTS.c.tenant, BACKTESTS.c.strategy, BACKTESTS.c.started_at)

_ADD = Insert(BACKTESTS)
_FOUND = ("passes", "trades", "win_rate", "returned", "max_drawdown")
_END = GuardedUpdate(
    BACKTESTS,
    where=("tenant", "backtest_id", "status"),
    change=("status", "ended_at", *_FOUND),
)
_NOTHING: Mapping[str, str | int] = {
    "passes": "",
    "trades": 0,
    "win_rate": "",
    "returned": "",
    "max_drawdown": "",
}


def backtest_lines(
    connection: Connection, tenant: Tenant, overdue: str, strategy: StrategyName | None = None
) -> Sequence[BacktestLine]:
    """Return the backtests, of one strategy or all, newest first; open ones begun before `overdue` were interrupted."""
    query = select(BACKTESTS).where(BACKTESTS.c.tenant == tenant)
    if strategy is not None:
        query = query.where(BACKTESTS.c.strategy == strategy)
    newest = query.order_by(BACKTESTS.c.started_at.desc(), BACKTESTS.c.backtest_id.desc())
    return [_line(row, overdue) for row in connection.execute(newest).mappings()]


def backtest_ids_like(connection: Connection, tenant: Tenant, prefix: str) -> Sequence[str]:
    """Return the backtest id that `prefix` is, or up to two that begin with it."""
    key = BACKTESTS.c.backtest_id
    matching = select(key).where(
        BACKTESTS.c.tenant == tenant, key.startswith(prefix, autoescape=True)
    )
    found = list(connection.execute(matching.order_by(key).limit(2)).scalars())
    return [prefix] if prefix in found else found


def _line(row: RowMapping, overdue: str) -> BacktestLine:
    status = BacktestStatus(row["status"])
    if status is BacktestStatus.RUNNING and row["started_at"] < overdue:
        status = BacktestStatus.INTERRUPTED
    is_done = status is BacktestStatus.COMPLETED
    return BacktestLine(
        backtest_id=BacktestId(row["backtest_id"]),
        strategy=StrategyName(row["strategy"]),
        version=row["version"],
        status=status,
        first=row["first_session"],
        last=row["last_session"],
        started_at=row["started_at"],
        ended_at=row["ended_at"] or None,
        by=row["started_by"],
        passes=row["passes"] == "yes" if is_done else None,
        trades=row["trades"] if is_done else None,
        win_rate=_number(row["win_rate"]),
        returned=_number(row["returned"]),
        max_drawdown=_number(row["max_drawdown"]),
    )


def _number(text: str) -> float | None:
    return float(text) if text else None


def _started(session: Session, place: Place, event: Event) -> None:
    session.insert(
        _ADD,
        {
            "tenant": place.tenant,
            "backtest_id": text_of(event, "backtestId"),
            "strategy": text_of(event, "strategy"),
            "version": number_of(event, "version"),
            "status": BacktestStatus.RUNNING,
            "first_session": _text(event.payload["first"]),
            "last_session": _text(event.payload["last"]),
            "started_at": place.ts,
            "ended_at": "",
            "started_by": text_of(event, "by"),
            **_NOTHING,
        },
    )


def _completed(session: Session, place: Place, event: Event) -> None:
    figures = part_of(event, "figures")
    trades = figures["trades"]
    if not isinstance(trades, int):
        raise InvariantBrokenError(f"{event.type} counts no trades")
    found = {name: _text(figures[key]) for name, key in _FIGURES.items()}
    passes = "yes" if flag_of(event, "passes") else "no"
    _ended(
        session,
        place,
        event,
        status=BacktestStatus.COMPLETED,
        found={**found, "passes": passes, "trades": trades},
    )


_FIGURES = {"win_rate": "winRate", "returned": "returned", "max_drawdown": "maxDrawdown"}


def _failed(session: Session, place: Place, event: Event) -> None:
    _ended(session, place, event, status=BacktestStatus.FAILED, found=_NOTHING)


def _ended(
    session: Session,
    place: Place,
    event: Event,
    *,
    status: BacktestStatus,
    found: Mapping[str, str | int],
) -> None:
    session.update(
        _END,
        {
            "was_tenant": place.tenant,
            "was_backtest_id": text_of(event, "backtestId"),
            "was_status": BacktestStatus.RUNNING,
            "status": status,
            "ended_at": place.ts,
            **found,
        },
        otherwise="the backtest has ended already",
    )


def _text(value: JsonValue) -> str:
    """Return a value as its column keeps it, the same from a new event and from a row that is read again."""
    return "" if value is None else str(value)


PROJECTIONS: Projections = {
    BacktestFact.STARTED: _started,
    BacktestFact.COMPLETED: _completed,
    BacktestFact.FAILED: _failed,
}
