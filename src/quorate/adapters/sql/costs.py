"""What calls cost, added up by the database in cells of calls that have all in common, and the cells here.

The cells' index holds all that is added up, in the cells' order, so a hundred thousand calls are read without sorting
and without their rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, Row, Select, cast, func, select

from quorate.adapters.sql.calls import COST_CELL, COST_SUMS, LLM_CALLS
from quorate.adapters.sql.chain_table import JOURNAL
from quorate.kernel.ids import BookName, Tenant
from quorate.kernel.money import Usd
from quorate.llm.budget import CallStatus
from quorate.llm.call import Purpose
from quorate.llm.call_record import RECALLED, RESERVED, SETTLED
from quorate.llm.cost import CostAxis, CostLine
from quorate.llm.nanos import usd_of

_CALL = LLM_CALLS.c
_KEYS: Final[Mapping[CostAxis, Callable[[Row[Any]], str]]] = {
    CostAxis.DAY: lambda cell: str(cell.day),
    CostAxis.MODEL: lambda cell: f"{cell.provider}/{cell.model}",
    CostAxis.PROFILE: lambda cell: str(cell.profile),
    CostAxis.PROVIDER: lambda cell: str(cell.provider),
    CostAxis.PURPOSE: lambda cell: str(cell.purpose),
    CostAxis.ROLE: lambda cell: str(cell.role),
    CostAxis.RUN: lambda cell: str(cell.run_id),
    CostAxis.SOURCE: lambda cell: str(cell.cost_source),
    CostAxis.TIER: lambda cell: str(cell.tier),
}
_OF_A_RUN: Final = tuple(
    _CALL[name] for name in ("run_id", "purpose", "cost_source", "status", "cache_hit")
)
_UNANSWERED: Final = frozenset(
    {CallStatus.FAILED.value, CallStatus.LATE.value, CallStatus.ABANDONED.value}
)


class _Sums(NamedTuple):
    """What a cell, or several together, come to; `priced` of its calls have a known cost."""

    calls: int = 0
    open_calls: int = 0
    failed: int = 0
    unpriced: int = 0
    cache_hits: int = 0
    priced: int = 0
    known: int = 0
    counted: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    wasted: int = 0
    wasted_calls: int = 0


class CostCells:
    """The cells that were read last, for as long as no call was begun or ended since: a page asks several times."""

    def __init__(self) -> None:
        self._known: tuple[Sequence[int | None], date, Sequence[Row[Any]]] | None = None

    def since(self, connection: Connection, tenant: Tenant, first: date) -> Sequence[Row[Any]]:
        """Return the cells from a day on."""
        head = [
            connection.execute(
                select(func.max(JOURNAL.c.seq)).where(
                    JOURNAL.c.type == kind, JOURNAL.c.tenant == tenant
                )
            ).scalar()
            for kind in (RESERVED, SETTLED, RECALLED)
        ]
        known = self._known
        if known is None or known[0] != head or known[1] > first:
            known = self._known = (head, first, _read(connection, tenant, COST_CELL, first, None))
        return [cell for cell in known[2] if cell.day >= first.isoformat()]


def cost_lines(
    connection: Connection,
    tenant: Tenant,
    by: CostAxis,
    since: date,
    until: date | None = None,
    known: CostCells | None = None,
) -> Sequence[CostLine]:
    """Return the calls from one UTC day to another, both included, added up by `by`; the keys in their order."""
    return _lines(_cells(connection, tenant, by, since, until, known), by)


def cost_by_day(
    connection: Connection,
    tenant: Tenant,
    by: CostAxis,
    since: date,
    until: date | None = None,
    known: CostCells | None = None,
) -> Mapping[str, Sequence[CostLine]]:
    """Return the same for each day, by its name; a day without a call is not named."""
    days: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for cell in _cells(connection, tenant, by, since, until, known):
        days[cell.day].append(cell)
    return {day: _lines(days[day], by) for day in sorted(days)}


def spent_in(connection: Connection, tenant: Tenant, book: BookName) -> Usd:
    """Return what the budgets counted for a book's calls, ever: known costs, the worst case of every other call."""
    found = connection.execute(
        select(_sum(_CALL.counted)).where(_CALL.tenant == tenant, _CALL.book == book)
    ).scalar_one()
    return usd_of(found or 0)


def _cells(
    connection: Connection,
    tenant: Tenant,
    by: CostAxis,
    since: date,
    until: date | None,
    known: CostCells | None,
) -> Sequence[Row[Any]]:
    """Return the cells of some days; runs are no part of a cell, so those by run are made from the calls' own rows."""
    if by is CostAxis.RUN:
        return _read(connection, tenant, (_CALL.day, *_OF_A_RUN), since, until)
    found = (known or CostCells()).since(connection, tenant, since)
    return [cell for cell in found if until is None or cell.day <= until.isoformat()]


def _read(
    connection: Connection,
    tenant: Tenant,
    keys: Sequence[ColumnElement[Any]],
    since: date,
    until: date | None,
) -> Sequence[Row[Any]]:
    query: Select[Any] = select(
        *keys,
        func.count().label("many"),
        func.count(_CALL.cost).label("priced"),
        *(_sum(column).label(column.name) for column in COST_SUMS),
    ).where(_CALL.tenant == tenant, _CALL.day >= since.isoformat())
    if until is not None:
        query = query.where(_CALL.day <= until.isoformat())
    return connection.execute(query.group_by(*keys)).all()


def _lines(cells: Iterable[Row[Any]], by: CostAxis) -> Sequence[CostLine]:
    key_of = _KEYS[by]
    found: dict[str, _Sums] = {}
    for cell in cells:
        key = key_of(cell)
        before = found.get(key, _Sums())
        found[key] = _Sums(*map(sum, zip(before, _sums_of(cell), strict=True)))
    return [_line(key, found[key]) for key in sorted(found)]


def _sums_of(cell: Row[Any]) -> _Sums:
    many = cell.many
    is_call, is_open = not cell.cache_hit, cell.status == CallStatus.RESERVED.value
    failed = cell.status in _UNANSWERED
    repaired = cell.purpose == Purpose.REPAIR.value and not is_open
    wasted = is_call and (failed or repaired)
    return _Sums(
        calls=many if is_call else 0,
        open_calls=many if is_open else 0,
        failed=many if failed else 0,
        unpriced=many - cell.priced if is_call and not is_open else 0,
        cache_hits=0 if is_call else many,
        priced=cell.priced,
        known=cell.cost or 0,
        counted=cell.counted or 0,
        prompt_tokens=cell.prompt_tokens or 0,
        completion_tokens=cell.completion_tokens or 0,
        cached_tokens=cell.cached_tokens or 0,
        wasted=(cell.counted or 0) if wasted else 0,
        wasted_calls=many if wasted else 0,
    )


def _sum(column: ColumnElement[Any]) -> ColumnElement[int]:
    """Return a sum that is None where no row has a value; PostgreSQL would make it a decimal."""
    return cast(func.sum(column), BigInteger)


def _line(key: str, sums: _Sums) -> CostLine:
    return CostLine(
        key=key,
        calls=sums.calls,
        open_calls=sums.open_calls,
        failed=sums.failed,
        unpriced=sums.unpriced,
        cache_hits=sums.cache_hits,
        known=usd_of(sums.known) if sums.priced else None,
        counted=usd_of(sums.counted),
        prompt_tokens=sums.prompt_tokens,
        completion_tokens=sums.completion_tokens,
        cached_tokens=sums.cached_tokens,
        wasted=usd_of(sums.wasted),
        wasted_calls=sums.wasted_calls,
    )
