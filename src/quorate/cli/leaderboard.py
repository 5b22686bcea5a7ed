"""`quorate leaderboard`: which agents are worth their money, as ranges of ranks, and what is separable yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.leaderboard_view import agreement_lines, alike_first, board_lines, pair_key
from quorate.cli.listing import note_more, part
from quorate.cli.order_typed import parsed_symbol
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, is_name
from quorate.kernel.stamps import stamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quorate.cli.ports import App
    from quorate.scoring.leaderboard import LeaderboardFilter

NO_STRATEGY = "-"
"""How a person says "runs that followed no strategy": no strategy can be named so."""

WindowOption = Annotated[
    str, typer.Option("--window", metavar="SPAN", help="7d, 30d, 90d or all of a book's sessions.")
]
ByOption = Annotated[
    str, typer.Option("--by", metavar="WHAT", help="agent, model, prompt or role.")
]
MarketOption = Annotated[
    str | None, typer.Option("--market", metavar="S", help="Only outcomes of this symbol.")
]
StrategyOption = Annotated[
    str | None,
    typer.Option("--strategy", metavar="NAME", help="Only runs that followed it; - = none."),
]
RoleOption = Annotated[
    str | None, typer.Option("--role", metavar="ROLE", help="Only agents in this role.")
]
BookOption = Annotated[
    str | None,
    typer.Option("--book", metavar="NAME", help="A book; that of the newest cycle unless told."),
]
LeastOption = Annotated[
    int,
    typer.Option(
        "--min-outcomes", metavar="N", min=0, help="Outcomes before a line is ranked; 30 at least."
    ),
]


@dataclass(frozen=True, slots=True)
class Asked:
    """The options as they were typed."""

    window: str
    by: str
    market: str | None
    strategy: str | None
    role: str | None
    book: str | None
    least: int


app = typer.Typer(
    help="Rank agents by what they earned after cost; `leaderboard agreement` compares them.",
    rich_markup_mode=None,
    invoke_without_command=True,
)


@app.callback()
def leaderboard(  # noqa: PLR0913  (one parameter per filter)
    context: typer.Context,
    *,
    window: WindowOption = "all",
    by: ByOption = "agent",
    market: MarketOption = None,
    strategy: StrategyOption = None,
    role: RoleOption = None,
    book: BookOption = None,
    least: LeastOption = 30,
) -> ExitCode:
    """Rank agents by what they earned after cost; `leaderboard agreement` compares them."""
    if context.invoked_subcommand is not None:
        return ExitCode.DONE
    call = invocation(context)
    asked = Asked(window, by, market, strategy, role, book, least)
    return call.with_app(lambda app: _show(app, call, asked))


@app.command()
def agreement(
    context: typer.Context,
    *,
    window: WindowOption = "all",
    market: MarketOption = None,
    strategy: StrategyOption = None,
    role: RoleOption = None,
    book: BookOption = None,
) -> ExitCode:
    """List every two who spoke on the same decisions, the most alike first: over 75 % one of them is redundant."""
    call = invocation(context)
    asked = Asked(window, "agent", market, strategy, role, book, 0)
    return call.with_app(lambda app: _show_agreement(app, call, asked))


async def _show(app: App, call: Invocation, asked: Asked) -> ExitCode:
    board = await app.scoring.leaderboard(_filter(asked))
    lines = (*board.items, *board.baselines)
    page = part(
        lines, lambda line: f"{line.kind}:{line.name}", limit=call.limit, cursor=call.cursor
    )
    tree = {
        "readAt": stamp(app.clock.now()),
        **board.as_json(),
        "items": [line.as_json() for line in page.items],
        "nextCursor": page.next_cursor,
    }
    call.terminal.reply(tree, board_lines(tree))
    note_more(call, page.next_cursor)
    return ExitCode.DONE


async def _show_agreement(app: App, call: Invocation, asked: Asked) -> ExitCode:
    found = await app.scoring.agreement(_filter(asked))
    whole = found.as_json()
    page = part(alike_first(whole), pair_key, limit=call.limit, cursor=call.cursor)
    tree = {
        "readAt": stamp(app.clock.now()),
        **whole,
        "items": page.items,
        "nextCursor": page.next_cursor,
    }
    call.terminal.reply(tree, agreement_lines(tree))
    note_more(call, page.next_cursor)
    return ExitCode.DONE


def _filter(asked: Asked) -> LeaderboardFilter:
    """Return what the options ask for.

    Raises:
        RejectedError: one of them is no word of its kind.
    """
    from quorate.scoring.leaderboard import (  # noqa: PLC0415  (slow; help must not wait)
        GroupBy,
        LeaderboardFilter,
        Window,
    )

    return LeaderboardFilter(
        book=None if asked.book is None else BookName(_name(asked.book, "a book's name")),
        window=Window(_word(asked.window, "a window", Window)),
        market=None if asked.market is None else parsed_symbol(asked.market),
        strategy=_strategy(asked.strategy),
        role=None if asked.role is None else _name(asked.role, "a role"),
        group_by=GroupBy(_word(asked.by, "a way to group", GroupBy)),
        min_outcomes=asked.least,
    )


def _word(text: str, what: str, choices: Iterable[str]) -> str:
    known = tuple(choices)
    if text not in known:
        raise RejectedError(
            f"{text!r} is not {what}",
            effect="nothing is shown",
            fix=f"choose from {', '.join(known)}",
        )
    return text


def _strategy(text: str | None) -> str | None:
    if text is None:
        return None
    return "" if text == NO_STRATEGY else _name(text, "a strategy's name")


def _name(text: str, what: str) -> str:
    if not is_name(text):
        raise RejectedError(
            f"{text!r} is not {what}", effect="nothing is shown", fix="write it as it is listed"
        )
    return text
