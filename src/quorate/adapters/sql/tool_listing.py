"""How tools are used, added up by the database, and their newest uses from the journal's own rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, case, func, or_, select

from quorate.adapters.sql.chain_table import JOURNAL
from quorate.adapters.sql.tool_calls import TOOL_CALLS
from quorate.agents.tool_report import ToolCounts, ToolUsed
from quorate.kernel.ids import Tenant

_USE = TOOL_CALLS.c

SHARES: Final = (50, 95)
"""The percentiles that are told."""

LONGEST: Final = 600
"""Characters of arguments or a result that are shown; the rest stands in the journal."""


def tool_counts(connection: Connection, tenant: Tenant, since: date) -> Mapping[str, ToolCounts]:
    """Return the uses of each tool since a UTC day, that day included, by the tool's name."""
    latencies = _percentiles(connection, tenant, since)
    days: dict[str, dict[str, int]] = {}
    refused: dict[str, int] = {}
    query = (
        select(
            _USE.tool,
            _USE.day,
            func.count().label("calls"),
            func.sum(case((_USE.refused, 1), else_=0)).label("refused"),
        )
        .where(_USE.tenant == tenant, _USE.day >= since.isoformat())
        .group_by(_USE.tool, _USE.day)
        .order_by(_USE.tool, _USE.day)
    )
    for tool, day, calls, in_vain in connection.execute(query):
        days.setdefault(tool, {})[day] = calls
        refused[tool] = refused.get(tool, 0) + int(in_vain)
    return {
        tool: ToolCounts(
            calls=sum(by_day.values()),
            refused=refused[tool],
            p50_ms=latencies.get((tool, 50)),
            p95_ms=latencies.get((tool, 95)),
            by_day=by_day,
        )
        for tool, by_day in days.items()
    }


def last_uses(
    connection: Connection, tenant: Tenant, tool: str, limit: int, mask: Callable[[str], str]
) -> Sequence[ToolUsed]:
    """Return the newest uses of a tool, at most `limit`; what secrets there are in their texts is masked."""
    query = (
        select(_USE.seq, _USE.place, _USE.profile, _USE.run_id, JOURNAL.c.ts, JOURNAL.c.payload)
        .join(JOURNAL, and_(JOURNAL.c.tenant == _USE.tenant, JOURNAL.c.seq == _USE.seq))
        .where(_USE.tenant == tenant, _USE.tool == tool)
        .order_by(_USE.seq.desc(), _USE.place.desc())
        .limit(limit)
    )
    return [_used(row, mask) for row in connection.execute(query)]


def _used(row: Row[*tuple[Any, ...]], mask: Callable[[str], str]) -> ToolUsed:
    use = json.loads(row.payload)["call"]["toolUses"][row.place]
    latency = use.get("latencyMs")
    return ToolUsed(
        seq=row.seq,
        at=row.ts,
        profile=row.profile,
        run_id=row.run_id,
        arguments=_cut(mask(use["arguments"])),
        result=_cut(mask(use["result"])),
        refusal=_cut(mask(use["refusal"] or "")),
        latency_ms=None if latency is None else float(latency),
    )


def _percentiles(
    connection: Connection, tenant: Tenant, since: date
) -> Mapping[tuple[str, int], float]:
    """Return the latencies below which half and 95 % of a tool's uses stayed (nearest rank), in milliseconds."""
    ranked = (
        select(
            _USE.tool,
            _USE.latency_us,
            func.row_number().over(partition_by=_USE.tool, order_by=_USE.latency_us).label("rank"),
            func.count().over(partition_by=_USE.tool).label("uses"),
        )
        .where(_USE.tenant == tenant, _USE.day >= since.isoformat(), _USE.latency_us.is_not(None))
        .subquery()
    )
    wanted = (ranked.c.rank == (ranked.c.uses * share + 99) // 100 for share in SHARES)
    query = select(ranked).where(or_(*wanted))
    return dict(_by_share(connection.execute(query).all()))


def _by_share(rows: Sequence[tuple[str, int, int, int]]) -> Iterator[tuple[tuple[str, int], float]]:
    for tool, latency, rank, uses in rows:
        for share in SHARES:
            if rank == -(-uses * share // 100):
                yield (tool, share), latency / 1000


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} … ({len(text)} characters)"
