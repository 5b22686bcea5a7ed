"""`quorate compete import`: the logs of another arena, kept by our ledger and held against their bars."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.arena_view import FINDING_COLUMNS, arena_lines, finding_row
from quorate.cli.failures import ExitCode
from quorate.cli.invocation import OPERATOR, Invocation, invocation
from quorate.cli.listing import part, show_list

if TYPE_CHECKING:
    from quorate.arena.imported.terms import ArenaTerms
    from quorate.cli.ports import App

IMPORTED = "imp_"
"""How the id of an imported arena begins."""


def import_(  # noqa: PLR0913  (one parameter per option)
    context: typer.Context,
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="It holds positions/NAME/position.jsonl."),
    ],
    *,
    bars: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Their bars; FOLDER/merged.jsonl.")
    ] = None,
    benchmark: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Bars of one symbol to compare with.")
    ] = None,
    capital: Annotated[str, typer.Option(help="What every book started with.")] = "10000",
    currency: Annotated[str, typer.Option(help="In which currency, as in CNY.")] = "USD",
    mark_time: Annotated[
        str,
        typer.Option(metavar="HH:MM", help="The market's time at which a day is marked."),
    ] = "15:00",
) -> ExitCode:
    """Import another arena's position logs: returns, drawdowns, and each fill that its bar did not have."""
    from quorate.arena.imported.terms import checked_terms  # noqa: PLC0415  (slow)

    call = invocation(context)
    terms = checked_terms(capital, currency, mark_time)
    return call.with_app(lambda app: _import(app, call, folder, terms, (bars, benchmark)))


async def show_arena(app: App, call: Invocation, arena_id: str) -> ExitCode:
    """Show an imported arena: terms, scores, how far to believe them, findings by kind."""
    from quorate.arena.imported.shown import arena_json  # noqa: PLC0415  (slow)

    tree = arena_json(await app.arenas.show(arena_id))
    call.terminal.reply(tree, arena_lines(tree))
    return ExitCode.DONE


async def list_findings(app: App, call: Invocation, arena_id: str) -> ExitCode:
    """List what is wrong with an arena's logs, by participant and line."""
    from quorate.arena.imported.shown import finding_json, findings_of  # noqa: PLC0415  (slow)

    found = findings_of(await app.arenas.show(arena_id))
    numbered = list(enumerate(found))
    page = part(numbered, lambda each: str(each[0]), limit=call.limit, cursor=call.cursor)
    items = [finding_json(finding) for _, finding in page.items]
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[finding_row(item) for item in items],
        next_cursor=page.next_cursor,
        columns=FINDING_COLUMNS,
        items=items,
    )
    return ExitCode.DONE


async def _import(
    app: App,
    call: Invocation,
    folder: Path,
    terms: ArenaTerms,
    beside: tuple[Path | None, Path | None],
) -> ExitCode:
    from quorate.arena.imported.shown import arena_json  # noqa: PLC0415  (slow)

    bars, benchmark = beside
    done = await app.arenas.import_folder(folder, terms, OPERATOR, bars=bars, benchmark=benchmark)
    if not done.written:
        call.terminal.note("The same files were imported on the same terms already.")
    tree = {**arena_json(done.arena), "applied": done.written}
    call.terminal.reply(tree, arena_lines(tree))
    return ExitCode.DONE
