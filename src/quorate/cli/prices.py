"""`quorate prices`: what models cost, who says so, and another price."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.listing import Row, part, show_list
from quorate.cli.noun import noun
from quorate.kernel.errors import RejectedError

if TYPE_CHECKING:
    from quorate.cli.ports import App, PriceChange
    from quorate.llm.price_line import PriceLine

Model = Annotated[str, typer.Argument(metavar="MODEL", help="provider/model.")]
Prompt = Annotated[
    str, typer.Argument(metavar="PROMPT", help="USD per million tokens of the prompt.")
]
Completion = Annotated[
    str, typer.Argument(metavar="ANSWER", help="USD per million tokens of the answer.")
]


def _list(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _show_prices(app, call))


app = noun("What models cost, and who says so; the bare noun lists it.", _list)


@app.command("list")
def list_(context: typer.Context) -> ExitCode:
    """List the models with their price per million tokens and the profiles that may ask them."""
    return _list(context)


@app.command("set")
def set_(context: typer.Context, model: Model, prompt: Prompt, completion: Completion) -> ExitCode:
    """State what a model costs; it holds from the next call of any process on."""
    call = invocation(context)
    return call.with_app(lambda app: _set(app, call, model, (prompt, completion)))


@app.command()
def unset(context: typer.Context, model: Model) -> ExitCode:
    """Give a price back to the configuration and the price table."""
    call = invocation(context)
    return call.with_app(lambda app: _set(app, call, model, None))


async def _show_prices(app: App, call: Invocation) -> ExitCode:
    lines = await app.money.prices()
    page = part(lines, lambda line: str(line.model), limit=call.limit, cursor=call.cursor)
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[_row(line) for line in page.items],
        next_cursor=page.next_cursor,
        items=[line.as_json() for line in page.items],
    )
    return ExitCode.DONE


async def _set(app: App, call: Invocation, name: str, amounts: tuple[str, str] | None) -> ExitCode:
    from quorate.llm.told_prices import checked_model, checked_price  # noqa: PLC0415  (slow)

    model = checked_model(name)
    price = None if amounts is None else checked_price(*map(_amount, amounts))
    change = await app.money.set_price(model, price)
    tree = {"target": name, "applied": change.applied, "dryRun": False, **change.line.as_json()}
    call.terminal.reply(tree, [_said(change)])
    return ExitCode.DONE


def _said(change: PriceChange) -> str:
    line = change.line
    already = "" if change.applied else "already "
    if line.prompt is None or line.completion is None:
        return f"{line.model} is {already}unpriced: its calls are counted, never called free."
    return (
        f"{line.model} {already}costs ${line.prompt:f} for a million tokens of the prompt and "
        f"${line.completion:f} of the answer (set by {line.source})."
    )


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text.removeprefix("$"))
    except InvalidOperation:
        raise RejectedError(
            f"'{text}' is no price",
            effect="no price was changed",
            fix="quorate prices set PROVIDER/MODEL 0.25 2.00",
        ) from None


def _row(line: PriceLine) -> Row:
    return {
        "model": str(line.model),
        "tier": None if line.tier is None else line.tier.value,
        "prompt": "unpriced" if line.prompt is None else f"${line.prompt:f}",
        "answer": "unpriced" if line.completion is None else f"${line.completion:f}",
        "set by": line.source.value,
        "version": line.version or None,
        "used by": list(line.used_by),
    }
