"""Read news from a file: JSON lines, or CSV with a heading; what a line says is judged elsewhere."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from quorate.adapters.files.content import refused, text_of
from quorate.market.news_intake import RawNews

MAX_ITEMS: Final = 20_000
"""Ours: a year of a busy wire on a few symbols; more come in several files."""

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "published_at": ("publishedat", "published", "datetime", "timestamp", "time", "date"),
    "symbols": ("symbols", "symbol", "tickers", "ticker"),
    "headline": ("headline", "title"),
    "body": ("body", "summary", "content", "text", "description"),
    "source": ("source", "publisher", "provider"),
    "url": ("url", "link"),
}
"""What a field may be called, once in lower case and without spaces and signs; the first that is there counts."""

DELIMITERS: Final = ",;\t"
_BETWEEN_SYMBOLS: Final = re.compile(r"[\s,;|]+")


def read_news(path: Path) -> Sequence[RawNews]:
    """Return the items of a file, plain or gzipped, as they stand there.

    Raises:
        RejectedError: the file as a whole cannot be used.
    """
    text = text_of(path)
    found = list(_json_lines(text) if text.lstrip().startswith("{") else _csv_lines(text))
    if not found:
        raise refused("the file holds no item", fix="write one JSON object per line, or CSV rows")
    if len(found) > MAX_ITEMS:
        raise refused(f"the file holds {len(found)} items, more than {MAX_ITEMS}", fix="split it")
    return found


def _json_lines(text: str) -> Iterator[RawNews]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield _raw(number, _object(line))


def _object(line: str) -> Mapping[str, object] | None:
    """Return the line's JSON object, None where it is none; lone surrogates stay, the intake replaces them."""
    try:
        tree = msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    return tree if isinstance(tree, dict) else None


def _csv_lines(text: str) -> Iterator[RawNews]:
    first = text.lstrip().partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=first.count))
    try:
        header = next(reader)
        _require_columns(header)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                whole = len(cells) == len(header)
                named = dict(zip(header, cells, strict=True)) if whole else None
                yield _raw(reader.line_num, named)
    except csv.Error as error:
        raise refused(
            f"line {reader.line_num} is not CSV: {error}", fix="save the file as JSON lines"
        ) from error


def _require_columns(header: Sequence[str]) -> None:
    known = {_plain(name) for name in header}
    missing = [name for name in ("published_at", "headline") if not known.intersection(NAMES[name])]
    if missing:
        seen = ", ".join(name.strip()[:40] or "(no name)" for name in header[:20])
        raise refused(
            f"there is no column for {', '.join(missing)}; the first line names {seen}",
            fix="name the columns published_at, symbols, headline, summary, source, url",
        )


def _raw(line: int, fields: Mapping[str, object] | None) -> RawNews:
    """Return a line's item; a field that is no text makes it none."""
    if fields is None:
        return RawNews(line=line, is_item=False)
    by_name: dict[str, object] = {}
    for name, value in fields.items():
        by_name.setdefault(_plain(name), value)
    found = {
        field: next((by_name[name] for name in names if by_name.get(name) is not None), "")
        for field, names in NAMES.items()
    }
    symbols = _symbols(found.pop("symbols"))
    texts = {field: value for field, value in found.items() if isinstance(value, str)}
    if symbols is None or texts.keys() != found.keys():
        return RawNews(line=line, is_item=False)
    return RawNews(
        line=line,
        symbols=symbols,
        published_at=texts["published_at"],
        headline=texts["headline"],
        body=texts["body"],
        source=texts["source"],
        url=texts["url"],
    )


def _symbols(value: object) -> tuple[str, ...] | None:
    if isinstance(value, str):
        return tuple(name for name in _BETWEEN_SYMBOLS.split(value) if name)
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return tuple(value)
    return None


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())
