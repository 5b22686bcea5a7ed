"""`quorate positions`: what the broker holds for a book, what protects it, and how to leave it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.listing import note_more, part, table
from quorate.cli.noun import noun
from quorate.cli.order_typed import BookOption, parsed_symbol
from quorate.cli.orders import reconciled
from quorate.kernel.errors import RejectedError

if TYPE_CHECKING:
    from decimal import Decimal

    from quorate.cli.ports import App
    from quorate.execution.positions import PositionLine, Positions

SymbolArgument = Annotated[str, typer.Argument(metavar="SYMBOL", help="What is held.")]
COLUMNS = ("symbol", "qty", "avgPrice", "marketValue", "unrealizedPnl", "stop", "decisionId")


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
    held = await app.orders.positions(await app.orders.book(book))
    page = part(held.items, lambda each: each.symbol, limit=call.limit, cursor=call.cursor)
    tree = {
        **held.head_json(),
        "items": [each.as_json() for each in page.items],
        "nextCursor": page.next_cursor,
    }
    rows = [_row(each) for each in page.items]
    lines = table(rows, COLUMNS) if rows else [f"Book {held.book} holds nothing."]
    call.terminal.reply(tree, [*lines, "", _said(held)])
    note_more(call, page.next_cursor)
    return ExitCode.DONE


async def _show(app: App, call: Invocation, symbol: str, book: str | None) -> ExitCode:
    held = await app.orders.positions(await app.orders.book(book))
    wanted = parsed_symbol(symbol)
    found = next((each for each in held.items if each.symbol == wanted), None)
    if found is None:
        raise RejectedError(
            f"book {held.book} holds no {wanted}",
            effect="nothing is shown",
            fix="quorate positions list",
            slug="not-found",
        )
    call.terminal.reply({**held.head_json(), **found.as_json()}, [*_lines(found), _said(held)])
    return ExitCode.DONE


async def _close(app: App, call: Invocation, symbol: str, book: str | None) -> ExitCode:
    from quorate.execution.listing import exact  # noqa: PLC0415  (slow; help must not wait)

    change = await app.orders.close(await app.orders.book(book), parsed_symbol(symbol))
    line = change.line
    tree = {
        "target": change.symbol,
        "applied": change.applied,
        "dryRun": False,
        "book": change.book,
        "order": None if line is None else line.as_json(),
    }
    if line is None:
        said = f"Book {change.book} holds no {change.symbol} any more."
    else:
        sale = f"SELL {exact(line.request.quantity)} {change.symbol} at the market"
        already = "" if change.applied else "is under way already, it "
        said = f"{sale} ({line.client_order_id}): {already}is {line.status.replace('_', ' ')}."
    call.terminal.reply(tree, [said])
    return ExitCode.DONE


def _row(line: PositionLine) -> dict[str, object]:
    return {
        "symbol": line.symbol,
        "decisionId": line.decision_id,
        "qty": _quantity(line),
        "avgPrice": _price(line.average_price),
        "marketValue": _dollars(line.market_value),
        "unrealizedPnl": _dollars(line.unrealized),
        "stop": _stop(line),
    }


def _lines(line: PositionLine) -> list[str]:
    return [
        f"{line.symbol}   {_quantity(line)} shares   bought at {_price(line.average_price) or 'unknown'}",
        f"  worth            {_dollars(line.market_value) or 'unknown'}",
        f"  unrealized       {_dollars(line.unrealized) or 'unknown'}",
        f"  protective stop  {_stop(line) or 'none'}",
        f"  opened by        {line.decision_id or 'nobody here'}",
    ]


def _quantity(line: PositionLine) -> str:
    from quorate.execution.listing import exact  # noqa: PLC0415  (slow)

    return exact(line.quantity) + (f" (ours {exact(line.ours)})" if line.differs else "")


def _stop(line: PositionLine) -> str | None:
    from quorate.execution.listing import exact  # noqa: PLC0415  (slow)

    if line.stop is None:
        return None
    some = f" for {exact(line.stopped)}" if line.unprotected else ""
    return f"{_price(line.stop)}{some}"


def _price(amount: Decimal | None) -> str | None:
    from quorate.cli.order_view import price  # noqa: PLC0415  (slow)

    return None if amount is None else price(amount)


def _dollars(amount: Decimal | None) -> str | None:
    from quorate.cycle.story.words import dollars  # noqa: PLC0415  (slow; help must not wait)

    return None if amount is None else dollars(amount)


def _said(held: Positions) -> str:
    """Return who says so and as of when; what is not the broker's word of just now is told as such."""
    source = {
        "broker": "by the broker's word",
        "last_mark": "as the book was marked last; the broker gave no answer",
        "own_executions": "by our own fills alone; nobody told prices",
    }[held.source.value]
    why = f" ({held.why})" if held.why else ""
    dated = f", as of {held.as_of[:19]}" if held.as_of else ""
    return f"Book {held.book} ({held.mode}), {source}{why}{dated}."
