"""The logs: what a participant did at each line, and what it said it held afterwards.

Source: the shape of AI-Trader's `position.jsonl`: date, id, this_action{action, symbol, amount}, positions{ticker:
shares, CASH}. Its first line may be the account as it was opened, without an action.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final, NamedTuple

from quorate.arena.imported.source import (
    Line,
    Moment,
    moment_in,
    number_in,
    refused,
    shown,
    ticker_in,
)
from quorate.arena.imported.terms import ArenaTerms
from quorate.kernel.ids import Symbol
from quorate.portfolio.side import Side

CASH: Final = "CASH"

_SIDES: Final[Mapping[str, Side | None]] = MappingProxyType(
    {
        "buy": Side.BUY,
        "sell": Side.SELL,
        "no_trade": None,
        "buy_crypto": Side.BUY,
        "sell_crypto": Side.SELL,
    }
)
"""What an action does; None of one that does nothing."""

_NO_SHARES: Final[Mapping[Symbol, Decimal]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A line of a log: what was done (`side` None = nothing), and what was held after it, no symbol at nothing."""

    line: Line
    step_id: int
    moment: Moment
    side: Side | None
    symbol: Symbol | None
    amount: Decimal
    cash: Decimal
    shares: Mapping[Symbol, Decimal]


class Log(NamedTuple):
    """One log: when its account was opened, or first used, and its steps, without a line that only opens it."""

    opened: Moment
    steps: tuple[Step, ...]


def read_log(lines: Sequence[Line], terms: ArenaTerms) -> Log:
    """Return what one log tells.

    Raises:
        RejectedError: a line is not of the shape, an id comes twice, time runs backwards, cash or shares are below
            nothing, or the account was not opened with the capital.
    """
    steps: list[Step] = []
    seen: dict[int, int] = {}
    for place, line in enumerate(lines):
        step = _step(line, opens=place == 0)
        if step.step_id in seen:
            raise line.refused(
                f"id {step.step_id} stands in line {seen[step.step_id]} already",
                "give every line an id of its own",
            )
        seen[step.step_id] = line.number
        if steps and step.moment < steps[-1].moment:
            raise line.refused(
                f"{step.moment} is before {steps[-1].moment} of the line above",
                "sort the lines by their time",
            )
        steps.append(step)
    if not steps:
        raise refused("a log without a line", "leave its folder out")
    opened = steps[0].moment
    if "this_action" in steps[0].line.tree:
        return Log(opened, tuple(steps))
    _require_opening(steps[0], terms)
    return Log(opened, tuple(steps[1:]))


def _require_opening(step: Step, terms: ArenaTerms) -> None:
    if step.cash != terms.capital:
        raise step.line.refused(
            f"the account opens with {step.cash.normalize():f} in cash, not with {terms.capital.normalize():f}",
            f"add --capital {step.cash.normalize():f}",
        )
    if step.shares:
        raise step.line.refused(
            f"the account opens with shares of {', '.join(step.shares)}, and nothing says what they cost",
            "import a log that begins with cash alone",
        )


def _step(line: Line, *, opens: bool) -> Step:
    moment, step_id = moment_in(line.tree.get("date")), line.tree.get("id")
    if moment is None:
        raise line.refused(
            f"{shown(line.tree.get('date'))} is no date",
            "write the market's own time, as in 2025-10-01 10:00:00, without a zone",
        )
    if not isinstance(step_id, int) or isinstance(step_id, bool):
        raise line.refused(f"{shown(step_id)} is no id", "give every line a whole number as its id")
    side, symbol, amount = _action(line, opens=opens)
    cash, shares = _holdings(line)
    return Step(
        line=line,
        step_id=step_id,
        moment=moment,
        side=side,
        symbol=symbol,
        amount=amount,
        cash=cash,
        shares=shares,
    )


def _action(line: Line, *, opens: bool) -> tuple[Side | None, Symbol | None, Decimal]:
    told = line.tree.get("this_action")
    if told is None and opens and "this_action" not in line.tree:
        return None, None, Decimal(0)
    name = told.get("action") if isinstance(told, dict) else None
    if not isinstance(told, dict) or not isinstance(name, str) or name not in _SIDES:
        what = name if isinstance(told, dict) else told
        raise line.refused(
            f"'this_action' says {shown(what)}", f"known actions are {', '.join(_SIDES)}"
        )
    side = _SIDES[name]
    if side is None:
        return None, None, Decimal(0)
    symbol, amount = ticker_in(told.get("symbol")), number_in(told.get("amount"))
    if symbol is None:
        raise line.refused(
            f"{name} names no symbol: {shown(told.get('symbol'))}",
            "a symbol has 1 to 15 of A-Z, 0-9, dot, slash and hyphen",
        )
    if amount is None or amount < 0 or isinstance(told.get("amount"), str):
        raise line.refused(
            f"{name} has the amount {shown(told.get('amount'))}",
            "an amount is a number of shares, 0 or more",
        )
    return side, symbol, amount


def _holdings(line: Line) -> tuple[Decimal, Mapping[Symbol, Decimal]]:
    told = line.tree.get("positions")
    if not isinstance(told, dict):
        raise line.refused(
            f"'positions' is {shown(told)}", "positions is an object of shares by symbol, and CASH"
        )
    if CASH not in told:
        spelled = next((str(key) for key in told if str(key).strip().upper() == CASH), None)
        instead = f", but {spelled!r}" if spelled else ""
        raise line.refused(f"'positions' has no 'CASH'{instead}", "call the cash CASH")
    shares: dict[Symbol, Decimal] = {}
    for key, value in told.items():
        amount = number_in(value)
        if amount is None or isinstance(value, str) or amount < 0:
            raise line.refused(
                f"{key} stands at {shown(value)}", "cash and shares are numbers, 0 or more"
            )
        if key == CASH:
            continue
        symbol = ticker_in(key)
        if symbol is None or symbol in shares or symbol == CASH:
            raise line.refused(
                f"{shown(key)} is no symbol, or one that stands there twice",
                "a symbol has 1 to 15 of A-Z, 0-9, dot, slash and hyphen, once",
            )
        shares[symbol] = amount
    held = {symbol: amount for symbol, amount in shares.items() if amount}
    return number_in(told[CASH]) or Decimal(0), MappingProxyType(held) if held else _NO_SHARES
