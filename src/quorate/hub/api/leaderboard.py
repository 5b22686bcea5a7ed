"""`/arena/leaderboard`, `/arena/agreement`: which agents are worth their money, and who is redundant."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Final

import msgspec
from litestar import get
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter

from quorate.access import Scope
from quorate.hub.api import asking
from quorate.hub.api.leaderboard_shapes import AgreementList, LeaderboardList
from quorate.hub.book_key import book_of
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.security.principal import require
from quorate.kernel.ids import is_name
from quorate.kernel.stamps import stamp
from quorate.scoring.leaderboard import ENOUGH, GroupBy, LeaderboardFilter, Window

NO_STRATEGY: Final = "-"
"""How a caller says "runs that followed no strategy": no strategy can be named so."""

MOST_OUTCOMES: Final = 1_000_000

Text = Annotated[str | None, QueryParameter()]


async def views_asked(
    request: AnyRequest,
    window: Text = None,
    market: Text = None,
    strategy: Text = None,
    role: Text = None,
    book: Text = None,
) -> LeaderboardFilter:
    """Return which views the query is about; without a book those of the one of the newest cycle."""
    return LeaderboardFilter(
        book=await book_of(app_in(request), book),
        window=asking.word(window, Window, "?window") or Window.ALL,
        market=None if market is None else asking.symbol(market, "?market"),
        strategy=_strategy(strategy),
        role=_name(role, "?role", "is no role's name"),
    )


@get(
    "/arena/leaderboard",
    guards=[require(Scope.READ)],
    dependencies={"views": Provide(views_asked)},
    summary="The leaderboard",
)
async def leaderboard(
    request: AnyRequest,
    views: NamedDependency[LeaderboardFilter],
    group_by: Annotated[str | None, QueryParameter(name="groupBy")] = None,
    min_outcomes: Annotated[
        int, QueryParameter(name="minOutcomes", ge=0, le=MOST_OUTCOMES)
    ] = ENOUGH,
) -> LeaderboardList:
    """Return every line with its interval, cost and range of ranks, and a sentence on what is separable yet.

    `window` is 7d, 30d, 90d or all; `groupBy` agent, model, prompt or role; `strategy=-` means runs that followed none.
    No line under 30 counted outcomes is ranked, whatever `minOutcomes` says.
    """
    app = app_in(request)
    grouped = asking.word(group_by, GroupBy, "?groupBy") or GroupBy.AGENT
    board = await app.scoring.leaderboard(
        replace(views, group_by=grouped, min_outcomes=min_outcomes)
    )
    tree = {"readAt": stamp(app.clock.now()), **board.as_json()}
    return msgspec.convert(tree, LeaderboardList)


@get(
    "/arena/agreement",
    guards=[require(Scope.READ)],
    dependencies={"views": Provide(views_asked)},
    summary="Who agrees with whom",
)
async def agreement(
    request: AnyRequest, views: NamedDependency[LeaderboardFilter]
) -> AgreementList:
    """Return how often every two agents that spoke on the same decisions said the same."""
    app = app_in(request)
    found = await app.scoring.agreement(views)
    tree = {"readAt": stamp(app.clock.now()), **found.as_json()}
    return msgspec.convert(tree, AgreementList)


def _strategy(text: str | None) -> str | None:
    return "" if text == NO_STRATEGY else _name(text, "?strategy", "is no strategy's name")


def _name(text: str | None, pointer: str, rule: str) -> str | None:
    if text is not None and not is_name(text):
        raise asking.wrong(pointer, rule)
    return text
