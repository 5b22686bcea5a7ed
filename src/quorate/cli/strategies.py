"""`quorate strategies`: what to decide on, with whom and at which thresholds; who switched it; how it was tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Final

import typer

from quorate.cli import backtests
from quorate.cli.failures import ExitCode
from quorate.cli.invocation import OPERATOR, Invocation, invocation
from quorate.cli.listing import part, show_list
from quorate.cli.noun import noun
from quorate.cli.strategy_view import history_lines, listed
from quorate.kernel.stamps import stamp

if TYPE_CHECKING:
    from quorate.cli.ports import App
    from quorate.cycle.strategies.line import StrategyLine

LEFT_OUT: Final = "as the configuration says"
ASIDE: Final = frozenset({"lastBacktest", "recordedAt", "changedBy", "changedAt", "reason"})
"""What a person is told in a sentence of its own, where there is anything to tell."""

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


backtests.add_to(app)


async def _show_strategies(app: App, call: Invocation) -> ExitCode:
    lines = await app.strategy_desk.lines()
    page = part(lines, lambda line: line.name, limit=call.limit, cursor=call.cursor)
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[listed(line) for line in page.items],
        items=[line.as_json() for line in page.items],
        next_cursor=page.next_cursor,
        columns=COLUMNS,
    )
    return ExitCode.DONE


async def _show_strategy(app: App, call: Invocation, name: str) -> ExitCode:
    line = await app.strategy_desk.line(name)
    tree = line.as_json()
    call.terminal.reply(tree, [*_lines(tree), *_standing(line)])
    return ExitCode.DONE


async def _show_history(app: App, call: Invocation, name: str) -> ExitCode:
    from quorate.cycle.strategies.line import step_json  # noqa: PLC0415  (slow; help must not wait)

    steps = list(reversed(await app.strategy_desk.history(name)))
    page = part(steps, lambda step: str(step.seq), limit=call.limit, cursor=call.cursor)
    tree = {
        "readAt": stamp(app.clock.now()),
        "items": [step_json(step) for step in page.items],
        "nextCursor": page.next_cursor,
    }
    unused = "Not on record yet: it is recorded when it is first switched or tried."
    call.terminal.reply(tree, history_lines(page.items) if page.items else [unused])
    return ExitCode.DONE


async def _switch(app: App, call: Invocation, name: str, reason: str, *, enabled: bool) -> ExitCode:
    change = await app.strategy_desk.switch(name, enabled=enabled, by=OPERATOR, reason=reason)
    line = change.line
    state = "enabled" if enabled else "disabled"
    tree = {"target": name, "applied": change.applied, "dryRun": False, **line.as_json()}
    already = "" if change.applied else "already "
    call.terminal.reply(tree, [f"{name}, version {line.standing.version}, is {already}{state}."])
    if enabled and line.gate != "passed":
        call.terminal.note(f"{_gate_words(line)} Try it: quorate strategies backtest {name} --gate")
    return ExitCode.DONE


def _lines(tree: Mapping[str, object]) -> Iterator[str]:
    for key, value in tree.items():
        if key not in ASIDE:
            yield f"{key:<16}{_said(value)}"


def _standing(line: StrategyLine) -> Iterator[str]:
    standing = line.standing
    if standing.changed_at:
        why = f": {standing.reason}" if standing.reason else ""
        state = "enabled" if standing.enabled else "disabled"
        yield f"{state} {standing.changed_at} by {standing.changed_by}{why}"
    if line.backtest is not None:
        yield f"last tried in {line.backtest.backtest_id}: quorate strategies report {line.backtest.backtest_id}"


def _gate_words(line: StrategyLine) -> str:
    if line.gate == "refused":
        return "The gate refused this version in its newest backtest."
    return "Nobody has tried this version on the stored history."


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
