"""`/admin/strategies/{name}`: what it says, its versions, its backtests, and one of these in full.

name, and which backtest, symbol and session -> the strategy's line, its history, its backtests -> figures -> template
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from litestar import get
from litestar.params import FromPath
from litestar.response import Template

from quorate.access import Scope
from quorate.bootstrap import App
from quorate.cycle.strategies.backtest import Backtest, BacktestLine, BacktestStatus
from quorate.cycle.strategies.line import StrategyLine
from quorate.cycle.strategies.words import LIMITS, sentences
from quorate.hub.pages.notices import Notice
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.runs.prices import PriceTable, price_table
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.pages.strategies.figures import (
    Figure,
    TradeLine,
    curve_rows,
    kpis_of,
    settings_of,
    summary_of,
    trade_rows,
    value_words,
)
from quorate.hub.pages.strategies.listing import (
    GATE_TONES,
    LIST,
    SECTION,
    STATE_TONES,
    state_of,
)
from quorate.hub.security.principal import require
from quorate.kernel.errors import QuorateError
from quorate.kernel.ids import Symbol, is_like_an_id

SESSIONS: Final = 160
"""Some eight months of candles: a trade with what came before and after it."""

STATUS_TONES: Final[Mapping[str, str]] = {
    "running": "brand",
    "completed": "gain",
    "failed": "loss",
    "interrupted": "warn",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TestForm:
    """What a person entered to start a backtest, and what is wrong with it."""

    first: str = ""
    last: str = ""
    error: QuorateError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Which backtest is shown, of which symbol the candles are, and up to when."""

    backtest: str = ""
    symbol: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBacktest:
    """A backtest as the page shows it; the last ones are empty without a result."""

    found: Backtest
    tone: str
    said: tuple[str, ...] = ()
    kpis: tuple[Figure, ...] = ()
    symbol: str = ""
    symbols: tuple[str, ...] = ()
    prices: PriceTable | Failed | None = None
    curve: tuple[tuple[str, str, str, str], ...] = ()
    summary: str = ""
    trades: tuple[TradeLine, ...] = ()


@get(LIST + "/{name:str}", guards=[require(Scope.READ)])
async def strategy(request: HubRequest, name: FromPath[str]) -> Template:
    """Show a strategy with its newest backtest, or the one that is asked for."""
    wanted = Shown(
        backtest=str(request.query_params.get("backtest", "")),
        symbol=str(request.query_params.get("symbol", "")),
        until=str(request.query_params.get("until", "")),
    )
    return await shown(request, name, wanted)


async def shown(
    request: HubRequest,
    name: str,
    wanted: Shown = Shown(),
    *,
    form: TestForm = TestForm(),
    notices: Sequence[Notice] = (),
    status: int = 200,
) -> Template:
    """Return the page of a strategy.

    Raises:
        RejectedError: there is no such strategy.
    """
    app = app_of(request)
    line = await app.strategy_desk.line(name)
    tests = await read(app.strategy_desk.backtests.lines(line.name), "The backtests")
    tried = () if isinstance(tests, Failed) else tests
    chosen = await _backtest(app, wanted.backtest, tried)
    found = await _shown_backtest(app, chosen, wanted) if isinstance(chosen, Backtest) else chosen
    return await page(
        request,
        "strategies/details.html",
        part="strategies/_live.html",
        title=f"Strategy {line.name}",
        section=SECTION,
        status=status,
        notices=notices,
        line=line,
        state=state_of(line),
        state_tone=STATE_TONES[state_of(line)],
        gate_tone=GATE_TONES[line.gate],
        warning=_warning(line),
        settings=settings_of(line),
        tests=tests,
        test_tones=STATUS_TONES,
        found=found,
        steps=await read(_steps(app, name), "The versions"),
        value_words=value_words,
        limits=LIMITS,
        form=form,
        is_running=any(each.status is BacktestStatus.RUNNING for each in tried),
        href=f"{LIST}/{line.name}",
        list_href=LIST,
    )


async def _steps(app: App, name: str) -> Sequence[object]:
    return list(reversed(await app.strategy_desk.history(name)))


async def _backtest(
    app: App, wanted: str, tried: Sequence[BacktestLine]
) -> Backtest | Failed | None:
    """Return the backtest that is asked for, else the newest; None where there is none."""
    newest = str(tried[0].backtest_id) if tried else ""
    chosen = wanted if is_like_an_id(wanted) else newest
    if not chosen:
        return None
    return await read(app.strategy_desk.backtests.show(chosen), "The backtest")


async def _shown_backtest(app: App, found: Backtest, wanted: Shown) -> ShownBacktest:
    tone = STATUS_TONES[found.status.value]
    report = found.report
    if report is None:
        return ShownBacktest(found=found, tone=tone)
    traded = tuple(sorted({str(trade.symbol) for trade in report.trades}))
    symbols = traded or tuple(found.terms.symbols)
    trades = trade_rows(found, report)
    newest = trades[0].symbol if trades else symbols[0]
    symbol = wanted.symbol if wanted.symbol in symbols else newest
    ends = (trade.until for trade in trades if trade.symbol == symbol)
    return ShownBacktest(
        found=found,
        tone=tone,
        said=sentences(found),
        kpis=kpis_of(found, report),
        symbol=symbol,
        symbols=symbols,
        prices=await _prices(app, found, symbol, wanted.until or next(ends, "")),
        curve=curve_rows(report),
        summary=summary_of(report),
        trades=trades,
    )


async def _prices(app: App, found: Backtest, symbol: str, until: str) -> PriceTable | Failed | None:
    as_of = min(_day(until) or found.terms.last, found.terms.last)
    bars = await read(app.price_history(Symbol(symbol), as_of, SESSIONS), "The prices")
    if isinstance(bars, Failed):
        return bars
    return price_table(bars) if bars else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _warning(line: StrategyLine) -> str:
    """Return what speaks against switching it on, empty where nothing does or where it cannot be."""
    if line.strategy is None or line.gate == "passed":
        return ""
    if line.gate == "refused":
        return "The gate refused this version in its newest backtest."
    return "Nobody has tried this version on the stored history."
