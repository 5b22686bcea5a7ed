"""Whether the model that answered is the model that was asked."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

VARIANTS: Final = frozenset(
    {"beta", "exacto", "extended", "floor", "free", "latest", "nitro", "online"}
)
"""Endings after a colon that choose who serves a model, not which one (OpenRouter), or its newest tag (Ollama).

Any other ending is part of the name: `qwen2.5:7b` is not `qwen2.5:32b`, and `:thinking` answers otherwise.
"""

_DATE: Final = re.compile(r"-(20\d{2})-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])$")
_ROUTERS: Final = ("~", "openrouter/")
"""Names that stand for whichever model the provider chooses, so whatever serves them was asked for."""


@lru_cache(maxsize=4096)
def is_another_model(asked: str, served: str) -> bool:
    """Return whether `served`, as the provider names it, is another model than `asked`.

    Names are compared in lower case. Not another model: a variant of the same one (`:free`); the dated name of
    what was asked undated, or the reverse (`gpt-5-mini-2025-08-07`), but two different dates are two
    models; a vendor's prefix on one side alone (`openai/gpt-5-mini`); the same words in another order
    (OpenRouter serves `claude-sonnet-4.5` as `claude-4.5-sonnet-20250929`). A name that chooses by itself
    (`openrouter/auto`, `~openai/gpt-mini-latest`) is served by any model; a provider that names none proves nothing.
    """
    asked, served = asked.strip().lower(), served.strip().lower()
    if not served or asked == served or asked.startswith(_ROUTERS):
        return False
    vendor, words, date = _parts(asked)
    its_vendor, its_words, its_date = _parts(served)
    return words != its_words or _differ(vendor, its_vendor) or _differ(date, its_date)


def _differ(one: str, other: str) -> bool:
    """Return whether two parts of a name differ; one that was not told differs from none."""
    return bool(one and other) and one != other


def _parts(name: str) -> tuple[str, str, str]:
    """Return vendor, words in order and date of a name; empty where it has none."""
    stem, _, ending = name.rpartition(":")
    if stem and ending in VARIANTS:
        name = stem
    vendor, _, model = name.rpartition("/")
    dated = _DATE.search(model)
    date = "".join(dated.groups()) if dated else ""
    words = sorted((model[: dated.start()] if dated else model).split("-"))
    return vendor, "-".join(words), date
