"""An imported arena's journal: what is written about it, once, and how it is read back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from enum import StrEnum

from quorate.arena.imported.assembling import ArenaId, ImportedArena
from quorate.arena.imported.baselines import Baseline
from quorate.arena.imported.findings import Finding, FindingKind
from quorate.arena.imported.keeping import ImportedBook, Move
from quorate.arena.imported.scores import ArenaScore, Standing
from quorate.arena.imported.terms import ArenaTerms
from quorate.arena.record.answers import Payload
from quorate.arena.record.facts import Facts, amount, number
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import Symbol
from quorate.kernel.journal import Event, JournalEntry
from quorate.portfolio.separation import Interval
from quorate.portfolio.side import Side


class ArenaEvent(StrEnum):
    """The types of the events on an imported arena's stream: the arena, then each of its books."""

    IMPORTED = "arena.imported"
    BOOKED = "arena.booked"


def arena_stream(arena_id: ArenaId) -> str:
    """Return the stream of an imported arena."""
    return f"arena:{arena_id}"


def imported_events(arena: ImportedArena, imported_by: str) -> list[Event]:
    """Return the facts that an arena was imported, and what each of its logs came to."""
    terms, standing = arena.terms, arena.standing
    imported: Payload = {
        "name": arena.name,
        "capital": amount(terms.capital),
        "currency": terms.currency,
        "markTime": terms.mark_time.isoformat(),
        "tolerance": amount(terms.tolerance),
        "files": dict(arena.digests),
        "barSize": arena.size,
        "zone": arena.zone,
        "symbols": arena.symbols,
        "participants": list(arena.participants),
        "days": list(arena.days),
        "baselines": [
            {"name": line.name, "curve": _amounts(line.curve)} for line in arena.baselines
        ],
        "scores": [_score_payload(score) for score in standing.scores],
        "separable": standing.separable,
        "pairs": standing.pairs,
        "findings": sum(len(book.findings) for book in arena.books),
        "importedBy": imported_by,
    }
    booked = (_event(arena, ArenaEvent.BOOKED, _book_payload(book)) for book in arena.books)
    return [_event(arena, ArenaEvent.IMPORTED, imported), *booked]


def read_arena(entries: Sequence[JournalEntry]) -> ImportedArena:
    """Return the arena that the rows of its stream tell, oldest first.

    Raises:
        InvariantBrokenError: the rows are not those of one imported arena.
    """
    if not entries or entries[0].type != ArenaEvent.IMPORTED:
        raise InvariantBrokenError("an imported arena's first row is not arena.imported")
    facts = Facts(entries[0].facts)
    files = facts.part("files") or Facts({})
    return ImportedArena(
        arena_id=ArenaId(facts.text("arenaId")),
        name=facts.text("name"),
        terms=ArenaTerms(
            capital=facts.value("capital", Decimal),
            currency=facts.text("currency"),
            mark_time=facts.value("markTime", time.fromisoformat),
            tolerance=facts.value("tolerance", Decimal),
        ),
        digests={name: files.text(name) for name in files.tree},
        size=facts.text("barSize"),
        zone=facts.text("zone"),
        symbols=facts.count("symbols"),
        days=tuple(date.fromisoformat(day) for day in facts.texts("days")),
        books=tuple(_read_book(Facts(row.facts)) for row in entries[1:]),
        baselines=tuple(
            Baseline(name=line.text("name"), curve=_read_amounts(line, "curve"))
            for line in facts.items("baselines")
        ),
        standing=Standing(
            scores=tuple(map(_read_score, facts.items("scores"))),
            separable=facts.count("separable"),
            pairs=facts.count("pairs"),
        ),
        imported_at=entries[0].ts,
        imported_by=facts.text("importedBy"),
    )


def _book_payload(book: ImportedBook) -> Payload:
    return {
        "name": book.name,
        "lines": book.lines,
        "curve": _amounts(book.curve),
        "outcomes": _amounts(book.outcomes),
        "moves": [
            {
                "line": move.line,
                "moment": move.moment,
                "side": move.side.value,
                "symbol": move.symbol,
                "quantity": amount(move.quantity),
                "price": amount(move.price),
            }
            for move in book.moves
        ],
        "findings": [
            {
                "kind": found.kind.value,
                "line": found.line,
                "moment": found.moment,
                "symbol": found.symbol,
                "detail": found.detail,
                "price": amount(found.price),
                "low": amount(found.low),
                "high": amount(found.high),
            }
            for found in book.findings
        ],
    }


def _read_book(facts: Facts) -> ImportedBook:
    name = facts.text("name")
    return ImportedBook(
        name=name,
        lines=facts.count("lines"),
        curve=_read_amounts(facts, "curve"),
        outcomes=_read_amounts(facts, "outcomes"),
        moves=tuple(
            Move(
                line=each.count("line"),
                moment=each.text("moment"),
                side=each.value("side", Side),
                symbol=Symbol(each.text("symbol")),
                quantity=each.value("quantity", Decimal),
                price=each.value("price", Decimal),
            )
            for each in facts.items("moves")
        ),
        findings=tuple(
            Finding(
                kind=each.value("kind", FindingKind),
                participant=name,
                line=each.count("line"),
                moment=each.text("moment"),
                symbol=each.text("symbol"),
                detail=each.text("detail"),
                price=each.optional("price", Decimal),
                low=each.optional("low", Decimal),
                high=each.optional("high", Decimal),
            )
            for each in facts.items("findings")
        ),
    )


def _score_payload(score: ArenaScore) -> Payload:
    low, high = score.interval or (None, None)
    best, worst = score.range or (None, None)
    return {
        "name": score.name,
        "baseline": score.baseline,
        "equity": amount(score.equity),
        "pnl": amount(score.pnl),
        "return": number(score.returned),
        "maxDrawdown": number(score.max_drawdown),
        "trades": score.trades,
        "outside": score.outside,
        "zeroQuantity": score.zero_quantity,
        "findings": score.findings,
        "outcomes": score.outcomes,
        "wins": score.wins,
        "returnLow": number(low),
        "returnHigh": number(high),
        "rank": score.rank,
        "rankBest": best,
        "rankWorst": worst,
    }


def _read_score(facts: Facts) -> ArenaScore:
    low, high = facts.optional("returnLow", float), facts.optional("returnHigh", float)
    best, worst = _optional_count(facts, "rankBest"), _optional_count(facts, "rankWorst")
    return ArenaScore(
        name=facts.text("name"),
        baseline=facts.flag("baseline"),
        equity=facts.value("equity", Decimal),
        pnl=facts.value("pnl", Decimal),
        returned=facts.value("return", float),
        max_drawdown=facts.value("maxDrawdown", float),
        trades=facts.count("trades"),
        outside=facts.count("outside"),
        zero_quantity=facts.count("zeroQuantity"),
        findings=facts.count("findings"),
        outcomes=facts.count("outcomes"),
        wins=facts.count("wins"),
        interval=None if low is None or high is None else Interval(low, high),
        rank=_optional_count(facts, "rank"),
        range=None if best is None or worst is None else (best, worst),
    )


def _event(arena: ImportedArena, kind: ArenaEvent, payload: Payload) -> Event:
    return Event(
        stream=arena_stream(arena.arena_id),
        type=kind.value,
        payload={"arenaId": arena.arena_id, **payload},
    )


def _amounts(amounts: Sequence[Decimal]) -> list[JsonValue]:
    return [amount(each) for each in amounts]


def _read_amounts(facts: Facts, key: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, facts.texts(key)))


def _optional_count(facts: Facts, key: str) -> int | None:
    return None if facts.tree.get(key) is None else facts.count(key)
