"""Tool calls: one row for each use of a tool that an agent's answer tells, found again in the journal by its seq."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import BigInteger, Boolean, Column, Index, Table

from quorate.adapters.sql.projection import Place, Projections, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import Insert
from quorate.kernel.canonical import JsonValue
from quorate.kernel.journal import Event

LONGEST_NAME = 64
"""The name is the model's own word where there is no such tool: it is cut."""


def _number(name: str, *, key: bool = False, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, primary_key=key, nullable=nullable, autoincrement=False)


TOOL_CALLS = Table(
    "tool_calls",
    metadata,
    tenant_column(),
    _number("seq", key=True),
    _number("place", key=True),
    text_column("tool", key=True),
    text_column("day"),
    text_column("profile"),
    text_column("run_id"),
    Column("refused", Boolean, nullable=False),
    _number("latency_us", nullable=True),
)
Index(
    "tool_calls_listed",
    TOOL_CALLS.c.tenant,
    TOOL_CALLS.c.tool,
    TOOL_CALLS.c.day,
    TOOL_CALLS.c.refused,
    TOOL_CALLS.c.latency_us,
)

_ADD = Insert(TOOL_CALLS)


def uses_in(call: JsonValue) -> Iterator[Mapping[str, JsonValue]]:
    """Yield the uses of tools that an agent's record of its turn tells; none where it asked no model."""
    uses = call.get("toolUses") if isinstance(call, Mapping) else None
    for use in uses if isinstance(uses, list) else ():
        if isinstance(use, Mapping):
            yield use


def microseconds(latency_ms: JsonValue) -> int | None:
    """Return a latency as whole microseconds, None where the row does not tell one."""
    return round(float(latency_ms) * 1000) if isinstance(latency_ms, str | float | int) else None


def _answered(session: Session, place: Place, event: Event) -> None:
    profile = text_of(event, "profile")
    for number, use in enumerate(uses_in(event.payload.get("call"))):
        session.insert(
            _ADD,
            {
                "tenant": place.tenant,
                "seq": place.seq,
                "place": number,
                "tool": str(use.get("name"))[:LONGEST_NAME],
                "day": place.ts[:10],
                "profile": profile,
                "run_id": event.stream.removeprefix("run:"),
                "refused": use.get("refusal") is not None,
                "latency_us": microseconds(use.get("latencyMs")),
            },
        )


PROJECTIONS: Projections = {"agent.answered": _answered}
