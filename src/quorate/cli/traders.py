"""`quorate compete traders`: who the books of competitions belong to; the bare noun lists them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import OPERATOR, Invocation, invocation
from quorate.cli.listing import part, show_list
from quorate.cli.noun import noun
from quorate.cli.typed import parsed_list
from quorate.kernel.errors import RejectedError

if TYPE_CHECKING:
    from quorate.arena.competition.trader import RegisteredTrader
    from quorate.cli.competition_ports import TraderChange
    from quorate.cli.ports import App

Text = str | None

Name = Annotated[str, typer.Argument(metavar="NAME", help="A trader's name.")]
Profiles = Annotated[Text, typer.Option(help="Its agents, as in trend,momentum,wyckoff.")]
Strategy = Annotated[Text, typer.Option(help="A strategy in their place: its agents decide.")]
Title = Annotated[Text, typer.Option(help="What people call it.")]
Description = Annotated[Text, typer.Option(help="What it is for, in a sentence.")]
Entry = Annotated[
    Text,
    typer.Option("--entry", help="The share of equity, 0 to 1, of an entry that names no size."),
]
MaxOrder = Annotated[
    Text, typer.Option("--max-order", help="An entry's largest share of equity, or none.")
]
MaxPosition = Annotated[
    Text, typer.Option("--max-position", help="A symbol's largest share of equity, or none.")
]
MaxCash = Annotated[
    Text, typer.Option("--max-cash", help="The share of the cash that an entry may use, or none.")
]
MaxDailyLoss = Annotated[
    Text, typer.Option("--max-daily-loss", help="A session's loss that ends new risk, or none.")
]
MaxDrawdown = Annotated[
    Text, typer.Option("--max-drawdown", help="A fall from the peak that ends it, or none.")
]


def _list(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _show_all(app, call))


app = noun("Traders: one or several agents, or a strategy, with a book of their own.", _list)


@app.command("list")
def list_(context: typer.Context) -> ExitCode:
    """List the traders by name, those that are archived left out."""
    return _list(context)


@app.command()
def show(context: typer.Context, name: Name) -> ExitCode:
    """Show a trader: who decides for it, sizes, limits, and what was done to it."""
    call = invocation(context)
    return call.with_app(lambda app: _show(app, call, name))


@app.command()
def archive(context: typer.Context, name: Name) -> ExitCode:
    """Let a trader enter no competition any more; its history and its scores stay."""
    call = invocation(context)
    return call.with_app(lambda app: _archive(app, call, name))


def _changing(
    about: str, act: Callable[[App, Invocation, str, dict[str, object]], Awaitable[ExitCode]]
) -> Callable[..., ExitCode]:
    """Return a command that takes a trader's name and every option that says something of it."""

    def command(  # noqa: PLR0913  (one parameter per option)
        context: typer.Context,
        name: Name,
        *,
        profiles: Profiles = None,
        strategy: Strategy = None,
        title: Title = None,
        description: Description = None,
        entry: Entry = None,
        max_order: MaxOrder = None,
        max_position: MaxPosition = None,
        max_cash: MaxCash = None,
        max_daily_loss: MaxDailyLoss = None,
        max_drawdown: MaxDrawdown = None,
    ) -> ExitCode:
        call = invocation(context)
        asked = _asked(
            profiles,
            strategy=strategy,
            title=title,
            description=description,
            entryEquity=entry,
            maxOrderEquity=max_order,
            maxPositionEquity=max_position,
            maxCashShare=max_cash,
            maxDailyLoss=max_daily_loss,
            maxDrawdown=max_drawdown,
        )
        return call.with_app(lambda app: act(app, call, name, asked))

    command.__doc__ = about
    return command


async def _show_all(app: App, call: Invocation) -> ExitCode:
    known = [each for each in await app.competitions.traders.roster() if not each.trader.archived]
    page = part(known, lambda each: each.trader.name, limit=call.limit, cursor=call.cursor)
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[_row(each) for each in page.items],
        next_cursor=page.next_cursor,
        items=[_tree(each) for each in page.items],
        empty="No trader yet: quorate compete traders add NAME --profiles trend,momentum,wyckoff",
    )
    return ExitCode.DONE


async def _show(app: App, call: Invocation, name: str) -> ExitCode:
    found = await app.competitions.traders.show(name)
    steps = await app.competitions.traders.history(name)
    tree = {
        **_tree(found),
        "history": [
            {"at": step.at, "kind": step.kind, "by": step.by, "version": step.version}
            for step in reversed(steps)
        ],
    }
    lines = [f"{key:20} {value}" for key, value in _row(found).items()]
    told = [f"{step.at}   {step.kind}, version {step.version}, by {step.by}" for step in steps]
    call.terminal.reply(tree, [*lines, "", *reversed(told)])
    return ExitCode.DONE


async def _add(app: App, call: Invocation, name: str, asked: dict[str, object]) -> ExitCode:
    change = await app.competitions.traders.add({**asked, "name": name}, by=OPERATOR)
    return _told(call, change, f"{name} is made: name it with --traders.")


async def _edit(app: App, call: Invocation, name: str, asked: dict[str, object]) -> ExitCode:
    if not asked:
        raise RejectedError(
            "nothing is to be changed",
            effect="nothing was written",
            fix="name an option; quorate compete traders edit --help lists them",
        )
    change = await app.competitions.traders.edit(name, asked, by=OPERATOR)
    word = "is now at" if change.applied else "is so already, at"
    return _told(call, change, f"{name} {word} version {change.registered.version}.")


async def _archive(app: App, call: Invocation, name: str) -> ExitCode:
    change = await app.competitions.traders.archive(name, by=OPERATOR)
    already = "" if change.applied else "already "
    return _told(call, change, f"{name} is {already}archived: it enters no competition any more.")


def _told(call: Invocation, change: TraderChange, said: str) -> ExitCode:
    found = change.registered
    head = {"target": str(found.trader.name), "applied": change.applied, "dryRun": False}
    call.terminal.reply({**head, **_tree(found)}, [said])
    return ExitCode.DONE


def _tree(registered: RegisteredTrader) -> dict[str, object]:
    from quorate.arena.competition.trader import trader_json  # noqa: PLC0415  (slow)

    return dict(trader_json(registered))


def _row(registered: RegisteredTrader) -> dict[str, object]:
    from quorate.arena.competition.trader import LIMIT_NAMES  # noqa: PLC0415  (slow)

    tree = _tree(registered)
    limits = [f"{key} {tree[key]}" for key in LIMIT_NAMES if tree[key] is not None]
    trader = registered.trader
    return {
        "trader": trader.name,
        "title": trader.title or "-",
        "decided by": f"strategy {trader.strategy}"
        if trader.strategy
        else " ".join(trader.profiles),
        "entry": tree["entryEquity"] or "-",
        "limits": ", ".join(limits) or "-",
        "version": registered.version,
    }


def _asked(profiles: str | None, **options: str | None) -> dict[str, object]:
    """Return what was named; agents are a list."""
    asked: dict[str, object] = {key: value for key, value in options.items() if value is not None}
    if profiles is not None:
        asked["profiles"] = list(parsed_list(profiles))
    return asked


app.command("add")(
    _changing("Make a trader; what is not named stays as it is for everybody.", _add)
)
app.command("edit")(
    _changing(
        "Give a trader its next version; competitions that were created keep the one that they froze.",
        _edit,
    )
)
