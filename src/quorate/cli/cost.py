"""`quorate cost`: where the money for models went; what nobody knows the price of is counted, not called free."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.call_view import CallsAsked, show_calls
from quorate.cli.days import days_between, first_day
from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.listing import note_more, part, table
from quorate.kernel.errors import RejectedError
from quorate.kernel.stamps import stamp

if TYPE_CHECKING:
    from quorate.cli.ports import App
    from quorate.llm.cost import CostAxis, CostLine

By = Annotated[
    str,
    typer.Option(
        metavar="AXIS",
        help="day, model, profile, provider, purpose, role, run, source or tier.",
    ),
]
Since = Annotated[
    str,
    typer.Option(metavar="WHEN", help="A UTC date, or so many days or weeks: 7d, 2w."),
]

Until = Annotated[
    str | None,
    typer.Option(metavar="WHEN", help="The last day, as of --since; today unless told."),
]


app = typer.Typer(
    help="Add up what model calls cost; `cost calls` lists them.",
    rich_markup_mode=None,
    invoke_without_command=True,
)


@app.callback()
def cost(
    context: typer.Context, *, by: By = "model", since: Since = "30d", until: Until = None
) -> ExitCode:
    """Add up what model calls cost; `cost calls` lists them."""
    if context.invoked_subcommand is not None:
        return ExitCode.DONE
    call = invocation(context)
    return call.with_app(lambda app: _show_cost(app, call, by, (since, until)))


@app.command()
def calls(  # noqa: PLR0913  (one parameter per filter)
    context: typer.Context,
    *,
    model: Annotated[str | None, typer.Option(metavar="NAME", help="provider/model.")] = None,
    profile: Annotated[str | None, typer.Option(metavar="NAME", help="A profile's name.")] = None,
    run: Annotated[str | None, typer.Option(metavar="ID", help="A run's id.")] = None,
    purpose: Annotated[
        str | None, typer.Option(metavar="WORD", help="answer, argue, panel, repair or test.")
    ] = None,
    status: Annotated[
        str | None,
        typer.Option(metavar="WORD", help="reserved, answered, failed, late or abandoned."),
    ] = None,
    unpriced: Annotated[
        bool, typer.Option("--unpriced", help="Only ended calls whose cost nobody knows.")
    ] = False,
    since: Annotated[str | None, typer.Option(metavar="WHEN", help="As of `cost`.")] = None,
    until: Until = None,
) -> ExitCode:
    """List model calls, the newest first, each with its cost and who says so."""
    call = invocation(context)
    asked = CallsAsked(model, profile, run, purpose, status, unpriced, since, until)
    return call.with_app(lambda app: show_calls(app, call, asked))


async def _show_cost(app: App, call: Invocation, by: str, span: tuple[str, str | None]) -> ExitCode:
    from quorate.llm.cost import in_order, total  # noqa: PLC0415  (slow; help must not wait)

    axis, now = _axis(by), app.clock.now()
    today = now.astimezone(UTC).date()
    first, (_, last) = first_day(span[0], today), days_between(*span, today)
    lines = in_order(await app.money.cost_summary(axis, first, last), axis)
    page = part(lines, lambda line: line.key, limit=call.limit, cursor=call.cursor)
    whole = total(lines)
    tree = {
        "readAt": stamp(now),
        "by": axis.value,
        "since": first.isoformat(),
        "until": None if last is None else last.isoformat(),
        "items": [line.as_json() for line in page.items],
        "nextCursor": page.next_cursor,
        "total": whole.as_json(),
    }
    rows = [_row(axis, line) for line in (*page.items, whole)]
    shown = table(rows, list(rows[0])) if lines else [f"No model was called since {first}."]
    call.terminal.reply(tree, shown)
    note_more(call, page.next_cursor)
    return ExitCode.DONE


def _axis(by: str) -> CostAxis:
    from quorate.llm.cost import CostAxis  # noqa: PLC0415  (slow; help must not wait)

    if by not in {*CostAxis}:
        raise RejectedError(
            f"calls cannot be added up by '{by}'",
            effect="nothing is shown",
            fix=f"choose from {', '.join(CostAxis)}",
        )
    return CostAxis(by)


def _row(axis: CostAxis, line: CostLine) -> dict[str, object]:
    return {
        axis.value: line.key or "-",
        "calls": line.calls,
        "failed": line.failed,
        "cached": line.cache_hits,
        "wasted": line.shown_wasted,
        "cost": line.shown_cost,
        "counted": line.shown_counted,
        "prompt tokens": line.prompt_tokens,
        "answer tokens": line.completion_tokens,
    }
