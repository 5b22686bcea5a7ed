"""`/admin/competitions/{id}`: the race, the scores, the terms, and how far to believe the order."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.arena.competition.contest import CompetitionStatus
from quorate.arena.competition.entrant import Entrant
from quorate.arena.competition.record import Competition
from quorate.arena.competition.scores import ENOUGH, Score, curve_sessions, scores_of, verdict
from quorate.arena.record.phrases import enumeration, spaced
from quorate.bootstrap.competing import CompetitionView
from quorate.hub.pages.competitions.imported import imported_page, is_imported
from quorate.hub.pages.competitions.listing import LIST, SECTION, TONES, state_of
from quorate.hub.pages.competitions.race import called, race_of, signed_percent
from quorate.hub.pages.competitions.whisker import (
    Whisker,
    interval_words,
    reach_of,
    whisker_of,
)
from quorate.hub.pages.notices import Notice, refusal_notice
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.security.principal import principal_of, require
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.portfolio.book import BookMode

HELD_BACK: Final = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """One book's line; `colour` is that of its line in the race, None where it has none."""

    score: Score
    called: str
    place: str
    returned: str
    interval: str
    whisker: Whisker | None
    colour: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One of the terms, in words."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntrantRow:
    """A trader that takes part, in words."""

    name: str
    version: int
    words: str


@get(LIST + "/{competition_id:str}", guards=[require(Scope.READ)])
async def competition(request: HubRequest, competition_id: FromPath[str]) -> Template:
    """Show a competition, or an arena of others."""
    if is_imported(competition_id):
        return await imported_page(request, competition_id)
    return await _shown(request, await app_of(request).competitions.show(competition_id))


@post(LIST + "/{competition_id:str}/start", guards=[require(Scope.RUN)], status_code=200)
async def start_competition(
    request: HubRequest, competition_id: FromPath[str]
) -> Template | Redirect:
    """Play it from here on, beside the hub, and show its page."""
    app = app_of(request)
    try:
        await app.competitions.start(competition_id)
    except (RejectedError, ConflictError) as error:
        return await _refused(request, competition_id, error)
    return Redirect(f"{LIST}/{competition_id}", status_code=303)


@post(LIST + "/{competition_id:str}/stop", guards=[require(Scope.RUN)], status_code=200)
async def stop_competition(
    request: HubRequest, competition_id: FromPath[str]
) -> Template | Redirect:
    """End it for good."""
    app, who = app_of(request), principal_of(request).name
    try:
        await app.competitions.stop(competition_id, f"stopped by {who}")
    except (RejectedError, ConflictError) as error:
        return await _refused(request, competition_id, error)
    return Redirect(f"{LIST}/{competition_id}", status_code=303)


def score_rows(scores: tuple[Score, ...], colours: dict[str, int]) -> tuple[ScoreRow, ...]:
    """Return the table's lines; the widest interval of a participant fills the drawing, a baseline's is cut there."""
    reach = reach_of(score.interval for score in scores if not score.baseline)
    return tuple(
        ScoreRow(
            score=score,
            called=called(score),
            place=place_of(score),
            returned=signed_percent(score.net_return),
            interval=interval_words(score.interval),
            whisker=whisker_of(score.net_return, score.interval, reach),
            colour=colours.get(score.name),
        )
        for score in scores
    )


def place_of(score: Score) -> str:
    """Return the ranks that a book may have: a range where the intervals overlap, empty where it has none."""
    if score.rank is None:
        return ""
    best, worst = score.range or (score.rank, score.rank)
    shown = f"{best}" if best == worst else f"{best}\N{EN DASH}{worst}"
    return f"{shown} tie" if score.tied else shown


def terms_of(competition: Competition) -> tuple[Term, ...]:
    """Return what is equal for all, in words."""
    terms, costs = competition.terms, competition.terms.portfolio
    limit = "no limit of its own" if terms.max_cost is None else f"at most ${terms.max_cost}"
    return (
        Term(name="Sessions", text=_sessions_words(competition)),
        Term(name="Start capital", text=f"${terms.capital.amount:,.2f} each"),
        Term(name="Symbols", text=", ".join(terms.symbols)),
        Term(
            name="Fills",
            text=f"next open, {costs.slippage_bps:f} bps worse, ${costs.fee_per_fill_usd:f} each",
        ),
        Term(
            name="Entry",
            text=f"1 % risk at stop, {float(100 * costs.max_order_equity):g} % of equity at most",
        ),
        Term(
            name="Position",
            text=f"{float(100 * costs.max_position_equity):g} % at most, no leverage",
        ),
        Term(name="Model cost", text=f"debited, {limit}"),
    )


def entrants_of(competition: Competition) -> tuple[EntrantRow, ...]:
    """Return the traders among the participants, each with who decides for it and what limits are its own."""
    return tuple(
        EntrantRow(name=each.name, version=each.version, words=_entrant_words(each, competition))
        for each in competition.terms.traders
    )


def _entrant_words(entrant: Entrant, competition: Competition) -> str:
    general, own = asdict(competition.terms.portfolio), asdict(entrant.portfolio)
    tighter = [f"{spaced(name)} {own[name]:f}" for name in own if own[name] != general[name]]
    differs = [f"{spaced(name)} {text}" for name, text in entrant.thresholds.items()]
    by = f"strategy {entrant.strategy}: " if entrant.strategy else ""
    return "; ".join(
        [f"{by}{enumeration(list(entrant.members))} decide together", *differs, *tighter]
    )


def _sessions_words(competition: Competition) -> str:
    sessions = competition.terms.sessions or curve_sessions(competition)
    span = f"{sessions[0]} to {sessions[-1]}" if sessions else "none yet"
    if competition.terms.mode is BookMode.REPLAY:
        return span
    return f"{competition.terms.length} as they come; so far {span}"


async def _shown(
    request: HubRequest,
    found: CompetitionView,
    *,
    notices: tuple[Notice, ...] = (),
    status: int = 200,
) -> Template:
    shown, scores = found.competition, scores_of(found.competition)
    race = race_of(shown, scores)
    colours = {line.name: line.colour for line in race.lines} if race else {}
    state = state_of(shown.status.value, playing=found.playing)
    return await page(
        request,
        "competitions/details.html",
        part="competitions/_live.html",
        title=shown.terms.name,
        section=SECTION,
        status=status,
        notices=notices,
        competition=shown,
        state=state,
        tone=TONES[state],
        is_open=shown.status in (CompetitionStatus.CREATED, CompetitionStatus.RUNNING),
        playing=found.playing,
        rounds=len(shown.rounds),
        share=len(shown.rounds) / shown.terms.length,
        verdict=verdict(scores),
        race=race,
        rows=score_rows(scores, colours),
        terms=terms_of(shown),
        entrants=entrants_of(shown),
        participants=enumeration(list(shown.terms.participants)),
        free=shown.terms.is_free,
        enough=ENOUGH,
        href=f"{LIST}/{shown.competition_id}",
        list_href=LIST,
    )


async def _refused(
    request: HubRequest, competition_id: str, error: RejectedError | ConflictError
) -> Template:
    """Return the page as it stands, with what a rule said."""
    found = await app_of(request).competitions.show(competition_id)
    notice = refusal_notice(error, about=f"competition {competition_id}")
    return await _shown(request, found, notices=(notice,), status=HELD_BACK)
