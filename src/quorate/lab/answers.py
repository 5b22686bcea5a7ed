"""What models answer in the lab: one strict JSON object, or a refusal with its code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from quorate.llm.decode.fields import word_of
from quorate.llm.decode.json_tree import Tree, parsed
from quorate.llm.decode.raw_answer import answer_text
from quorate.llm.decode.rejection import AnswerRefusedError, RejectionCode
from quorate.llm.decode.wrapping import unwrapped

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an answer does not count: a code, and the cause in words."""

    code: str
    detail: str


def object_in(raw: bytes) -> Tree:
    """Return the one JSON object of an answer; a fence or prose around it is taken off, nothing else is mended.

    Raises:
        AnswerRefusedError: it is too large, no UTF-8, blank, or holds no such object.
    """
    text = answer_text(raw)
    try:
        return parsed(text)
    except AnswerRefusedError as refused:
        if refused.rejection not in (RejectionCode.JSON_INVALID, RejectionCode.JSON_TRUNCATED):
            raise
        return parsed(unwrapped(text).text)


def word(value: Tree, words: type[Word], what: str) -> Word:
    """Return which of `words` it is, letter by letter.

    Raises:
        AnswerRefusedError: it is none of them.
    """
    return word_of(value, words, what, RejectionCode.FIELD_TYPE)
