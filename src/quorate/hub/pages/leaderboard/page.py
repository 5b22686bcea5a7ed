"""`/admin/arena/leaderboard`: whom to pay for, who is redundant, and how sure that is.

address -> book -> the board, who agrees with whom, one calibration -> charts and rows; each fails alone
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from litestar import get
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.arena.record.phrases import spaced
from quorate.bootstrap import App
from quorate.hub.book_key import book_of
from quorate.hub.pages.leaderboard.agreement import heat_of
from quorate.hub.pages.leaderboard.calibration import curve_of
from quorate.hub.pages.leaderboard.frontier import entrants_of, frontier_of
from quorate.hub.pages.leaderboard.query import (
    LEAST,
    NO_STRATEGY,
    PAGE,
    SECTION,
    BoardQuery,
    Sort,
    read_query,
    strategy_word,
)
from quorate.hub.pages.leaderboard.rows import board_rows, uplift_row
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.security.principal import require
from quorate.kernel.ids import BookName
from quorate.scoring.leaderboard import (
    Calibration,
    GroupBy,
    Leaderboard,
    LeaderboardFilter,
    LineKind,
    Window,
)

WINDOW_NAMES: Final = {
    Window.WEEK: "7 d",
    Window.MONTH: "30 d",
    Window.QUARTER: "90 d",
    Window.ALL: "All",
}
GROUPS: Final = {
    GroupBy.AGENT: "Agents",
    GroupBy.MODEL: "Models",
    GroupBy.PROMPT: "Prompt versions",
    GroupBy.ROLE: "Roles",
}
GROUP_WORDS: Final = {
    GroupBy.AGENT: "Agent",
    GroupBy.MODEL: "Model",
    GroupBy.PROMPT: "Prompt version",
    GroupBy.ROLE: "Role",
}


@get(PAGE, guards=[require(Scope.READ)])
async def leaderboard(request: HubRequest) -> Template | Redirect:
    """Show the board; an address with empty fields, as a plain form sends it, is led to the short one."""
    params = request.query_params.dict()
    query = read_query(params)
    wordy = any(not value for values in params.values() for value in values)
    if wordy and "HX-Request" not in request.headers:
        return Redirect(query.href, status_code=303)
    app = app_of(request)
    wanted = replace(query.wanted, book=await book_of(app, query.wanted.book))
    return await page(
        request,
        "leaderboard/index.html",
        part="leaderboard/_live.html",
        title="Leaderboard",
        section=SECTION,
        status=200,
        notices=(),
        query=query,
        windows=[
            (name, query.over(each), each is wanted.window) for each, name in WINDOW_NAMES.items()
        ],
        groups=[(name, query.by(each), each is wanted.group_by) for each, name in GROUPS.items()],
        strategy=strategy_word(wanted.strategy),
        grouped=GROUP_WORDS[wanted.group_by],
        least=[(str(each), f"{each} outcomes") for each in sorted({*LEAST, wanted.min_outcomes})],
        sorts={each.name: (query.sorted_by(each), each is query.sort) for each in Sort},
        list_href=PAGE,
        **await _figures(app, query, wanted),
    )


async def _figures(app: App, query: BoardQuery, wanted: LeaderboardFilter) -> dict[str, object]:
    """Return what the cards show; without a board there is nothing to choose from either."""
    board = await read(app.scoring.leaderboard(wanted), "The leaderboard")
    if isinstance(board, Failed):
        return {"board": board, "choices": {}}
    agreement = await read(app.scoring.agreement(wanted), "The agreement")
    shown = await _calibration(app, query, board)
    return {
        "board": board,
        "rows": board_rows(board, query.sort),
        "frontier": frontier_of(entrants_of(board), _unpriced(board)),
        "agreement": agreement,
        "heat": None if isinstance(agreement, Failed) else heat_of(agreement),
        "calibration": shown,
        "curve": None if isinstance(shown, Failed) else curve_of(shown),
        "curves": _curves(board),
        "uplifts": [uplift_row(each) for each in board.uplift],
        "choices": _choices(board, wanted),
        "known": bool(board.choices.markets),
    }


async def _calibration(app: App, query: BoardQuery, board: Leaderboard) -> Calibration | Failed:
    """Return the calibration of the agent that is named, of the whole board where none is."""
    if not query.curve:
        return board.calibration
    return await read(app.scoring.calibration(query.curve, BookName(board.book)), "The calibration")


def _curves(board: Leaderboard) -> list[tuple[str, str]]:
    """Return whose calibration can be shown; grouped otherwise than by agent nobody's own."""
    agents = [(line.name, line.label) for line in board.items if line.kind is LineKind.AGENT]
    return [("", "all together"), *agents] if agents else []


def _unpriced(board: Leaderboard) -> list[str]:
    return [line.label for line in board.items if line.n and line.cost_per_decision_usd is None]


def _choices(board: Leaderboard, wanted: LeaderboardFilter) -> dict[str, list[tuple[str, str]]]:
    """Return what each menu offers: what there is in the book, and what the address asks for."""
    found = board.choices
    followed = [(each, each) for each in found.strategies]
    strategies = [*followed, (NO_STRATEGY, "none followed")] if followed else []
    if wanted.strategy is not None and strategy_word(wanted.strategy) not in dict(strategies):
        strategies.append((strategy_word(wanted.strategy), wanted.strategy or "none followed"))
    return {
        "book": _plain({board.book, *found.books}),
        "market": _any(_plain({*found.markets, wanted.market or ""})),
        "strategy": _any(strategies),
        "role": _any(
            [(role, spaced(role)) for role in sorted({*found.roles, wanted.role or ""} - {""})]
        ),
    }


def _plain(names: set[str]) -> list[tuple[str, str]]:
    return [(name, name) for name in sorted(names - {""})]


def _any(choices: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [("", "all"), *choices]
