"""Results in the database: a projection of the row that says that a run was verified and stands.  Source: R-197.

Nothing unverified is ever here, as no other row fills the table. What is newest is asked of an index, not kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Table,
    bindparam,
    func,
    select,
)

from quorate.adapters.sql.projection import Place, Projections, part_of
from quorate.adapters.sql.runs import PROJECTIONS as OF_RUNS
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import Insert, Row, Statement, Values, rows_of
from quorate.kernel.canonical import JsonValue, canonical_json
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import BookName, Symbol, Tenant
from quorate.kernel.journal import Event
from quorate.results.record import COMPLETED, FIELD, RecordedResult, Standing, result_from
from quorate.results.result import PLACES, TradingAnalysisResult

RESULTS = Table(
    "results",
    metadata,
    tenant_column(),
    Column("result_seq", BigInteger, primary_key=True, autoincrement=False),
    text_column("book"),
    text_column("symbol"),
    text_column("timeframe"),
    text_column("analyzed_at"),
    text_column("run_id"),
    text_column("task_id"),
    text_column("trace_id"),
    text_column("book_mode"),
    text_column("as_of"),
    text_column("persisted_at"),
    text_column("signal"),
    Column("degraded", Boolean, nullable=False),
    Column("conflict", Boolean, nullable=False),
    text_column("facts"),
)
Index(
    "results_newest",
    *(RESULTS.c[name] for name in ("tenant", "book", "symbol", "timeframe")),
    RESULTS.c.analyzed_at,
    RESULTS.c.result_seq,
)

_COLUMNS: Final = tuple(column.name for column in RESULTS.columns)
_OURS = RESULTS.c.tenant == bindparam("tenant")
_ADD = Insert(RESULTS)
_HEAD = Statement(select(func.max(RESULTS.c.result_seq)).where(_OURS))
_AFTER = Statement(
    select(RESULTS)
    .where(_OURS, RESULTS.c.result_seq > bindparam("after"))
    .order_by(RESULTS.c.result_seq)
    .limit(bindparam("most"))
)
_NTH = Statement(
    select(RESULTS.c.result_seq)
    .where(_OURS, RESULTS.c.result_seq <= bindparam("head"))
    .order_by(RESULTS.c.result_seq.desc())
    .limit(bindparam("most"))
)
_KEYS = Statement(
    select(RESULTS.c.book, RESULTS.c.symbol, RESULTS.c.timeframe)
    .where(_OURS)
    .distinct()
    .order_by(RESULTS.c.book, RESULTS.c.symbol, RESULTS.c.timeframe)
)
_NEWEST = Statement(
    select(RESULTS)
    .where(
        _OURS,
        RESULTS.c.book == bindparam("book"),
        RESULTS.c.symbol == bindparam("symbol"),
        RESULTS.c.timeframe == bindparam("timeframe"),
    )
    .order_by(RESULTS.c.analyzed_at.desc(), RESULTS.c.result_seq.desc())
    .limit(bindparam("most"))
)
_HISTORY = Statement(
    select(RESULTS)
    .where(_OURS, RESULTS.c.result_seq < bindparam("below"))
    .order_by(RESULTS.c.result_seq.desc())
    .limit(bindparam("most"))
)
_HISTORY_OF = Statement(
    select(RESULTS)
    .where(
        _OURS,
        RESULTS.c.result_seq < bindparam("below"),
        RESULTS.c.symbol == bindparam("symbol"),
    )
    .order_by(RESULTS.c.result_seq.desc())
    .limit(bindparam("most"))
)


def newest_result_seq(connection: Connection, tenant: Tenant) -> int:
    """Return the number of the newest result, 0 before the first."""
    ((head,),) = rows_of(connection, _HEAD, {"tenant": tenant})
    return int(head or 0)


def results_after(
    connection: Connection, tenant: Tenant, after: int, most: int
) -> Sequence[TradingAnalysisResult]:
    """Return at most `most` results behind the number `after`, in their order."""
    values: Values = {"tenant": tenant, "after": after, "most": most}
    return [_result(row) for row in rows_of(connection, _AFTER, values)]


def start_of_last(connection: Connection, tenant: Tenant, most: int) -> int:
    """Return the number behind which at most `most` results stand."""
    head = newest_result_seq(connection, tenant)
    values: Values = {"tenant": tenant, "head": head, "most": most + 1}
    numbers = [int(number or 0) for (number,) in rows_of(connection, _NTH, values)]
    return numbers[-1] if len(numbers) > most else 0


def newest_results(
    connection: Connection, tenant: Tenant, symbol: Symbol | None = None
) -> Sequence[TradingAnalysisResult]:
    """Return the newest result of each book, symbol and timeframe, the newest first; of one symbol if asked."""
    found: list[Row] = []
    for book, name, timeframe in rows_of(connection, _KEYS, {"tenant": tenant}):
        if symbol is not None and name != symbol:
            continue
        key: Values = {"book": book, "symbol": name, "timeframe": timeframe, "most": 1}
        found += rows_of(connection, _NEWEST, {"tenant": tenant, **key})
    return sorted(map(_result, found), key=lambda result: result.recency, reverse=True)


def history_of_results(
    connection: Connection, tenant: Tenant, below: int, most: int, symbol: Symbol | None = None
) -> Sequence[TradingAnalysisResult]:
    """Return at most `most` results with smaller numbers than `below`, newest first; of one symbol if asked."""
    values: Values = {"tenant": tenant, "below": below, "most": most}
    if symbol is None:
        return [_result(row) for row in rows_of(connection, _HISTORY, values)]
    return [_result(row) for row in rows_of(connection, _HISTORY_OF, {**values, "symbol": symbol})]


def _completed(session: Session, place: Place, event: Event) -> None:
    """End the run, and add what it concluded for the book."""
    OF_RUNS[COMPLETED](session, place, event)
    if event.payload.get(FIELD) is None:
        return
    results = part_of(event, FIELD)
    shared: Values = {
        "tenant": place.tenant,
        "book": event.book,
        "timeframe": _text(results, "timeframe"),
        "analyzed_at": _text(results, "analyzedAt"),
        "run_id": event.stream.removeprefix("run:"),
        "task_id": _text(results, "taskId"),
        "trace_id": event.trace_id,
        "book_mode": _text(results, "bookMode"),
        "as_of": _text(results, "asOf"),
        "persisted_at": place.ts,
    }
    items = results["items"]
    if not isinstance(items, list):
        raise InvariantBrokenError("run.completed carries no list of results")
    for number, item in enumerate(items):
        if not isinstance(item, Mapping):
            raise InvariantBrokenError("run.completed carries a result that is no object")
        session.insert(
            _ADD,
            {
                **shared,
                "result_seq": place.seq * PLACES + number,
                "symbol": _text(item, "symbol"),
                "signal": _text(item, "signal"),
                "degraded": item["degraded"] is True,
                "conflict": item["conflict"] is True,
                "facts": canonical_json(item),
            },
        )


def _text(tree: Mapping[str, JsonValue], key: str) -> str:
    value = tree.get(key)
    if not isinstance(value, str):
        raise InvariantBrokenError(f"run.completed carries no text under '{key}'")
    return value


def _result(row: Row) -> TradingAnalysisResult:
    found = dict(zip(_COLUMNS, row, strict=True))
    try:
        item = msgspec.json.decode(str(found["facts"]), type=RecordedResult)
    except msgspec.ValidationError as error:
        number = found["result_seq"]
        raise InvariantBrokenError(f"result {number!r} is damaged: {error}") from error
    text = {name: str(found[name]) for name in Standing.__struct_fields__ if name != "result_seq"}
    text["book"] = BookName(text["book"])
    return result_from(item, Standing(result_seq=int(found["result_seq"] or 0), **text))


PROJECTIONS: Projections = {COMPLETED: _completed}
"""What `run.completed` does: it ends the run and makes its results true, in this order."""
