"""`quorate strategies`: what the configuration names to decide on, with whom, and at which thresholds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Final

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.listing import part, show_list
from quorate.cli.noun import noun
from quorate.kernel.ids import StrategyName

if TYPE_CHECKING:
    from quorate.cli.ports import App

LEFT_OUT: Final = "as the configuration says"

Name = Annotated[str, typer.Argument(metavar="NAME", help="The strategy's name.")]


def _list(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _show_strategies(app, call))


app = noun("The strategies of the configuration; the bare noun lists them.", _list)


@app.command("list")
def list_(context: typer.Context) -> ExitCode:
    """List the strategies."""
    return _list(context)


@app.command()
def show(context: typer.Context, name: Name) -> ExitCode:
    """Show what a strategy says, and the thresholds that its runs decide by."""
    call = invocation(context)
    return call.with_app(lambda app: _show_strategy(app, call, StrategyName(name)))


async def _show_strategies(app: App, call: Invocation) -> ExitCode:
    names = sorted(app.strategies)
    page = part(names, str, limit=call.limit, cursor=call.cursor)
    rows = [_tree(name, app) for name in page.items]
    show_list(
        call,
        read_at=app.clock.now(),
        rows=rows,
        next_cursor=page.next_cursor,
        columns=("name", "symbols", "profiles", "maxCostUsd", "description"),
    )
    return ExitCode.DONE


async def _show_strategy(app: App, call: Invocation, name: StrategyName) -> ExitCode:
    from quorate.arena.strategy import strategy_named  # noqa: PLC0415  (slow; help must not wait)

    strategy_named(name, app.strategies)
    tree = _tree(name, app)
    call.terminal.reply(tree, _lines(tree))
    return ExitCode.DONE


def _tree(name: StrategyName, app: App) -> dict[str, object]:
    return {"name": name, **app.strategies[name].shown()}


def _lines(tree: Mapping[str, object]) -> Iterator[str]:
    for key, value in tree.items():
        yield f"{key:<16}{_said(value)}"


def _said(value: object) -> str:
    match value:
        case None | "" | []:
            return LEFT_OUT
        case list():
            return " ".join(map(str, value))
        case dict():
            return " ".join(f"{name}={of}" for name, of in value.items()) or LEFT_OUT
        case _:
            return str(value)
