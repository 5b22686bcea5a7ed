"""`quorate strategies backtest|backtests|report`: a strategy over the stored history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import OPERATOR, Invocation, invocation
from quorate.cli.listing import part, show_list
from quorate.cli.strategy_view import backtest_lines, backtest_row
from quorate.cli.typed import parsed_day
from quorate.kernel.ids import StrategyName

if TYPE_CHECKING:
    from quorate.cli.ports import App
    from quorate.cycle.strategies.backtest import Backtest, BacktestRequest

Name = Annotated[str, typer.Argument(metavar="NAME", help="The strategy's name.")]
Of = Annotated[str | None, typer.Argument(metavar="[NAME]", help="Only those of this strategy.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="The backtest, or how its id begins.")]
First = Annotated[
    str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="The first session.")
]
Last = Annotated[str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="The last session.")]
Gate = Annotated[bool, typer.Option("--gate", help="End with 3 where the gate refuses it.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(backtest)
    app.command("backtests")(list_)
    app.command()(report)


def backtest(
    context: typer.Context,
    name: Name,
    *,
    first: First = None,
    last: Last = None,
    gate: Gate = False,
) -> ExitCode:
    """Work out what a strategy would have decided on past sessions, and what its trades would have come to."""
    call = invocation(context)
    from quorate.cycle.strategies.backtest import BacktestRequest  # noqa: PLC0415  (slow; help must not wait)

    wanted = BacktestRequest(
        strategy=StrategyName(name),
        first=None if first is None else parsed_day(first, "--from"),
        last=None if last is None else parsed_day(last, "--to"),
    )
    return call.with_app(lambda app: _backtest(app, call, wanted, gate=gate))


def list_(context: typer.Context, name: Of = None) -> ExitCode:
    """List the backtests, newest first."""
    call = invocation(context)
    return call.with_app(lambda app: _list(app, call, name))


def report(context: typer.Context, backtest_id: Id) -> ExitCode:
    """Show what a backtest found."""
    call = invocation(context)
    return call.with_app(lambda app: _report(app, call, backtest_id))


async def _backtest(app: App, call: Invocation, wanted: BacktestRequest, *, gate: bool) -> ExitCode:
    from quorate.cli.progress import counted  # noqa: PLC0415  (slow; help must not wait)

    sessions = await app.strategy_desk.backtests.sessions(wanted)
    with counted(call.terminal, f"{wanted.strategy}: sessions", len(sessions)) as advance:

        def on_progress(number: int) -> None:
            for _ in range(number):
                advance()

        found = await app.strategy_desk.backtests.run(wanted, OPERATOR, on_progress)
    _reply(call, found)
    refused = found.report is None or not found.report.passes
    return ExitCode.PROBLEMS_FOUND if gate and refused else ExitCode.DONE


async def _list(app: App, call: Invocation, name: str | None) -> ExitCode:
    from quorate.cycle.strategies.backtest import line_json  # noqa: PLC0415  (slow; help must not wait)

    strategy = None if name is None else (await app.strategy_desk.line(name)).name
    lines = await app.strategy_desk.backtests.lines(strategy)
    page = part(lines, lambda line: line.backtest_id, limit=call.limit, cursor=call.cursor)
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[backtest_row(line) for line in page.items],
        items=[line_json(line) for line in page.items],
        next_cursor=page.next_cursor,
    )
    return ExitCode.DONE


async def _report(app: App, call: Invocation, backtest_id: str) -> ExitCode:
    _reply(call, await app.strategy_desk.backtests.show(backtest_id))
    return ExitCode.DONE


def _reply(call: Invocation, found: Backtest) -> None:
    from quorate.cycle.strategies.backtest import backtest_json  # noqa: PLC0415
    from quorate.cycle.strategies.words import LIMITS, sentences  # noqa: PLC0415  (slow; help must not wait)

    tree = {**backtest_json(found), "said": list(sentences(found)), "limits": list(LIMITS)}
    call.terminal.reply(tree, backtest_lines(found))
