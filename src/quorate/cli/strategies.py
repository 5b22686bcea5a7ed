"""`quorate strategies`: what to decide on, with whom and at which thresholds; who switched it; how it was tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from quorate.cli import backtests, strategy_writing
from quorate.cli.failures import ExitCode
from quorate.cli.invocation import OPERATOR, Invocation, invocation
from quorate.cli.listing import part, show_list
from quorate.cli.noun import noun
from quorate.cli.strategy_view import history_lines, listed, strategy_lines, switched_lines
from quorate.kernel.stamps import stamp

if TYPE_CHECKING:
    from quorate.cli.ports import App
    from quorate.cycle.strategies.line import StrategyLine

UNUSED: Final = "Not on record yet: it is recorded when it is first switched or tried."

COLUMNS: Final = ("name", "version", "enabled", "gate", "symbols", "profiles", "description")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The strategy's name.")]
Reason = Annotated[str, typer.Option(help="Why; kept in the journal.")]


def _list(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _show_strategies(app, call))


app = noun("The strategies of the configuration; the bare noun lists them.", _list)


@app.command("list")
def list_(context: typer.Context) -> ExitCode:
    """List the strategies: their version, whether cycles may follow it, what the gate said."""
    return _list(context)


@app.command()
def show(context: typer.Context, name: Name) -> ExitCode:
    """Show what a strategy says, how it stands, and how it was last tried."""
    call = invocation(context)
    return call.with_app(lambda app: _show_strategy(app, call, name))


@app.command()
def history(context: typer.Context, name: Name) -> ExitCode:
    """Show its versions and who switched them, newest first."""
    call = invocation(context)
    return call.with_app(lambda app: _show_history(app, call, name))


@app.command()
def enable(context: typer.Context, name: Name, *, reason: Reason = "") -> ExitCode:
    """Let cycles follow a strategy as it stands in the configuration now."""
    call = invocation(context)
    return call.with_app(lambda app: _switch(app, call, name, reason, enabled=True))


@app.command()
def disable(context: typer.Context, name: Name, *, reason: Reason = "") -> ExitCode:
    """Let no cycle follow a strategy any more."""
    call = invocation(context)
    return call.with_app(lambda app: _switch(app, call, name, reason, enabled=False))


strategy_writing.add_to(app)
backtests.add_to(app)


async def _show_strategies(app: App, call: Invocation) -> ExitCode:
    lines = await app.strategy_desk.lines()
    page = part(lines, lambda line: line.name, limit=call.limit, cursor=call.cursor)
    items = [line.as_json() for line in page.items]
    show_list(
        call,
        read_at=app.clock.now(),
        rows=list(map(listed, items)),
        items=items,
        next_cursor=page.next_cursor,
        columns=COLUMNS,
    )
    return ExitCode.DONE


async def _show_strategy(app: App, call: Invocation, name: str) -> ExitCode:
    tree = (await app.strategy_desk.line(name)).as_json()
    call.terminal.reply(tree, strategy_lines(tree))
    return ExitCode.DONE


async def _show_history(app: App, call: Invocation, name: str) -> ExitCode:
    from quorate.cycle.strategies.line import step_json  # noqa: PLC0415  (slow; help must not wait)

    steps = list(reversed(await app.strategy_desk.history(name)))
    page = part(steps, lambda step: str(step.seq), limit=call.limit, cursor=call.cursor)
    items = [step_json(step) for step in page.items]
    tree = {
        "readAt": stamp(app.clock.now()),
        "items": items,
        "nextCursor": page.next_cursor,
    }
    call.terminal.reply(tree, history_lines(items) if items else [UNUSED])
    return ExitCode.DONE


async def _switch(app: App, call: Invocation, name: str, reason: str, *, enabled: bool) -> ExitCode:
    change = await app.strategy_desk.switch(name, enabled=enabled, by=OPERATOR, reason=reason)
    line = change.line
    tree = {"target": name, "applied": change.applied, "dryRun": False, **line.as_json()}
    call.terminal.reply(tree, switched_lines(tree))
    if enabled and line.gate != "passed":
        call.terminal.note(f"{_gate_words(line)} Try it: quorate strategies backtest {name} --gate")
    return ExitCode.DONE


def _gate_words(line: StrategyLine) -> str:
    if line.gate == "refused":
        return "The gate refused this version in its newest backtest."
    return "Nobody has tried this version on the stored history."
