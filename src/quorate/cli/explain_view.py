"""The story of a decision as a person reads it: what became of it first, then every hop with its proof."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from quorate.cli.run_view import GLYPHS
from quorate.cycle.story import chapters_of, headline

if TYPE_CHECKING:
    from quorate.cycle.story import Chapter, Story

WIDTH: Final = 110
"""Longer lines are hard to read, and most terminals show as much."""

MOST_ROWS: Final = 6
"""So many journal rows stand behind a sentence; the rest is counted."""


def story_lines(story: Story) -> Iterator[str]:
    """Yield the story."""
    header, decision = story.case.header.fact, story.case.decision.fact
    action = decision.action.value
    yield (
        f"{GLYPHS[action]} {action} {decision.symbol}   decided at the close of {header.as_of}   "
        f"book {header.book} ({header.book_mode})"
    )
    yield from _wrapped(headline(story), "", "")
    yield ""
    for number, chapter in enumerate(chapters_of(story), start=1):
        yield from _chapter(number, chapter)
    cycle = "" if story.cycle is None else f"   cycle {story.cycle.facts.cycle_id}"
    yield f"decision {decision.decision_id}   run {story.run.run_id}{cycle}"
    yield "Every [journal:ROW] is a row of the hash chain: quorate audit verify"


def _chapter(number: int, chapter: Chapter) -> Iterator[str]:
    yield f"{number:>2}  {chapter.title}"
    for text, evidence in chapter.sentences:
        yield from _wrapped(f"{text} {_proof(evidence)}", "    ", "    ")
    width = max((len(detail.label) for detail in chapter.details), default=0)
    for detail in chapter.details:
        first = f"      {detail.label:<{width}}  "
        yield from _wrapped(detail.text, first, " " * len(first))
    yield ""


def _proof(evidence: tuple[str, ...]) -> str:
    """Return the rows behind a sentence: "[journal:101 102 108]"."""
    if not evidence:
        return ""
    rows = [each.removeprefix("journal:") for each in evidence]
    more = f" and {len(rows) - MOST_ROWS} more" if len(rows) > MOST_ROWS else ""
    return f"[journal:{' '.join(rows[:MOST_ROWS])}{more}]"


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [first.rstrip()]
