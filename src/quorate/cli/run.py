"""`quorate run`: one arena run, now."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, ProfileName, Symbol

if TYPE_CHECKING:
    from quorate.arena.request import RunRequest
    from quorate.cli.ports import App

AsOf = Annotated[
    str | None, typer.Option(metavar="YYYY-MM-DD", help="Decide at the close of this date.")
]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(run)


def run(
    context: typer.Context,
    symbols: Annotated[list[str], typer.Argument(metavar="SYMBOL...", help="What to decide on.")],
    *,
    as_of: AsOf = None,
    book: Annotated[str | None, typer.Option(help="The portfolio to decide for.")] = None,
    profiles: Annotated[
        str | None, typer.Option(help="Only these profiles, as in trend,momentum.")
    ] = None,
) -> ExitCode:
    """Let the agents argue over SYMBOL... and decide."""
    from quorate.arena.request import RunRequest  # noqa: PLC0415  (slow; help must not wait)

    request = RunRequest(
        symbols=tuple(Symbol(symbol) for symbol in symbols),
        as_of=None if as_of is None else _day(as_of),
        book=None if book is None else BookName(book),
        profiles=None if profiles is None else _names(profiles),
    )
    call = invocation(context)
    return call.with_app(lambda app: _run(app, call, request))


async def _run(app: App, call: Invocation, request: RunRequest) -> ExitCode:
    from quorate.cli.interrupts import Interrupts  # noqa: PLC0415  (slow; help must not wait)
    from quorate.cli.run_facts import run_facts  # noqa: PLC0415
    from quorate.cli.run_view import run_lines  # noqa: PLC0415

    with Interrupts(call.terminal) as interrupts:
        recorded = await app.run_arena(request)
    tree = recorded.as_json()
    call.terminal.reply(tree, run_lines(run_facts(tree), bars=call.terminal.is_interactive))
    return ExitCode.INTERRUPTED if interrupts.asked else ExitCode.DONE


def _day(text: str) -> date:
    """Return a date written as ISO 8601 writes it, and in no other of its ways."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise RejectedError(
            f"{text!r} is not a date",
            effect="nothing was written",
            fix="write it as in --as-of 2012-06-29",
        )
    return day


def _names(text: str) -> tuple[ProfileName, ...]:
    return tuple(ProfileName(name.strip()) for name in text.split(",") if name.strip())
