"""Repair of broken JSON: punctuation may be changed, words may not.

json_repair guesses: it drops what it does not understand, lets the last of two equal keys win, reads 1_000 as 1000. So
its result counts only where it says the words of the broken text, all of them, in their order, and none besides.
"""

from __future__ import annotations

from typing import Final

from quorate.llm.decode.counted_text import CountedText, ReadBudget, ReadsSpentError
from quorate.llm.decode.json_tree import Tree, ends_inside_a_string, nesting
from quorate.llm.decode.words import same_words

MAX_REPAIR_CHARS: Final = 8 * 1024
"""A longer text is not repaired here: the worst one of this length keeps a processor busy for about 0.1 s."""

READS_A_CHAR: Final = 8
"""What json_repair may read per character: broken answers cost it 2 to 6, hostile ones grow with the square."""

_GAVE_UP = (
    *(ReadsSpentError, RecursionError, ValueError),
    *(AssertionError, AttributeError, LookupError, TypeError),
)
"""How a parser made of guesses ends where it has none left."""

_LOOSE_ENDS: Final = 2
"""How many brackets may be open where the text stops: the answer's own and that of its list."""


def repaired(text: str) -> Tree:
    """Return what the broken object `text` says, None where that would take a guess.

    No decision is closed here that the text leaves open: what it did not come to say may be its veto.

    Raises:
        AnswerRefusedError: it says what no answer may hold, a number without end or a control character.
    """
    if len(text) > MAX_REPAIR_CHARS or not _closes_its_decisions(text):
        return None
    try:
        guess = _guess(CountedText(text, ReadBudget(READS_A_CHAR * len(text))))
    except _GAVE_UP:
        return None
    return same_words(guess, text)


def _closes_its_decisions(text: str) -> bool:
    depth = 0
    for depth, _ in nesting(text):  # noqa: B007  (the last one counts)
        pass
    whole = text.endswith(("}", "]")) and not ends_inside_a_string(text)
    return whole and depth <= _LOOSE_ENDS


def _guess(text: str) -> object:
    from json_repair import loads  # noqa: PLC0415  (slow; most answers are not broken)

    return loads(text, skip_json_loads=True)
