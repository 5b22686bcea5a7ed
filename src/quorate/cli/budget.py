"""`quorate budget`: what models may cost, how much of it is left today, and another limit."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.listing import part, show_list
from quorate.cli.noun import noun
from quorate.kernel.errors import RejectedError

if TYPE_CHECKING:
    from quorate.cli.ports import App
    from quorate.llm.budget import Limit
    from quorate.llm.budget_line import BudgetLine

DEFAULT = "default"
"""The word that gives a limit back to the configuration."""

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help="daily, profile-daily, run, power-calls or unpriced-calls."
    ),
]
Amount = Annotated[
    str,
    typer.Argument(
        metavar="AMOUNT", help=f"Dollars, or a number of calls; '{DEFAULT}' for the configured one."
    ),
]


def _list(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _show_budgets(app, call))


app = noun("What models may cost; the bare noun lists the limits and what is left today.", _list)


@app.command("list")
def list_(context: typer.Context) -> ExitCode:
    """List the limits, how full they are today, and who set them."""
    return _list(context)


@app.command("set")
def set_(context: typer.Context, name: Name, amount: Amount) -> ExitCode:
    """Give a limit another size; it holds from the next model call on."""
    call = invocation(context)
    return call.with_app(lambda app: _set(app, call, name, amount))


async def _show_budgets(app: App, call: Invocation) -> ExitCode:
    lines = await app.money.budgets()
    page = part(lines, _key, limit=call.limit, cursor=call.cursor)
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[_row(line) for line in page.items],
        next_cursor=page.next_cursor,
        items=[line.as_json() for line in page.items],
    )
    return ExitCode.DONE


async def _set(app: App, call: Invocation, name: str, amount: str) -> ExitCode:
    limit = _limit(name)
    change = await app.money.set_budget(limit, _size(limit, amount))
    line = change.line
    tree = {"target": name, "applied": change.applied, "dryRun": False, **line.as_json()}
    already = "" if change.applied else "already "
    said = f"{name} is {already}{line.shown(line.size)} (set by {line.source})."
    left = f" Left today: {line.shown(line.left)}." if line.left is not None else ""
    call.terminal.reply(tree, [said + left])
    return ExitCode.DONE


def _limit(name: str) -> Limit:
    from quorate.llm.budget import SETTABLE, Limit  # noqa: PLC0415  (slow; help must not wait)

    if name not in {*SETTABLE}:
        raise RejectedError(
            f"there is no limit '{name}'",
            effect="nothing was changed",
            fix=f"choose from {', '.join(SETTABLE)}",
        )
    return Limit(name)


def _size(limit: Limit, amount: str) -> Decimal | None:
    if amount == DEFAULT:
        return None
    try:
        return Decimal(amount.removeprefix("$"))
    except InvalidOperation:
        raise RejectedError(
            f"'{amount}' is no amount",
            effect="nothing was changed",
            fix=f"quorate budget set {limit} NUMBER, or '{DEFAULT}'",
        ) from None


def _key(line: BudgetLine) -> str:
    return f"{line.limit}:{line.profile}"


def _row(line: BudgetLine) -> dict[str, object]:
    held = line.today
    return {
        "budget": f"{line.limit} {line.profile}".strip(),
        "limit": line.shown(line.size),
        "left": line.shown(line.left),
        "used": line.shown(line.used),
        "calls": None if held is None else held.calls,
        "open": None if held is None else held.open_calls,
        "unpriced": None if held is None else held.unpriced,
        "set by": line.source,
    }
