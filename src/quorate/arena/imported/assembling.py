"""Assembling an imported arena: sources in, every book kept, held against the bars, marked and scored.

logs and bars -> steps -> our ledger and lots -> findings -> a worth per day -> scores
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, NewType

from quorate.arena.imported.bars import Market, read_market, read_series
from quorate.arena.imported.baselines import Baseline, benchmark, equal_weight
from quorate.arena.imported.findings import plain
from quorate.arena.imported.keeping import ImportedBook, kept
from quorate.arena.imported.reading import read_log
from quorate.arena.imported.scores import Standing, standing_of
from quorate.arena.imported.source import Moment, Sources, refused
from quorate.arena.imported.terms import ArenaTerms
from quorate.kernel.canonical import digest
from quorate.kernel.ids import crockford

ArenaId = NewType("ArenaId", str)

PREFIX: Final = "imp_"

RULES: Final = "1"
"""The version of the rules here: another one makes another arena of the same files."""

MOST_PARTICIPANTS: Final = 50
MOST_DAYS: Final = 2520
"""Ten years of sessions, as for a competition of our own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedArena:
    """An arena of others as our ledger kept it: a book per log, what nobody decided, and where they stand.

    `days` are those that were marked, `size` and `zone` what the bars are, `symbols` how many have bars.
    """

    arena_id: ArenaId
    name: str
    terms: ArenaTerms
    digests: Mapping[str, str]
    size: str
    zone: str
    symbols: int
    days: tuple[date, ...]
    books: tuple[ImportedBook, ...]
    baselines: tuple[Baseline, ...]
    standing: Standing
    imported_at: str = ""
    imported_by: str = ""

    @property
    def participants(self) -> tuple[str, ...]:
        """Return the names of the logs."""
        return tuple(book.name for book in self.books)

    def curve_of(self, name: str) -> tuple[Decimal, ...]:
        """Return the curve of a score's name."""
        curves = {book.name: book.curve for book in self.books}
        return {**curves, **{line.name: line.curve for line in self.baselines}}[name]


def arena_id_of(sources: Sources, terms: ArenaTerms) -> ArenaId:
    """Return the id of what an import would make: the same files on the same terms, the same id."""
    told = {
        "capital": plain(terms.capital),
        "currency": terms.currency,
        "markTime": terms.mark_time.isoformat(),
        "tolerance": plain(terms.tolerance),
    }
    whole = digest({"rules": RULES, "terms": told, "files": dict(sources.digests)})
    return ArenaId(PREFIX + crockford(int(whole[:32], 16), 26))


def assembled(sources: Sources, terms: ArenaTerms) -> ImportedArena:
    """Return the arena of what was read.

    Raises:
        RejectedError: a line cannot be believed, or logs and bars do not belong together; the cause names the place.
    """
    if not 0 < len(sources.logs) <= MOST_PARTICIPANTS:
        raise refused(
            f"{len(sources.logs)} logs: an arena has 1 to {MOST_PARTICIPANTS}",
            "a log is positions/NAME/position.jsonl",
        )
    market = read_market(sources.bars, terms)
    logs = {name: read_log(lines, terms) for name, lines in sorted(sources.logs.items())}
    since = min(log.opened for log in logs.values())
    days = _marked(market, since)
    books = tuple(kept(name, log.steps, market, days, terms) for name, log in logs.items())
    lines = _baselines(sources, market, since, days, terms)
    arena_id = arena_id_of(sources, terms)
    return ImportedArena(
        arena_id=arena_id,
        name=sources.name,
        terms=terms,
        digests=sources.digests,
        size=market.size,
        zone=market.zone,
        symbols=len(market.series),
        days=days,
        books=books,
        baselines=lines,
        standing=standing_of(books, lines, seed=int(digest(arena_id)[:8], 16)),
    )


def _baselines(
    sources: Sources, market: Market, since: Moment, days: Sequence[date], terms: ArenaTerms
) -> tuple[Baseline, ...]:
    lines = [equal_weight(market, since, days, terms)]
    if sources.benchmark is not None:
        series = read_series(sources.benchmark)
        if series.first_open(since) is None:
            raise sources.benchmark.refused(
                f"the bars of {series.symbol} reach from {series.moments[0]} to {series.moments[-1]}, "
                f"the logs begin at {since}",
                "name a benchmark of the time of the logs",
            )
        lines.append(benchmark(series, since, days, terms))
    names = {line.name for line in lines}
    if len(names) < len(lines) or names & sources.logs.keys():
        raise refused(
            "a participant and a baseline have the same name", "give the log's folder another name"
        )
    return tuple(lines)


def _marked(market: Market, since: Moment) -> tuple[date, ...]:
    days = tuple(day for day in market.days if day >= since.day)
    if len(days) < 2:
        raise refused(
            f"the logs begin on {since.day}, and the bars reach from {market.days[0]} to {market.days[-1]}"
            if market.days
            else "no bar ended at or before the mark time of its day",
            "name the bars of that time with --bars FILE, or another --mark-time",
        )
    if len(days) > MOST_DAYS:
        raise refused(
            f"{len(days)} days are more than {MOST_DAYS}", "import bars of a shorter time"
        )
    return days
