"""`quorate run`: one arena run, now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode, usage_error
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.typed import parsed_day, parsed_names
from quorate.kernel.ids import BookName, RunId, StrategyName, Symbol

if TYPE_CHECKING:
    from quorate.arena.request import RunRequest
    from quorate.cli.ports import App

AsOf = Annotated[
    str | None, typer.Option(metavar="YYYY-MM-DD", help="Decide at the close of this date.")
]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(run)


def run(  # noqa: PLR0913  (one parameter per option)
    context: typer.Context,
    symbols: Annotated[
        list[str] | None, typer.Argument(metavar="SYMBOL...", help="What to decide on.")
    ] = None,
    *,
    as_of: AsOf = None,
    book: Annotated[str | None, typer.Option(help="The portfolio to decide for.")] = None,
    profiles: Annotated[
        str | None, typer.Option(help="Only these profiles, as in trend,momentum.")
    ] = None,
    mode: Annotated[
        str, typer.Option(help="debate: they decide as one; competition: each for itself.")
    ] = "debate",
    strategy: Annotated[
        str | None, typer.Option(help="A strategy of the configuration; it names SYMBOL... too.")
    ] = None,
    max_cost: Annotated[
        str | None, typer.Option(metavar="USD", help="What its model calls may cost together.")
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Ask every model, whatever is remembered.")
    ] = False,
    allow_order: Annotated[
        bool, typer.Option("--allow-order", help="Have what it decides ordered, checks permitting.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would ask and cost; write nothing.")
    ] = False,
) -> ExitCode:
    """Let the agents argue over SYMBOL... and decide."""
    if not symbols and strategy is None:
        raise usage_error(
            "Missing argument 'SYMBOL...', or a --strategy that names some.", "quorate run"
        )
    from quorate.arena.request import (  # noqa: PLC0415  (slow; help must not wait)
        RunRequest,
        checked_cost,
    )

    request = RunRequest(
        symbols=tuple(Symbol(symbol) for symbol in symbols or ()),
        as_of=None if as_of is None else parsed_day(as_of, "--as-of"),
        book=None if book is None else BookName(book),
        profiles=None if profiles is None else parsed_names(profiles),
        mode=mode,
        max_cost=None if max_cost is None else checked_cost(max_cost),
        fresh=fresh,
        strategy=None if strategy is None else StrategyName(strategy),
    )
    call = invocation(context)
    if dry_run:
        return call.with_app(lambda app: _preview(app, call, request))
    if allow_order:
        return call.with_app(lambda app: _ordered(app, call, request))
    return call.with_app(lambda app: carry_out(app, call, request))


async def _preview(app: App, call: Invocation, request: RunRequest) -> ExitCode:
    """Show what the run would be."""
    told = await app.preview_run(request)
    profiles = [profile.name for profile in told.profiles]
    worst = None if told.worst_cost is None else str(told.worst_cost)
    tree = {
        "dryRun": True,
        "symbols": list(told.symbols),
        "profiles": profiles,
        "asOf": told.as_of.isoformat(),
        "book": told.book,
        "bookMode": told.book_mode,
        "mode": told.mode,
        "worstCostUsd": worst,
    }
    cost = "its cost has no bound" if worst is None else f"at most ${worst}"
    said = (
        f"{' '.join(told.symbols)} as of {tree['asOf']} on {told.book} ({told.book_mode}), {cost}"
    )
    call.terminal.reply(tree, [f"{said}; nothing was written.", f"asked: {' '.join(profiles)}"])
    return ExitCode.DONE


async def _ordered(app: App, call: Invocation, request: RunRequest) -> ExitCode:
    """Have the run carried out, then what it decided, and show both."""
    from quorate.cli.interrupts import Interrupts  # noqa: PLC0415  (slow; help must not wait)
    from quorate.cli.progress import waiting  # noqa: PLC0415
    from quorate.cli.run_facts import run_facts  # noqa: PLC0415
    from quorate.cli.run_view import run_lines  # noqa: PLC0415
    from quorate.cli.task_view import act_lines  # noqa: PLC0415

    with Interrupts(call.terminal) as interrupts:
        with waiting(call.terminal, "the agents argue"):
            recorded = await app.run_arena(request, allow_order=True)
        with waiting(call.terminal, "a cycle carries it out"):
            tree = recorded.as_json()
            book, run_id = BookName(str(tree["book"])), RunId(str(tree["runId"]))
            item = await app.order_desk.settled(book, run_id)
    run = run_facts({**tree, "cycleId": item.result.get("cycleId")})
    lines = [*run_lines(run, bars=call.terminal.is_interactive), *act_lines(item)]
    call.terminal.reply({**tree, "task": item.as_json()}, lines)
    if interrupts.asked:
        return ExitCode.INTERRUPTED
    return ExitCode.DONE if item.task.state.value == "COMPLETED" else ExitCode.FAILED


async def carry_out(app: App, call: Invocation, request: RunRequest) -> ExitCode:
    """Have the run carried out and show what came of it."""
    from quorate.cli.interrupts import Interrupts  # noqa: PLC0415  (slow; help must not wait)
    from quorate.cli.progress import waiting  # noqa: PLC0415
    from quorate.cli.run_facts import run_facts  # noqa: PLC0415
    from quorate.cli.run_view import run_lines  # noqa: PLC0415

    with Interrupts(call.terminal) as interrupts, waiting(call.terminal, "the agents argue"):
        recorded = await app.run_arena(request)
    tree = recorded.as_json()
    call.terminal.reply(tree, run_lines(run_facts(tree), bars=call.terminal.is_interactive))
    return ExitCode.INTERRUPTED if interrupts.asked else ExitCode.DONE
