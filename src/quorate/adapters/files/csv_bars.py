"""Read daily bars from anyone's CSV file: text -> columns -> rows -> a series per symbol."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path

from quorate.adapters.files.columns import Columns, columns_of
from quorate.adapters.files.content import refused, text_of
from quorate.kernel.ids import Symbol, symbol_in
from quorate.market.asset_kind import kind_of
from quorate.market.bar import NOT_A_NUMBER, RawBar
from quorate.market.calendar import calendars_of
from quorate.market.intake import NO_OTHERS, take_in
from quorate.market.series import Series
from quorate.market.verdicts import Note

TICKER_AS_FILE_NAME = re.compile(r"([A-Z]{1,5}(?:[.-][A-Z])?)\.csv(?:\.gz)?")
DELIMITERS = ",;\t"
PRICES = ("open", "high", "low", "close", "volume")
TOLD = ("adj_close", "dividend", "split")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedFile:
    """What a file held: a series per symbol, quarantined ones included, and what was mended."""

    series: tuple[Series, ...]
    notes: Mapping[Symbol, tuple[Note, ...]]


@dataclass(frozen=True, slots=True)
class _Row:
    """A row with its line number; `daytime` is when on the day its bar began, if it says so."""

    line: int
    symbol: Symbol
    daytime: time
    bar: RawBar


def read_bars(file: Path | bytes, *, symbol: Symbol | None = None, source: str) -> ImportedFile:
    """Return the series of a file (or of its content), plain or gzipped, by symbol.

    `symbol` chooses one symbol of a file that names several, and names that of a file without a
    symbol column; such a file may also be called after it (AAPL.csv).

    Raises:
        RejectedError: the file as a whole cannot be used; bad rows quarantine their symbol instead.
    """
    rows = _by_symbol(_rows(text_of(file), symbol or _symbol_in_name(file)))
    _refuse_intraday(rows)
    calendars = calendars_of(
        {name: [row.bar.session for row in those] for name, those in rows.items()}
    )
    chosen = rows if symbol is None else {symbol: rows.get(symbol, [])}
    if not any(chosen.values()):
        what = "no row" if symbol is None else f"no row of {symbol}"
        raise refused(f"the file holds {what}", fix="choose a file with daily bars")
    taken = {
        name: take_in(
            name,
            [row.bar for row in those],
            source=source,
            calendar=calendars.get(kind_of(name), NO_OTHERS),
        )
        for name, those in sorted(chosen.items())
    }
    return ImportedFile(
        series=tuple(intake.series for intake in taken.values()),
        notes={name: intake.notes for name, intake in taken.items() if intake.notes},
    )


def _symbol_in_name(file: Path | bytes) -> Symbol | None:
    found = None if isinstance(file, bytes) else TICKER_AS_FILE_NAME.fullmatch(file.name)
    return None if found is None else Symbol(found[1])


def _by_symbol(rows: Iterable[_Row]) -> dict[Symbol, list[_Row]]:
    by_symbol: dict[Symbol, list[_Row]] = defaultdict(list)
    for row in rows:
        by_symbol[row.symbol].append(row)
    return by_symbol


def _rows(text: str, named: Symbol | None) -> Iterator[_Row]:
    lines = _lines(text)
    _, header = next(lines)
    columns = columns_of(header)
    if "symbol" not in columns.places and named is None:
        raise refused(
            "the file does not say of which symbol it is",
            fix="name it: quorate data import FILE --symbol AAPL",
        )
    for line, cells in lines:
        moment = _moment(columns.cell(cells, "session"), line)
        yield _Row(
            line=line,
            symbol=_symbol(columns.cell(cells, "symbol"), named, line),
            daytime=moment.time(),
            bar=_raw_bar(cells, columns, moment.date()),
        )


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines that are not blank with their numbers, the header first."""
    first = text.lstrip().partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=first.count))
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise refused(
            f"line {reader.line_num} is not CSV: {error}", fix="save the file as CSV"
        ) from error


def _symbol(cell: str | None, named: Symbol | None, line: int) -> Symbol:
    text = (named or "") if cell is None else cell
    symbol = symbol_in(text)
    if symbol is None:
        raise refused(
            f"line {line}: {text[:40]!r} is no symbol",
            fix="a symbol has 1 to 15 of A-Z, 0-9, dot, slash and hyphen",
        )
    return symbol


def _moment(cell: str | None, line: int) -> datetime:
    try:
        return datetime.fromisoformat(cell or "")
    except ValueError as error:
        raise refused(
            f"line {line}: {(cell or '')[:40]!r} is no date", fix="write dates as 2012-08-08"
        ) from error


def _raw_bar(cells: Sequence[str], columns: Columns, session: date) -> RawBar:
    """Return the row's numbers; with too few or too many cells none of them can be trusted."""
    whole = len(cells) == columns.width
    numbers = [_number(columns.cell(cells, name)) if whole else NOT_A_NUMBER for name in PRICES]
    told = [_told(columns.cell(cells, name)) for name in TOLD]
    return RawBar(session, *numbers, *told)


def _told(cell: str | None) -> Decimal | None:
    return None if cell is None else _number(cell)


def _number(cell: str | None) -> Decimal:
    try:
        number = Decimal(cell or "")
    except InvalidOperation:
        return NOT_A_NUMBER
    return number if number.is_finite() else NOT_A_NUMBER


def _refuse_intraday(rows: Mapping[Symbol, Iterable[_Row]]) -> None:
    for symbol, those in rows.items():
        seen: dict[date, time] = {}
        for row in those:
            if seen.setdefault(row.bar.session, row.daytime) != row.daytime:
                raise refused(
                    f"line {row.line}: {symbol} has several bars on {row.bar.session}",
                    fix="import daily bars; this version takes no others",
                )
