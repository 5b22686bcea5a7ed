"""What models put around their one object: a byte order mark, a code fence, prose. Taken off at no cost, and noted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from quorate.llm.decode.answer import NoteCode
from quorate.llm.decode.json_tree import nesting
from quorate.llm.decode.raw_answer import BOM
from quorate.llm.decode.rejection import AnswerRefusedError, RejectionCode

_FENCE: Final = "```"
_GOES_ON: Final = (",", ":", "]", '"')
_FENCE_BEFORE: Final = re.compile(r"```[A-Za-z0-9_-]{0,20}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwrapped:
    """The text of the one object, which may itself be broken, and what was taken off around it."""

    text: str
    notes: tuple[NoteCode, ...]


def unwrapped(text: str) -> Unwrapped:
    """Return the one object that stands in `text`.

    Raises:
        AnswerRefusedError: no object, one inside a list, or a second one: never pick one (MO-004).
    """
    start = text.find("{")
    if start < 0:
        raise AnswerRefusedError(RejectionCode.NO_OBJECT, "there is no object in the answer")
    end = _end_of_object(text, start)
    before, after = text[:start], text[end:]
    if "}" in before or "{" in after:
        detail = f"another object, or a part of one, beside that at characters {start} to {end}"
        raise AnswerRefusedError(RejectionCode.MULTIPLE_OBJECTS, detail)
    if before.rstrip().endswith("["):
        raise AnswerRefusedError(RejectionCode.NOT_AN_OBJECT, "the object stands in a list")
    if not _is_prose(after):
        end = _end_of_text(text)
    return Unwrapped(text=text[start:end], notes=_notes(before, text[end:]))


def _end_of_object(text: str, start: int) -> int:
    """Return where the object that begins at `start` ends; an unclosed one takes the whole rest."""
    for depth, position in nesting(text, start):
        if depth == 0:
            return position + 1
    return _end_of_text(text)


def _end_of_text(text: str) -> int:
    return len(text.rstrip().removesuffix(_FENCE).rstrip())


def _is_prose(after: str) -> bool:
    """Return whether what follows a closed object is none of its parts: a bracket too many, a member too late."""
    return "}" not in after and not after.lstrip().startswith(_GOES_ON)


def _notes(before: str, after: str) -> tuple[NoteCode, ...]:
    head, tail = before.removeprefix(BOM).strip(), after.strip()
    opening = _FENCE_BEFORE.search(head)
    prose = head[: opening.start()] if opening else head
    found = (
        (NoteCode.BOM_STRIPPED, before.startswith(BOM)),
        (NoteCode.FENCE_STRIPPED, opening is not None or tail.startswith(_FENCE)),
        (NoteCode.PROSE_STRIPPED, bool(prose or tail.removeprefix(_FENCE))),
    )
    return tuple(code for code, is_there in found if is_there)
