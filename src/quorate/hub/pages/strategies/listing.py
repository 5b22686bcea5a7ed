"""`/admin/strategies`: every strategy, whether cycles may follow it, and what the gate said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from litestar import get
from litestar.response import Template

from quorate.access import Scope
from quorate.cycle.strategies.line import StrategyLine
from quorate.cycle.strategies.words import percent
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.screen import WHOLE, Column, Screen, read_screen
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.security.principal import require

LIST: Final = "/admin/strategies"
SECTION: Final = "strategies"

SCREEN: Final = Screen(
    (
        Column("gate", "Gate", 3),
        Column("version", "Version", 4),
        Column("symbols", "Symbols", 5),
        Column("asked", "Who is asked", 6),
        Column("backtest", "Backtest", 7),
    ),
    sizes=WHOLE,
)
"""What can be hidden; the strategy and its state stay."""

GATE_TONES: Final[Mapping[str, str]] = {"passed": "gain", "refused": "loss", "untested": "warn"}
STATE_TONES: Final[Mapping[str, str]] = {
    "enabled": "gain",
    "disabled": "",
    "not configured": "warn",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyRow:
    """A line of the list in words; `last` is what its newest backtest came to, empty without one."""

    line: StrategyLine
    href: str
    state: str
    asked: str
    last: str


@get(LIST, guards=[require(Scope.READ)])
async def strategies(request: HubRequest) -> Template:
    """Show the strategies."""
    listed = await read(app_of(request).strategy_desk.lines(), "The strategies")
    return await page(
        request,
        "strategies/index.html",
        title="Strategies",
        section=SECTION,
        listed=listed,
        rows=() if isinstance(listed, Failed) else rows_of(listed),
        gate_tones=GATE_TONES,
        state_tones=STATE_TONES,
        screen=read_screen(request.query_params.dict(), SCREEN),
        list_href=LIST,
    )


def rows_of(lines: Sequence[StrategyLine]) -> tuple[StrategyRow, ...]:
    """Return the lines as the page shows them."""
    return tuple(
        StrategyRow(
            line=line,
            href=f"{LIST}/{line.name}",
            state=state_of(line),
            asked=_asked(line),
            last=_last(line),
        )
        for line in lines
    )


def state_of(line: StrategyLine) -> str:
    """Return in a word whether cycles may follow it."""
    if line.strategy is None:
        return "not configured"
    return "enabled" if line.enabled else "disabled"


def _asked(line: StrategyLine) -> str:
    if line.strategy is None:
        return ""
    return ", ".join(line.strategy.profiles) or "every enabled profile"


def _last(line: StrategyLine) -> str:
    tried = line.backtest
    if tried is None:
        return ""
    if tried.trades is None:
        return tried.status.value
    return (
        f"{tried.trades} trades, {percent(tried.win_rate)} won, "
        f"{percent(tried.returned, signed=True, places=2)}"
    )
