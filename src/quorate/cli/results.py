"""`quorate results`: what agents say now, and as it happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.listing import Row, part_of, show_list
from quorate.cli.order_typed import parsed_symbol

if TYPE_CHECKING:
    from quorate.cli.ports import App
    from quorate.kernel.ids import Symbol
    from quorate.results.standing import ResultPlace, ResultState

COLUMNS = ("symbol", "book", "signal", "confidence", "risk", "states", "asOf", "reasonCode")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(results)


def results(
    context: typer.Context,
    *,
    symbol: Annotated[str | None, typer.Option(metavar="S", help="Only results on it.")] = None,
    state: Annotated[
        str | None,
        typer.Option(metavar="STATE", help="newest, degraded, conflict, stale or superseded."),
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Print new results as they come, until Ctrl C.")
    ] = False,
) -> ExitCode:
    """List the newest result of each symbol, then what came before; or follow new ones."""
    call = invocation(context)
    if follow:
        return call.with_app(lambda app: _follow(app, call, symbol, state))
    return call.with_app(lambda app: _list(app, call, symbol, state))


async def _list(app: App, call: Invocation, symbol: str | None, state: str | None) -> ExitCode:
    from quorate.results.shown import result_json  # noqa: PLC0415  (slow; help must not wait)
    from quorate.results.standing import ResultFilter  # noqa: PLC0415

    wanted = ResultFilter(_symbol(symbol), _state(state))
    page = await app.results.page(wanted, call.limit, _place(call.cursor))
    after = page.next_after
    items = [result_json(line) for line in page.items]
    show_list(
        call,
        read_at=app.clock.now(),
        rows=list(map(result_row, items)),
        items=items,
        next_cursor=None if after is None else f"{'h' if after.is_history else 'n'}{after.number}",
        columns=COLUMNS,
        empty="No such result yet. Start a run with: quorate run",
    )
    return ExitCode.DONE


async def _follow(app: App, call: Invocation, symbol: str | None, state: str | None) -> ExitCode:
    from quorate.results.shown import result_json  # noqa: PLC0415  (slow; help must not wait)
    from quorate.results.standing import ResultFilter, is_wanted  # noqa: PLC0415

    wanted = ResultFilter(_symbol(symbol), _state(state))
    call.terminal.note("New results appear here as runs are verified. Ctrl C ends.")
    async for line in app.results.follow():
        if is_wanted(line, wanted):
            tree = result_json(line)
            call.terminal.reply(tree, [_said(tree)])
    return ExitCode.DONE


def result_row(result: Row) -> Row:
    """Return the line of a list, of a result as programs get it."""
    shown = part_of(result, "display")
    return {
        "symbol": result["symbol"],
        "book": result["book"],
        "signal": result["signal"],
        "confidence": shown["confidence"],
        "risk": shown["risk"],
        "states": result["states"],
        "asOf": result["asOf"],
        "reasonCode": result["reasonCode"],
    }


def _said(result: Row) -> str:
    row = result_row(result)
    return (
        f"{row['asOf']}  {row['signal']:<8}  {row['symbol']:<6}  {row['confidence']:>7}  "
        f"risk {row['risk']}  {row['reasonCode']}"
    )


def _symbol(text: str | None) -> Symbol | None:
    return None if text is None else parsed_symbol(text)


def _state(text: str | None) -> ResultState | None:
    from quorate.results.standing import ResultState  # noqa: PLC0415  (slow; help must not wait)

    if text is None:
        return None
    try:
        return ResultState(text)
    except ValueError:
        known = ", ".join(state.value for state in ResultState)
        raise typer.BadParameter(f"'{text}' is no state; there are {known}") from None


def _place(cursor: str | None) -> ResultPlace | None:
    from quorate.kernel.errors import RejectedError  # noqa: PLC0415  (slow; help must not wait)
    from quorate.results.standing import ResultPlace  # noqa: PLC0415

    if cursor is None:
        return None
    if cursor[:1] not in {"h", "n"} or not cursor[1:].isdecimal():
        raise RejectedError(
            f"the cursor {cursor!r} belongs to no list",
            effect="nothing was listed",
            fix="take nextCursor of the page before, or leave --cursor out",
            slug="invalid-cursor",
        )
    return ResultPlace(cursor[0] == "h", int(cursor[1:]))
