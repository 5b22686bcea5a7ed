"""`/admin/competitions/{id}` of an arena of others: race, scores, what is wrong with its logs, and where it is from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from litestar.response import Template

from quorate.arena.competition.scores import ENOUGH
from quorate.arena.imported.assembling import PREFIX, ImportedArena
from quorate.arena.imported.findings import WORDS, Finding, FindingKind, plain
from quorate.arena.imported.scores import ArenaScore, verdict
from quorate.arena.imported.shown import findings_of
from quorate.arena.record.phrases import spaced
from quorate.hub.pages.addresses import word_in
from quorate.hub.pages.competitions.listing import LIST, SECTION
from quorate.hub.pages.competitions.race import DOLLARS, Race, Racer, drawn, signed_percent
from quorate.hub.pages.competitions.whisker import (
    Whisker,
    interval_words,
    reach_of,
    whisker_of,
)
from quorate.hub.pages.shell import HubRequest, app_of, page

FINDINGS: Final = 50
"""Findings of one page of the table."""

_MOST_DIGITS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ArenaRow:
    """One book's line; `colour` is that of its line in the race, None where it has none."""

    score: ArenaScore
    called: str
    place: str
    returned: str
    interval: str
    whisker: Whisker | None
    colour: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingPage:
    """The findings that an address asks for, a page of them, and the addresses beside it."""

    shown: Sequence[Finding]
    first: int
    many: int
    views: Sequence[tuple[str, int, str, bool]]
    before: str
    after: str


def is_imported(competition_id: str) -> bool:
    """Return whether an id is that of an arena of others."""
    return competition_id.startswith(PREFIX)


async def imported_page(request: HubRequest, arena_id: str) -> Template:
    """Show an arena of others."""
    arena = await app_of(request).arenas.show(arena_id)
    race = arena_race(arena)
    query = request.query_params
    href = f"{LIST}/{arena.arena_id}"
    return await page(
        request,
        "competitions/imported.html",
        title=arena.name,
        section=SECTION,
        arena=arena,
        race=race,
        rows=arena_rows(arena, {line.name: line.colour for line in race.lines}),
        verdict=verdict(arena.standing, len(arena.days)),
        terms=arena_terms(arena),
        findings=finding_page(
            findings_of(arena), href, query.get("finding", ""), query.get("from", "")
        ),
        words=WORDS,
        plain=plain,
        enough=ENOUGH,
        href=href,
        list_href=LIST,
    )


def arena_race(arena: ImportedArena) -> Race:
    """Return the race of every book and baseline, best first."""
    racers = [
        Racer(
            name=called(score),
            words=signed_percent(score.returned),
            dashed=score.baseline,
            curve=arena.curve_of(score.name)[1:],
        )
        for score in arena.standing.scores
    ]
    said = ", ".join(f"{racer.name} {racer.words}" for racer in racers)
    summary = f"Equity from {arena.days[0]} to {arena.days[-1]}: {said}."
    currency = DOLLARS if arena.terms.currency == "USD" else arena.terms.currency
    return drawn(racers, arena.days, arena.terms.capital, summary, currency)


def arena_rows(arena: ImportedArena, colours: Mapping[str, int]) -> tuple[ArenaRow, ...]:
    """Return the table's lines; the widest interval of a participant fills the drawing."""
    scores = arena.standing.scores
    reach = reach_of(score.interval for score in scores if not score.baseline)
    return tuple(
        ArenaRow(
            score=score,
            called=called(score),
            place=_place(score),
            returned=signed_percent(score.returned),
            interval=interval_words(score.interval),
            whisker=whisker_of(score.returned, score.interval, reach),
            colour=colours.get(called(score)),
        )
        for score in scores
    )


def called(score: ArenaScore) -> str:
    """Return what a book is called: a participant by its name, a baseline in words."""
    return spaced(score.name) if score.baseline else score.name


def arena_terms(arena: ImportedArena) -> tuple[tuple[str, str], ...]:
    """Return what the import rests on, in words."""
    terms = arena.terms
    is_daily = arena.size.endswith("Daily")
    marks = "each day's close" if is_daily else f"last close at or before {terms.mark_time:%H:%M}"
    return (
        ("Days", f"{len(arena.days)}, {arena.days[0]} to {arena.days[-1]}"),
        ("Start capital", f"{terms.capital:,.2f} {terms.currency} each"),
        ("Bars", f"{arena.size} of {arena.symbols} symbols, {arena.zone or 'no time zone told'}"),
        ("Marks", marks),
        ("Fill price", "change of the cash over the quantity"),
        ("Tolerance", f"{plain(terms.tolerance)} {terms.currency} beyond the bar"),
        ("Imported", f"by {arena.imported_by}"),
    )


def finding_page(
    found: Sequence[Finding], href: str, kind: str = "", begin: str = ""
) -> FindingPage:
    """Return the page of findings that an address asks for; of a wrong one what it can."""
    wanted = word_in(kind, FindingKind)
    chosen = [each for each in found if wanted is None or each.kind is wanted]
    is_number = begin.isascii() and begin.isdecimal() and len(begin) <= _MOST_DIGITS
    first = int(begin) if is_number and int(begin) < len(chosen) else 0

    def at(which: FindingKind | None, start: int = 0) -> str:
        asked = {"finding": which.value} if which else {}
        told = {**asked, **({"from": str(start)} if start else {})}
        return f"{href}?{urlencode(told)}#findings" if told else f"{href}#findings"

    counts = Counter(each.kind for each in found)
    return FindingPage(
        shown=chosen[first : first + FINDINGS],
        first=first,
        many=len(chosen),
        views=[
            ("All", len(found), at(None), wanted is None),
            *(
                (WORDS[each], counts[each], at(each), wanted is each)
                for each in WORDS
                if counts[each]
            ),
        ],
        before=at(wanted, max(0, first - FINDINGS)) if first else "",
        after=at(wanted, first + FINDINGS) if first + FINDINGS < len(chosen) else "",
    )


def _place(score: ArenaScore) -> str:
    if score.range is None:
        return ""
    best, worst = score.range
    return f"{best}" if best == worst else f"{best}\N{EN DASH}{worst}"
