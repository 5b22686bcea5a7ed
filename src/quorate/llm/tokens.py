"""How many tokens a text takes, without any model's tokenizer: likely, or at the most."""

from __future__ import annotations

from typing import Final

PROSE_CHARACTERS: Final = 4
"""Characters of a token of English prose, roughly. Source: R-060 (FM-002 counts so)."""

DENSE_BYTES: Final = 2
"""Bytes of a token where it is dense: "2012-06-29,583.10" is 17 characters and up to 10 tokens in a BPE vocabulary that
groups three digits. Two errs on the side of the smaller prompt."""


def likely_tokens(characters: int) -> int:
    """Return about how many tokens so many characters of prose take."""
    return -(-characters // PROSE_CHARACTERS)


def safe_tokens(text: str) -> int:
    """Return an upper estimate of the tokens of `text`, by its UTF-8 bytes."""
    return -(-len(text.encode()) // DENSE_BYTES)
