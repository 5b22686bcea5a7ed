"""Lists: one envelope for programs, aligned columns for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Generic, TypeVar

from quorate.kernel.errors import RejectedError
from quorate.kernel.stamps import stamp

if TYPE_CHECKING:
    from quorate.cli.invocation import Invocation

ItemT = TypeVar("ItemT")
Row = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Generic[ItemT]):
    """A page of a list that is held whole."""

    items: Sequence[ItemT]
    next_cursor: str | None


def part(
    items: Sequence[ItemT], key: Callable[[ItemT], str], *, limit: int, cursor: str | None
) -> Part[ItemT]:
    """Return the items behind `cursor`, the key of the last one shown before.

    Raises:
        RejectedError: no item has the key that the cursor names.
    """
    keys = [key(item) for item in items]
    if cursor is not None and cursor not in keys:
        raise RejectedError(
            f"the cursor {cursor!r} belongs to no list",
            effect="nothing was listed",
            fix="take nextCursor of the page before, or leave --cursor out",
            slug="invalid-cursor",
        )
    start = keys.index(cursor) + 1 if cursor is not None else 0
    shown = items[start : start + limit]
    has_more = start + limit < len(items)
    return Part(items=shown, next_cursor=key(shown[-1]) if has_more else None)


def show_list(  # noqa: PLR0913  (by keyword only)
    call: Invocation,
    *,
    read_at: datetime,
    rows: Sequence[Row],
    next_cursor: str | None,
    columns: Sequence[str] | None = None,
    items: Sequence[Row] | None = None,
    empty: str = "Nothing here yet.",
) -> None:
    """Reply with a list; `columns` are the fields of `rows` that a person sees, all unless told.

    A program gets `items`, the rows themselves unless told.
    """
    shown = rows if items is None else items
    tree = {"readAt": stamp(read_at), "items": shown, "nextCursor": next_cursor}
    call.terminal.reply(tree, table(rows, columns or list(rows[0])) if rows else [empty])
    note_more(call, next_cursor)


def note_more(call: Invocation, next_cursor: str | None) -> None:
    """Tell a person how to see what follows, if anything does."""
    if next_cursor and not call.terminal.as_json:
        call.terminal.note(f"More: add --cursor {next_cursor}")


def table(rows: Sequence[Row], columns: Sequence[str]) -> Iterator[str]:
    """Yield a heading and one line per row; numbers stand to the right."""
    cells = [list(columns), *([cell(row[name]) for name in columns] for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(columns))]
    right = [all(_is_number(row[name]) for row in rows) for name in columns]
    for line in cells:
        yield "  ".join(
            text.rjust(width) if to_the_right else text.ljust(width)
            for text, width, to_the_right in zip(line, widths, right, strict=True)
        ).rstrip()


def part_of(row: Row, key: str) -> Row:
    """Return the object under `key` of a JSON object, an empty one where there is none."""
    value = row.get(key)
    return value if isinstance(value, dict) else {}


def parts_of(row: Row, key: str) -> Sequence[Row]:
    """Return the objects in the list under `key` of a JSON object, none where there is no list."""
    value = row.get(key)
    listed = value if isinstance(value, list | tuple) else ()
    return [each for each in listed if isinstance(each, dict)]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def cell(value: object) -> str:
    """Return a value as a person reads it in a table: nothing is a dash, true is yes."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return " ".join(map(str, value)) or "-"
        case dict():
            return " ".join(f"{name}={item}" for name, item in value.items()) or "-"
        case _:
            return str(value) or "-"
