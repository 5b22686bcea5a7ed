"""The read-only tools as people meet them: who may use them, how they are used, and a try on real evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from functools import partial
from typing import Final

from sqlalchemy import Connection

from quorate.adapters.sql.profiles import registered_profiles
from quorate.adapters.sql.tool_listing import last_uses, tool_counts
from quorate.agents.defaults import DEFAULT_PROFILES
from quorate.agents.profile import Tool
from quorate.agents.tool_report import ToolCounts, ToolLine, allowed_profiles
from quorate.agents.tools import SPECS, ToolUse, use_tool
from quorate.bootstrap.details import configured_keys
from quorate.bootstrap.running import Runner
from quorate.bootstrap.store import Store
from quorate.kernel.canonical import canonical_json
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import Symbol
from quorate.kernel.redaction import redacted
from quorate.llm.call import ToolCall

WINDOW_DAYS: Final = 7
"""The days that a tool's figures cover, today included."""

LAST_USES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolTest:
    """What a tool answered when somebody tried it: on the session `as_of` of `symbol`, for nothing."""

    tool: Tool
    symbol: Symbol
    as_of: date
    use: ToolUse

    def as_json(self) -> dict[str, object]:
        """Return the answer as programs read it."""
        return {
            "target": self.tool.value,
            "applied": False,
            "dryRun": True,
            "symbol": self.symbol,
            "asOf": self.as_of.isoformat(),
            "arguments": self.use.arguments,
            "result": self.use.result,
            "refusal": self.use.refusal or None,
            "latencyMs": self.use.latency_ms,
            "costUsd": "0",
        }


class ToolShelf:
    """One home's tools; every one of them reads, and none writes."""

    def __init__(self, store: Store, runner: Runner) -> None:
        self._store = store
        self._runner = runner

    async def listing(self) -> Sequence[ToolLine]:
        """Return every tool with its uses of the last days and the newest of them, by name."""
        return await self._store.database.read(partial(self._lines, last=1))

    async def named(self, name: str) -> ToolLine:
        """Return one tool with its newest uses.

        Raises:
            RejectedError: there is no such tool (slug `not-found`).
        """
        tool = tool_named(name)
        lines = await self._store.database.read(partial(self._lines, last=LAST_USES, only=tool))
        return lines[0]

    async def tried(self, name: str, symbol: Symbol) -> ToolTest:
        """Use a tool on the newest session of a symbol, as an agent that may would; nothing is written.

        Raises:
            RejectedError: there is no such tool, or there are no bars of the symbol.
        """
        tool = tool_named(name)
        briefing = await self._runner.briefing(symbol)
        asker = replace(DEFAULT_PROFILES[0], tool_policy=(tool,))
        properties = SPECS[tool].parameters.get("properties")
        takes_symbol = isinstance(properties, Mapping) and "symbol" in properties
        arguments = canonical_json({"symbol": symbol} if takes_symbol else {})
        call = ToolCall(id="test", name=tool.value, arguments=arguments)
        began = self._store.clock.monotonic()
        use = use_tool(call, asker, briefing)
        took = round((self._store.clock.monotonic() - began) * 1000, 3)
        return ToolTest(
            tool=tool,
            symbol=symbol,
            as_of=briefing.snapshot.as_of,
            use=replace(use, latency_ms=took),
        )

    def _lines(
        self, connection: Connection, *, last: int, only: Tool | None = None
    ) -> Sequence[ToolLine]:
        tenant = self._store.tenant
        today = self._store.clock.now().astimezone(UTC).date()
        since = today - timedelta(days=WINDOW_DAYS - 1)
        window, day = (tool_counts(connection, tenant, first) for first in (since, today))
        profiles = registered_profiles(connection, tenant)
        mask = partial(redacted, secrets=configured_keys(self._store))
        return [
            ToolLine(
                tool=tool,
                since=since.isoformat(),
                today=day.get(tool.value, ToolCounts()),
                window=window.get(tool.value, ToolCounts()),
                allowed=allowed_profiles(tool, profiles),
                last=last_uses(connection, tenant, tool.value, last, mask),
            )
            for tool in sorted(Tool)
            if only in {None, tool}
        ]


def tool_named(name: str) -> Tool:
    """Return the tool of a name.

    Raises:
        RejectedError: there is none (slug `not-found`).
    """
    if name not in set(Tool):
        raise RejectedError(
            f"there is no tool '{name[:80]}'",
            effect="nothing was done",
            fix=f"choose from {', '.join(sorted(Tool))}",
            slug="not-found",
        )
    return Tool(name)
