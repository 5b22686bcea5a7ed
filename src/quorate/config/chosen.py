"""Chosen: what the words of one invocation say goes before the environment and the file, and for it alone."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Final

PREFIX: Final = "QUORATE_"

_CHOSEN: ContextVar[Mapping[str, str]] = ContextVar("chosen", default=MappingProxyType({}))
"""What was chosen, under the plain names HOME, CONFIG and DATABASE_URL."""


@contextmanager
def chosen(*, home: str = "", file: str = "", database: str = "") -> Iterator[None]:
    """Let these go before the environment and the file as long as the block lasts; an empty one chooses nothing."""
    wanted = {"HOME": home, "CONFIG": file, "DATABASE_URL": database}
    told = {name: text for name, text in wanted.items() if text}
    token = _CHOSEN.set({**_CHOSEN.get(), **told})
    try:
        yield
    finally:
        _CHOSEN.reset(token)


def plain(name: str) -> str:
    """Return what is chosen under a plain name, else its variable; empty where neither is set."""
    return _CHOSEN.get().get(name) or os.environ.get(f"{PREFIX}{name}", "")


def with_chosen(tree: dict[str, object]) -> dict[str, object]:
    """Return what the environment says with what was chosen before it."""
    told, named = _CHOSEN.get(), tree.get("database")
    home = {"home": told["HOME"]} if "HOME" in told else {}
    if "DATABASE_URL" not in told:
        return {**tree, **home}
    rest = named if isinstance(named, dict) else {}
    return {**tree, **home, "database": {**rest, "url": told["DATABASE_URL"]}}
