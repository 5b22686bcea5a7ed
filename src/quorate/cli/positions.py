"""`quorate positions`: what the broker holds for a book, what protects it, and how to leave it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.listing import note_more, part
from quorate.cli.noun import noun
from quorate.cli.order_typed import BookOption, parsed_symbol
from quorate.cli.orders import reconciled

if TYPE_CHECKING:
    from quorate.cli.ports import App

SymbolArgument = Annotated[str, typer.Argument(metavar="SYMBOL", help="What is held.")]


def _list(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _show_all(app, call, None))


app = noun("What a book holds, by its broker's word; the bare noun lists.", _list)


@app.command("list")
def list_(context: typer.Context, *, book: BookOption = None) -> ExitCode:
    """List what a book holds."""
    call = invocation(context)
    return call.with_app(lambda app: _show_all(app, call, book))


@app.command()
def show(context: typer.Context, symbol: SymbolArgument, *, book: BookOption = None) -> ExitCode:
    """Show one position: what it is worth, what protects it, which decision opened it."""
    call = invocation(context)
    return call.with_app(lambda app: _show(app, call, symbol, book))


@app.command()
def close(context: typer.Context, symbol: SymbolArgument, *, book: BookOption = None) -> ExitCode:
    """Sell all that is held of a symbol; its protective stop is released first."""
    call = invocation(context)
    return call.with_app(lambda app: _close(app, call, symbol, book))


@app.command()
def reconcile(context: typer.Context, *, book: BookOption = None) -> ExitCode:
    """As `quorate orders reconcile`."""
    call = invocation(context)
    return call.with_app(lambda app: reconciled(app, call, book))


async def _show_all(app: App, call: Invocation, book: str | None) -> ExitCode:
    from quorate.cli.position_view import positions_lines  # noqa: PLC0415  (slow)

    held = await app.orders.positions(await app.orders.book(book))
    page = part(held.items, lambda each: each.symbol, limit=call.limit, cursor=call.cursor)
    tree = {
        **held.head_json(),
        "items": [each.as_json() for each in page.items],
        "nextCursor": page.next_cursor,
    }
    call.terminal.reply(tree, positions_lines(tree))
    note_more(call, page.next_cursor)
    return ExitCode.DONE


async def _show(app: App, call: Invocation, symbol: str, book: str | None) -> ExitCode:
    from quorate.cli.position_view import one_of, position_lines  # noqa: PLC0415  (slow)

    held = await app.orders.positions(await app.orders.book(book))
    items = [each.as_json() for each in held.items]
    tree = one_of({**held.head_json(), "items": items}, parsed_symbol(symbol))
    call.terminal.reply(tree, position_lines(tree))
    return ExitCode.DONE


async def _close(app: App, call: Invocation, symbol: str, book: str | None) -> ExitCode:
    from quorate.cli.order_view import closed_line  # noqa: PLC0415  (slow; help must not wait)

    change = await app.orders.close(await app.orders.book(book), parsed_symbol(symbol))
    tree = {
        "target": change.symbol,
        "applied": change.applied,
        "dryRun": False,
        "book": change.book,
        "order": None if change.line is None else change.line.as_json(),
    }
    call.terminal.reply(tree, [closed_line(tree)])
    return ExitCode.DONE
