"""`/admin/competitions`: every competition, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from litestar import get
from litestar.response import Template

from quorate.access import Scope
from quorate.arena.competition.contest import CompetitionLine
from quorate.arena.imported.shown import KIND
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.screen import WHOLE, Column, Screen, read_screen
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.security.principal import require

LIST: Final = "/admin/competitions"
NEW: Final = f"{LIST}/new"
TRADERS: Final = f"{LIST}/traders"
SECTION: Final = "competitions"

INTERRUPTED: Final = "interrupted"

SCREEN: Final = Screen(
    (
        Column("rounds", "Rounds", 3),
        Column("sessions", "Sessions", 4),
        Column("symbols", "Symbols", 5),
        Column("participants", "Participants", 6),
        Column("created", "Created", 7),
    ),
    sizes=WHOLE,
)
"""What can be hidden; the competition and its state stay."""

TONES: Final[Mapping[str, str]] = {
    "created": "",
    "running": "brand",
    "finished": "gain",
    "stopped": "warn",
    INTERRUPTED: "warn",
    KIND: "",
}
"""The colour of each state; the word stands in it."""


@dataclass(frozen=True, slots=True)
class CompetitionRow:
    """A line of the list with its address and its state in a word."""

    line: CompetitionLine
    href: str
    state: str
    share: float


@get(LIST, guards=[require(Scope.READ)])
async def competitions(request: HubRequest) -> Template:
    """Show the competitions."""
    lines = await read(app_of(request).competitions.lines(), "The competitions")
    screen = read_screen(request.query_params.dict(), SCREEN)
    return await page(
        request,
        "competitions/index.html",
        part="competitions/_list.html",
        title="Competitions",
        section=SECTION,
        listed=lines,
        rows=() if isinstance(lines, Failed) else rows_of(lines),
        tones=TONES,
        screen=screen,
        path=LIST,
        list_href=screen.at(LIST),
        new_href=NEW,
        traders_href=TRADERS,
    )


def rows_of(lines: Sequence[CompetitionLine]) -> tuple[CompetitionRow, ...]:
    """Return the lines as the page shows them."""
    return tuple(
        CompetitionRow(
            line=line,
            href=f"{LIST}/{line.competition_id}",
            state=KIND if line.kind == KIND else state_of(line.status, playing=line.playing),
            share=line.rounds / line.sessions,
        )
        for line in lines
    )


def state_of(status: str, *, playing: bool) -> str:
    """Return where a competition is, in a word: a running one that nobody plays is interrupted."""
    return INTERRUPTED if status == "running" and not playing else status
