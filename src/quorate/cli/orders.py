"""`quorate orders`: what was wanted of the broker, how far it came, and the decision behind each order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.listing import show_list
from quorate.cli.noun import noun
from quorate.cli.order_typed import BookOption, parsed_leg, parsed_symbol, parsed_view

if TYPE_CHECKING:
    from quorate.cli.ports import App
    from quorate.execution.listing import OrderFilter

OrderId = Annotated[
    str,
    typer.Argument(metavar="ORDER", help="A client order id, its beginning, or the broker's id."),
]
REFUSED_COLUMNS = ("judgedAt", "symbol", "side", "leg", "qty", "code", "reason", "decisionId")
COLUMNS = (
    "orderId",
    "when",
    "symbol",
    "side",
    "leg",
    "type",
    "qty",
    "filledQty",
    "avgPrice",
    "status",
    "decisionId",
)


def _list(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _show_all(app, call, None, (None, None, None)))


app = noun("Orders and the decision behind each; the bare noun lists.", _list)


@app.command("list")
def list_(
    context: typer.Context,
    *,
    book: BookOption = None,
    view: Annotated[
        str | None,
        typer.Option(metavar="VIEW", help="all, open, unknown, filled, refused or cancelled."),
    ] = None,
    symbol: Annotated[str | None, typer.Option(metavar="S", help="Only orders of it.")] = None,
    leg: Annotated[
        str | None,
        typer.Option(metavar="LEG", help="entry, stop, target, horizon, exit or flatten."),
    ] = None,
) -> ExitCode:
    """List the orders of a book, newest first."""
    call = invocation(context)
    return call.with_app(lambda app: _show_all(app, call, book, (view, symbol, leg)))


@app.command()
def refused(
    context: typer.Context,
    *,
    book: BookOption = None,
    symbol: Annotated[str | None, typer.Option(metavar="S", help="Only orders of it.")] = None,
) -> ExitCode:
    """List the orders that risk refused before they were sent, newest first: the code, the check, what it saw."""
    call = invocation(context)
    return call.with_app(lambda app: _show_refused(app, call, book, symbol))


@app.command()
def show(context: typer.Context, order: OrderId) -> ExitCode:
    """Show an order: what it is for, every move of it, every fill."""
    call = invocation(context)
    return call.with_app(lambda app: _show(app, call, order))


@app.command()
def cancel(context: typer.Context, order: OrderId) -> ExitCode:
    """Ask the broker to cancel an order; it is over when the broker says so."""
    call = invocation(context)
    return call.with_app(lambda app: _cancel(app, call, order))


@app.command()
def reconcile(context: typer.Context, *, book: BookOption = None) -> ExitCode:
    """Bring every open order up to what the broker says, and tell where it and Quorate differ."""
    call = invocation(context)
    return call.with_app(lambda app: reconciled(app, call, book))


async def reconciled(app: App, call: Invocation, book: str | None) -> ExitCode:
    """Compare with the broker; end as a check that found problems where it differs."""
    from quorate.cli.order_view import comparison_lines  # noqa: PLC0415  (slow; help must not wait)

    change = await app.orders.reconcile(await app.orders.book(book))
    found = change.comparison
    tree = {"target": found.book, "applied": True, "dryRun": False, **found.as_json()}
    call.terminal.reply(tree, comparison_lines(tree))
    return ExitCode.DONE if found.agrees else ExitCode.PROBLEMS_FOUND


async def _show_all(
    app: App,
    call: Invocation,
    book: str | None,
    asked: tuple[str | None, str | None, str | None],
) -> ExitCode:
    from quorate.cli.order_view import order_row  # noqa: PLC0415  (slow; help must not wait)

    found = await app.orders.book(book)
    wanted = _filter(found.name, *asked)
    below = None if call.cursor is None else await app.orders.place_of_order(call.cursor)
    page = await app.orders.orders(wanted, call.limit, below)
    items = [line.as_json() for line in page.items]
    more = page.items[-1].client_order_id if page.next_below is not None else None
    show_list(
        call,
        read_at=app.clock.now(),
        rows=list(map(order_row, items)),
        items=items,
        next_cursor=more,
        columns=COLUMNS,
        empty=f"Book {found.name} has no such order.",
    )
    return ExitCode.DONE


async def _show_refused(
    app: App, call: Invocation, book: str | None, symbol: str | None
) -> ExitCode:
    from quorate.cycle.story.denied import DenialFilter  # noqa: PLC0415  (slow)

    found = await app.orders.book(book)
    wanted = DenialFilter(book=found.name, symbol=None if symbol is None else parsed_symbol(symbol))
    below = None if call.cursor is None else await app.orders.place_of_denial(call.cursor)
    page = await app.orders.denials(wanted, call.limit, below)
    items = [line.as_json() for line in page.items]
    more = page.items[-1].verdict.verdict_id if page.next_below is not None else None
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[{**item, "judgedAt": f"{str(item['judgedAt'])[:19]}Z"} for item in items],
        items=items,
        next_cursor=more,
        columns=REFUSED_COLUMNS,
        empty=f"Risk refused no such order of book {found.name}.",
    )
    return ExitCode.DONE


def _filter(book: str, view: str | None, symbol: str | None, leg: str | None) -> OrderFilter:
    from quorate.execution.listing import OrderFilter, OrderView  # noqa: PLC0415  (slow)
    from quorate.kernel.ids import BookName  # noqa: PLC0415

    return OrderFilter(
        book=BookName(book),
        view=OrderView.ALL if view is None else parsed_view(view),
        symbol=None if symbol is None else parsed_symbol(symbol),
        leg=None if leg is None else parsed_leg(leg),
    )


async def _show(app: App, call: Invocation, order_id: str) -> ExitCode:
    from quorate.cli.order_view import order_lines  # noqa: PLC0415  (slow)
    from quorate.execution.order_history import history_json  # noqa: PLC0415

    details = await app.orders.order(order_id)
    tree = {**details.line.as_json(), "history": history_json(details.entries)}
    call.terminal.reply(tree, order_lines(tree))
    return ExitCode.DONE


async def _cancel(app: App, call: Invocation, order_id: str) -> ExitCode:
    from quorate.cli.order_view import cancelled_line  # noqa: PLC0415  (slow)

    change = await app.orders.cancel(order_id)
    line = change.line
    tree = {
        "target": line.client_order_id,
        "applied": change.applied,
        "dryRun": False,
        "status": line.status,
        "order": line.as_json(),
    }
    call.terminal.reply(tree, [cancelled_line(tree)])
    return ExitCode.DONE
