"""`quorate outcomes`: what decisions came to, from intent over fills to win or loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.listing import Row, show_list
from quorate.cli.noun import noun
from quorate.cli.order_typed import BookOption, parsed_status, parsed_symbol

if TYPE_CHECKING:
    from quorate.cli.ports import App

DecisionArgument = Annotated[
    str, typer.Argument(metavar="DECISION_ID", help="A decision's id, or its beginning.")
]
COLUMNS = ("decisionId", "symbol", "status", "pnl", "orderIntentId", "fills", "closedAt")


def _list(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _show_all(app, call, None, (None, None)))


app = noun("What decisions came to; the bare noun lists.", _list)


@app.command("list")
def list_(
    context: typer.Context,
    *,
    book: BookOption = None,
    status: Annotated[
        str | None,
        typer.Option(
            metavar="STATUS", help="pending, win, loss, breakeven, cancelled or rejected."
        ),
    ] = None,
    symbol: Annotated[str | None, typer.Option(metavar="S", help="Only outcomes of it.")] = None,
) -> ExitCode:
    """List the outcomes of a book, those of the newest decisions first."""
    call = invocation(context)
    return call.with_app(lambda app: _show_all(app, call, book, (status, symbol)))


@app.command()
def show(context: typer.Context, decision: DecisionArgument) -> ExitCode:
    """Show a decision's way to its outcome: intent, broker order, fills, snapshots, result."""
    call = invocation(context)
    return call.with_app(lambda app: _show(app, call, decision))


async def _show_all(
    app: App, call: Invocation, book: str | None, asked: tuple[str | None, str | None]
) -> ExitCode:
    from quorate.execution.outcome_link import OutcomeFilter  # noqa: PLC0415  (slow)

    found = await app.orders.book(book)
    status, symbol = asked
    wanted = OutcomeFilter(
        book=found.name,
        status=None if status is None else parsed_status(status),
        symbol=None if symbol is None else parsed_symbol(symbol),
    )
    below = None if call.cursor is None else await app.orders.place_of_decision(call.cursor)
    page = await app.orders.outcomes(wanted, call.limit, below)
    items = [link.as_json() for link in page.items]
    show_list(
        call,
        read_at=app.clock.now(),
        rows=list(map(outcome_row, items)),
        items=items,
        next_cursor=page.items[-1].decision_id if page.next_below is not None else None,
        columns=COLUMNS,
        empty=f"Book {found.name} has no such outcome.",
    )
    return ExitCode.DONE


async def _show(app: App, call: Invocation, decision: str) -> ExitCode:
    tree = (await app.orders.outcome(decision)).as_json()
    call.terminal.reply(tree, outcome_lines(tree))
    return ExitCode.DONE


def outcome_row(link: Row) -> Row:
    """Return the line of a list."""
    fills = link["fillIds"]
    return {
        **link,
        "fills": len(fills) if isinstance(fills, list | tuple) else 0,
        "closedAt": str(link["closedAt"] or "")[:10] or None,
    }


def outcome_lines(link: Row) -> list[str]:
    """Return a decision's way to its outcome."""
    result = "" if link["pnl"] is None else f"   {_dollars(link['pnl'])} net of fees"
    return [
        f"{link['symbol']}   {link['status']}{result}   book {link['book']}",
        f"  decision            {link['decisionId']}",
        f"  order intent        {link['orderIntentId'] or 'none'}",
        f"  broker order        {link['brokerOrderId'] or 'none, it was never sent'}",
        f"  fills               {_ids(link['fillIds'])}",
        f"  position snapshots  {_ids(link['positionSnapshotIds'])}",
        f"  opened, closed      {_moment(link['openedAt'])}, {_moment(link['closedAt'])}",
        f"Why: quorate explain {link['decisionId']}",
    ]


def _ids(ids: object) -> str:
    return " ".join(map(str, ids)) or "none" if isinstance(ids, list | tuple) else "none"


def _moment(stamp: object) -> str:
    """Return a day or a stamp to the second, a dash for what did not happen."""
    text = str(stamp or "")
    return f"{text[:10]} {text[11:19]} UTC" if "T" in text else text or "-"


def _dollars(amount: object) -> str:
    from decimal import Decimal  # noqa: PLC0415  (slow; help must not wait)

    from quorate.cycle.story.words import dollars  # noqa: PLC0415

    return dollars(Decimal(str(amount)))
