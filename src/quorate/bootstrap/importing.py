"""Importing bars: a file's series become the ones in use, symbol by symbol, all in one commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from quorate.adapters.files.csv_bars import ImportedFile, read_bars
from quorate.adapters.files.parquet_bars import csv_of, is_parquet, symbol_named
from quorate.bootstrap.store import Store
from quorate.kernel.canonical import JsonValue
from quorate.kernel.ids import Symbol, symbol_in
from quorate.kernel.journal import Event
from quorate.market.series import Series


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedSymbol:
    """A symbol of a file whose bars cannot be trusted, and why."""

    symbol: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSummary:
    """What an import stored: sound symbols, the number of their bars and actions, what was mended, what was not."""

    symbols: tuple[str, ...]
    bars: int
    actions: int
    quarantined: tuple[QuarantinedSymbol, ...]
    notes: tuple[str, ...]


class SeriesTx(Protocol):
    """What an import reads inside the writer's transaction."""

    def series_digests(self) -> Mapping[str, str]:
        """Return the digest in use of every symbol."""
        ...


async def import_bars(store: Store, path: Path, symbol: Symbol | None) -> ImportSummary:
    """Store the series of the file at `path`; a symbol that is there already is replaced.

    Raises:
        RejectedError: the file cannot be read as daily bars; nothing was written.
    """
    imported = bars_in(path, symbol)
    await store.journal.commit(lambda tx: list(imported_events(imported.series, tx)))
    sound = [series for series in imported.series if series.quarantine is None]
    return ImportSummary(
        symbols=tuple(series.symbol for series in sound),
        bars=sum(len(series) for series in sound),
        actions=sum(len(series.actions) for series in sound),
        quarantined=tuple(_quarantined(imported.series)),
        notes=tuple(
            f"{named}: {note.code} {note.detail}"
            for named, notes in imported.notes.items()
            for note in notes
        ),
    )


def bars_in(path: Path, symbol: Symbol | None) -> ImportedFile:
    """Return what the file holds: CSV, plain or gzipped, or Parquet; raises as `import_bars`."""
    if not is_parquet(path):
        return read_bars(path, symbol=symbol, source=path.name)
    named = symbol or symbol_in(symbol_named(path) or "")
    return read_bars(csv_of(path), symbol=named, source=path.name)


def imported_events(imported: Sequence[Series], tx: SeriesTx) -> Iterator[Event]:
    """Yield the import of each series that is not in use as it is; the bytes go along as an attachment."""
    in_use = tx.series_digests()
    for series in imported:
        replaced = in_use.get(series.symbol)
        if replaced != series.digest:
            yield Event(
                stream=f"series:{series.symbol}",
                type="series.imported",
                payload=series_payload(series, replaced),
                attachments=(series.to_bytes(),),
            )


def series_payload(series: Series, replaced: str | None) -> dict[str, JsonValue]:
    """Return what the journal keeps of a series that is in use from now on, in the place of `replaced`."""
    line = series.summary
    return {
        "symbol": line.symbol,
        "digest": line.digest,
        "replaces": replaced,
        "source": line.source,
        "firstSession": line.first.isoformat() if line.first else "",
        "lastSession": line.last.isoformat() if line.last else "",
        "bars": line.bars,
        "actions": line.actions,
        "quarantine": line.quarantine.code.value if line.quarantine else None,
    }


def _quarantined(imported: Iterable[Series]) -> Iterator[QuarantinedSymbol]:
    for series in imported:
        if series.quarantine is not None:
            yield QuarantinedSymbol(
                symbol=series.symbol,
                code=series.quarantine.code.value,
                detail=series.quarantine.detail,
            )
