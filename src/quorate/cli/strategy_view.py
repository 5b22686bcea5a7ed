"""A strategy and its backtests as a person reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from quorate.cli.listing import Row, part_of, parts_of, table

if TYPE_CHECKING:
    from quorate.cycle.strategies.backtest import Backtest, BacktestLine, TradeRow

LAST_TRADES = 10
"""How many trades a terminal shows; `--json` has all."""


LEFT_OUT: Final = "as the configuration says"
ASIDE: Final = frozenset({"lastBacktest", "recordedAt", "changedBy", "changedAt", "reason"})
"""What a person is told in a sentence of its own, where there is anything to tell."""


def listed(strategy: Row) -> Row:
    """Return a strategy's row of the table."""
    said = strategy["description"] if strategy["configured"] else "not configured any more"
    return {**strategy, "description": said}


def strategy_lines(strategy: Row) -> Iterator[str]:
    """Yield what a strategy says, how it stands and how it was last tried."""
    for key, value in strategy.items():
        if key not in ASIDE:
            yield f"{key:<16}{_said(value)}"
    if strategy["changedAt"]:
        why = f": {strategy['reason']}" if strategy["reason"] else ""
        state = "enabled" if strategy["enabled"] else "disabled"
        yield f"{state} {strategy['changedAt']} by {strategy['changedBy']}{why}"
    if tried := part_of(strategy, "lastBacktest"):
        yield f"last tried in {tried['backtestId']}: quorate strategies report {tried['backtestId']}"


def switched_lines(change: Row) -> list[str]:
    """Return what became of a wish to switch a strategy."""
    state = "enabled" if change["enabled"] else "disabled"
    already = "" if change["applied"] else "already "
    return [f"{change['target']}, version {change['version']}, is {already}{state}."]


def written_lines(change: Row) -> list[str]:
    """Return what became of a wish to write a strategy."""
    name = change["target"]
    if not change["applied"]:
        return [f"{name} said so already: version {change['version']}."]
    next_act = f"quorate strategies backtest {name}, then quorate strategies enable {name}"
    return [f"{name}, version {change['version']}, is written and waits: {next_act}"]


def history_lines(steps: Sequence[Row]) -> Iterator[str]:
    """Yield what happened to a strategy, a line each, with what a new version says otherwise."""
    for step in steps:
        by = f"by {step['by']}" + (f": {step['reason']}" if step["reason"] else "")
        yield f"{step['at']}  version {step['version']}  {step['kind']} {by}"
        for change in parts_of(step, "changes"):
            yield f"    {change['key']}: {_value(change['before'])} -> {_value(change['after'])}"


def backtest_row(line: BacktestLine) -> Mapping[str, object]:
    """Return a backtest's row of the table."""
    return {
        "backtest": line.backtest_id,
        "strategy": line.strategy,
        "version": line.version,
        "status": line.status.value,
        "from": line.first,
        "to": line.last,
        "trades": line.trades,
        "won": _percent(line.win_rate),
        "return": _percent(line.returned, signed=True),
        "drawdown": _percent(line.max_drawdown),
        "gate": None if line.passes is None else ("passed" if line.passes else "refused"),
    }


def backtest_lines(found: Backtest) -> Iterator[str]:
    """Yield a backtest: what it is of, its sentences, its newest trades, and what it does not show."""
    from quorate.cycle.strategies.words import LIMITS, sentences  # noqa: PLC0415  (slow; help must not wait)

    terms = found.terms
    yield (
        f"{terms.backtest_id}   {terms.strategy} version {terms.version}   {found.status.value}   "
        f"REPLAY {terms.first} to {terms.last}"
    )
    if found.failure:
        yield f"It ended without a result: {found.failure}"
    if found.report is None:
        return
    yield from sentences(found)
    newest = found.report.trades[-LAST_TRADES:]
    if newest:
        yield ""
        yield from table([_trade_row(trade) for trade in newest], list(_trade_row(newest[0])))
        if len(found.report.trades) > len(newest):
            yield f"the newest {len(newest)} of {len(found.report.trades)} trades; --json has all"
    yield ""
    yield from LIMITS


def _trade_row(trade: TradeRow) -> Mapping[str, object]:
    return {
        "symbol": trade.symbol,
        "in": trade.entered,
        "at": f"{trade.entry_price:.2f}",
        "out": trade.left,
        "for": None if trade.exit_price is None else f"{trade.exit_price:.2f}",
        "by": trade.how or "open",
        "return": _percent(trade.gained, signed=True, places=2),
    }


def _percent(share: float | None, *, signed: bool = False, places: int = 1) -> str | None:
    return None if share is None else f"{100 * share:{'+' if signed else ''}.{places}f} %"


def _said(value: object) -> str:
    match value:
        case None | "" | []:
            return LEFT_OUT
        case bool():
            return "yes" if value else "no"
        case list():
            return " ".join(map(str, value))
        case dict():
            return " ".join(f"{name}={of}" for name, of in value.items()) or LEFT_OUT
        case _:
            return str(value)


def _value(value: object) -> str:
    match value:
        case None | "" | []:
            return "nothing"
        case dict():
            return " ".join(f"{name}={of}" for name, of in value.items()) or "nothing"
        case list():
            return " ".join(map(str, value))
        case _:
            return str(value)
