"""The words of a text of JSON: what is left of it without punctuation, so what no repair may change."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from quorate.llm.decode.answer_schema import DECISION_FIELDS
from quorate.llm.decode.json_tree import MAX_DEPTH, Tree, check_texts, number

_LITERALS: Final = {"true": True, "false": False, "null": None, "none": None}
_CONTROLS: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_AS_QUOTES: Final = dict.fromkeys(map(ord, "'\u2018\u2019\u201c\u201d"), '"')
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|([nrtbf])|(.))", re.DOTALL)
_WORD = re.compile(r"[^\s\x00-\x1f\"'`\u2018-\u201f{}\[\]():,\\/]+")
_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_SWALLOWED = re.compile(rf"[\"'\u201d]\s*:|\b(?:{'|'.join(sorted(DECISION_FIELDS))})\s*:")


class WordsChangedError(Exception):
    """The tree says something else than the text."""


def same_words(tree: object, text: str) -> dict[str, Tree] | None:
    """Return the object `tree` with its numbers as `text` writes them, None unless both say the same.

    The same = every word of `text` stands in a key or a leaf of `tree`, in the same order, and `tree` has no other
    word; every text of `tree` occurs in `text` letter by letter, and none looks as if it had swallowed a field: behind
    a quote that was never closed, a veto would be a part of the rationale.

    Raises:
        AnswerRefusedError: it says what no answer may hold.
    """
    said = _Said(text)
    try:
        exact = said.value(tree, depth=0)
        said.nothing_more()
    except WordsChangedError:
        return None
    check_texts(exact)
    return exact if isinstance(exact, dict) else None


class _Said:
    """What a text says, taken word by word."""

    def __init__(self, text: str) -> None:
        unescaped = _unescaped(text)
        self._words = iter(_WORD.findall(unescaped))
        self._text = unescaped.translate(_AS_QUOTES)
        self._at = 0

    def value(self, tree: object, *, depth: int) -> Tree:
        if depth > MAX_DEPTH:
            raise WordsChangedError
        if isinstance(tree, dict):
            return {self._leaf(key): self.value(tree[key], depth=depth + 1) for key in tree}
        if isinstance(tree, list):
            return [self.value(item, depth=depth + 1) for item in tree]
        if isinstance(tree, str):
            return self._value_text(tree)
        return self._plain(tree)

    def nothing_more(self) -> None:
        if next(self._words, None) is not None:
            raise WordsChangedError

    def _value_text(self, leaf: str) -> str:
        if _SWALLOWED.search(leaf):
            raise WordsChangedError
        return self._leaf(leaf)

    def _leaf(self, leaf: str) -> str:
        """Take the words of a text; one without words must stand in quotes, or it would be made up."""
        whole = _joined(leaf)
        words = _WORD.findall(whole)
        if any(word != next(self._words, None) for word in words):
            raise WordsChangedError
        written = whole.translate(_AS_QUOTES)
        self._at = self._text.find(written if words else f'"{written}"', self._at)
        if self._at < 0:
            raise WordsChangedError
        self._at += len(written)
        return whole

    def _plain(self, leaf: object) -> Decimal | bool | None:
        """Take the word that a number, true, false or null is written with."""
        word = next(self._words, "")
        if word.lower() in _LITERALS and _LITERALS[word.lower()] is leaf:
            return _LITERALS[word.lower()]
        if leaf is None or isinstance(leaf, bool) or not _JSON_NUMBER.fullmatch(word):
            raise WordsChangedError
        exact = number(word)
        if leaf not in (exact, float(exact)):
            raise WordsChangedError
        return exact


def _unescaped(text: str) -> str:
    return _joined(_ESCAPE.sub(_character, text))


def _character(escape: re.Match[str]) -> str:
    code, control, itself = escape.groups()
    return chr(int(code, 16)) if code else _CONTROLS.get(control, itself)


def _joined(text: str) -> str:
    """Return `text` with each pair of surrogates as the one character that it stands for."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
