"""Stored news on the command line: an import and its refusals, and the list of what there is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from quorate.agents.prompts.news import MAX_HEADLINE, MAX_SOURCE, plain
from quorate.cli.failures import ExitCode
from quorate.cli.listing import Row, show_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quorate.cli.invocation import Invocation
    from quorate.cli.ports import App, NewsLine, NewsSummary

COLUMNS = ("published", "symbols", "source", "headline")


async def store_news(app: App, call: Invocation, file: Path) -> ExitCode:
    """Import the news of `file` and say what was stored and what was refused."""
    summary = await app.news.import_news(file)
    call.terminal.reply(_tree(file, summary), _lines(file, summary))
    for each in summary.refused:
        call.terminal.complain(
            f"warning: {each.count} refused, {each.reason}, the first in line {each.first_line}. "
            "They are not stored. Fix: mend them, then import the file again"
        )
    return ExitCode.DONE


async def show_news(app: App, call: Invocation) -> ExitCode:
    """List the stored news, newest first."""
    lines = await app.news.listing(call.limit + 1, call.cursor)
    shown = lines[: call.limit]
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[_row(line) for line in shown],
        next_cursor=shown[-1].item_id if len(lines) > call.limit else None,
        columns=COLUMNS,
    )
    return ExitCode.DONE


def _row(line: NewsLine) -> Row:
    """Return an item as it may stand on a terminal: its texts are a stranger's."""
    return {
        "itemId": line.item_id,
        "published": line.published_at,
        "symbols": line.symbols.split(),
        "source": plain(line.source, MAX_SOURCE),
        "headline": plain(line.headline, MAX_HEADLINE),
    }


def _tree(file: Path, summary: NewsSummary) -> dict[str, object]:
    return {
        "target": str(file),
        "applied": summary.items > 0,
        "dryRun": False,
        "items": summary.items,
        "duplicates": summary.duplicates,
        "shortened": summary.shortened,
        "refused": [
            {"reason": each.reason.value, "count": each.count, "firstLine": each.first_line}
            for each in summary.refused
        ],
        "first": summary.first or None,
        "last": summary.last or None,
    }


def _lines(file: Path, summary: NewsSummary) -> Iterator[str]:
    span = f", {summary.first} to {summary.last}" if summary.items else ""
    yield f"{file}: {summary.items} items stored{span}"
    if summary.duplicates:
        yield f"{summary.duplicates} were there already"
    if summary.shortened:
        yield f"{summary.shortened} had a text cut to its limit"
