"""`/admin/arena/leaderboard/export`: the lines as CSV to keep, under the filters of the address.

Columns have the names of the API; nothing is an empty cell. A text that a spreadsheet would run as a formula is quoted.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from litestar import Response, get

from quorate.access import Scope
from quorate.hub.book_key import book_of
from quorate.hub.pages.leaderboard.query import PAGE, read_query
from quorate.hub.pages.shell import HubRequest, app_of
from quorate.hub.security.principal import require
from quorate.scoring.leaderboard import Leaderboard

COLUMNS: Final = (
    "name",
    "kind",
    "label",
    "role",
    "provider",
    "model",
    "tier",
    "prompt",
    "retired",
    "rankLow",
    "rankHigh",
    "n",
    "of",
    "hits",
    "hitRate",
    "hitRateLow",
    "hitRateHigh",
    "pnlUsd",
    "costUsd",
    "unpriced",
    "pnlNetUsd",
    "maxDrawdownPct",
    "brier",
    "meanConfidence",
    "decisions",
    "abstained",
    "costPerDecisionUsd",
    "costPer100GainedUsd",
    "costNote",
    "latencyP50Ms",
    "profitPerDecisionUsd",
    "onFrontier",
)

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet may run. Source: OWASP, CSV injection."""


@get(f"{PAGE}/export", guards=[require(Scope.READ)])
async def export(request: HubRequest) -> Response[bytes]:
    """Return every line of the board as a file."""
    app, query = app_of(request), read_query(request.query_params.dict())
    book = await book_of(app, query.wanted.book)
    board = await app.scoring.leaderboard(replace(query.wanted, book=book))
    name = f"leaderboard-{board.book}-{query.wanted.window}-{query.wanted.group_by}.csv"
    return Response(
        as_csv(board).encode(),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def as_csv(board: Leaderboard) -> str:
    """Return the lines and the baselines with a heading, RFC 4180."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for line in (*board.items, *board.baselines):
        cells = cells_of(line.as_json())
        writer.writerow([cells[name] for name in COLUMNS])
    return text.getvalue()


def cells_of(tree: Mapping[str, object]) -> dict[str, str]:
    """Return the cells of one line by column; the interval stands in two of its own."""
    hit = tree["hitRate"]
    value, low, high = (
        (hit["value"], hit["low"], hit["high"]) if isinstance(hit, Mapping) else (None, None, None)
    )
    flat = {**tree, "hitRate": value, "hitRateLow": low, "hitRateHigh": high}
    return {name: _cell(name, flat[name]) for name in COLUMNS}


def _cell(name: str, value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str() if name in _TEXTS and value.startswith(FORMULA):
            return f"'{value}"
        case _:
            return str(value)


_TEXTS: Final[Sequence[str]] = (
    *("name", "kind", "label", "role", "provider", "model", "tier", "prompt", "costNote"),
)
