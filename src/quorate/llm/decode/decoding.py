"""Raw answer in, usable answer or typed rejection out: the one way from a model's words to a vote.

size -> UTF-8 -> depth -> JSON, each key once, each number finite -> texts -> schema
  where only the syntax fails: take fence, prose and mark off -> the same again -> repair -> the same again
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from quorate.kernel.ids import Symbol
from quorate.llm.decode.answer import DecodedAnswer, NoteCode
from quorate.llm.decode.json_tree import Tree, ends_inside_a_string, parsed
from quorate.llm.decode.raw_answer import answer_text, digest_of, head_of
from quorate.llm.decode.reading import read_answer
from quorate.llm.decode.rejection import (
    SYNTAX_CODES,
    AnswerRefusedError,
    Rejection,
    RejectionCode,
)
from quorate.llm.decode.syntax_repair import repaired
from quorate.llm.decode.words import same_words
from quorate.llm.decode.wrapping import Unwrapped, unwrapped

STRUCTURE_CODES: Final = frozenset(
    {RejectionCode.FIELD_UNKNOWN, RejectionCode.FIELD_MISSING, RejectionCode.FIELD_TYPE}
)
"""What a repair that closed a bracket in the wrong place breaks; then it is still the syntax that is wrong."""


def decode_answer(raw: bytes | str, symbols: Sequence[Symbol]) -> DecodedAnswer | Rejection:
    """Return what a model said about `symbols`, or why nothing of it is used.

    One wrong decision rejects the whole answer, the decisions on other symbols with it: an agent that breaks its format
    abstains (R-075, RELIABILITY 5: reject or repair, the agent abstains, the quorum decides), and to keep the parts
    that please would be to pick (MO-004). A requested symbol that the answer leaves out is no error.

    Nothing is rescaled, clamped or filled in. What costs nothing and changes no word is done here and noted: a byte
    order mark, a code fence and prose around exactly one object, the case of `action`, broken punctuation. A rejection
    is `repairable` where the syntax alone is wrong; then `decode_repaired` reads what a cheap model made of it.
    """
    try:
        return _decoded(answer_text(raw), symbols)
    except AnswerRefusedError as refused:
        return _rejection(raw, refused)


def decode_repaired(
    repaired_raw: bytes | str, symbols: Sequence[Symbol], original: bytes | str
) -> DecodedAnswer | Rejection:
    """Return what `original` says, of which a cheap model wrote `repaired_raw` for its syntax's sake.

    The repair must be strict JSON that says every word of the original, in the same order, and no other; it may stand
    in a fence or in prose. It may close a decision that the original leaves open, behind a whole value. Otherwise the
    original stays rejected, with its own code and not repairable any more. An original that needs no repair, or that
    none may be made of, is decoded as it is.
    """
    first = decode_answer(original, symbols)
    if isinstance(first, DecodedAnswer) or not first.repairable:
        return first
    try:
        tree, notes = _rewritten(repaired_raw, original)
        return read_answer(tree, symbols, (*notes, NoteCode.REPAIRED_BY_MODEL))
    except AnswerRefusedError as refused:
        return replace(
            first, repairable=False, detail=f"{first.detail}; its repair: {refused.cause}"
        )


def _decoded(text: str, symbols: Sequence[Symbol]) -> DecodedAnswer:
    try:
        tree = parsed(text)
    except AnswerRefusedError as refused:
        if refused.rejection not in SYNTAX_CODES:
            raise
        return _tidied(unwrapped(text), symbols)
    return read_answer(tree, symbols)


def _tidied(found: Unwrapped, symbols: Sequence[Symbol]) -> DecodedAnswer:
    try:
        tree = parsed(found.text)
    except AnswerRefusedError as refused:
        if refused.rejection not in SYNTAX_CODES:
            raise
        return _mended(found, symbols, refused)
    return read_answer(tree, symbols, found.notes)


def _mended(
    found: Unwrapped, symbols: Sequence[Symbol], broken: AnswerRefusedError
) -> DecodedAnswer:
    tree = repaired(found.text)
    if tree is None:
        raise broken
    try:
        return read_answer(tree, symbols, (*found.notes, NoteCode.JSON_REPAIRED))
    except AnswerRefusedError as refused:
        raise (broken if refused.rejection in STRUCTURE_CODES else refused) from None


def _rewritten(raw: bytes | str, original: bytes | str) -> tuple[Tree, tuple[NoteCode, ...]]:
    """Return what a repair by a model says, if that is what the original says."""
    repair = unwrapped(answer_text(raw))
    broken = unwrapped(answer_text(original))
    tree = same_words(parsed(repair.text), broken.text)
    if tree is None or not _ends_with_a_value(broken.text):
        detail = "it does not say the same words in the same order"
        raise AnswerRefusedError(RejectionCode.JSON_INVALID, detail)
    return tree, broken.notes


def _ends_with_a_value(text: str) -> bool:
    """Return whether `text` stops behind a whole value: a number or a word that it stops in may have been cut."""
    return text.endswith(('"', "}", "]")) and not ends_inside_a_string(text)


def _rejection(raw: bytes | str, refused: AnswerRefusedError) -> Rejection:
    return Rejection(
        code=refused.rejection,
        detail=refused.cause,
        symbol=refused.symbol,
        repairable=refused.rejection in SYNTAX_CODES,
        raw_sha256=digest_of(raw),
        raw_head=head_of(raw),
    )
