"""The root command: options that may stand anywhere, and what every command is given."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import typer
from typer.core import TyperGroup

MAX_LIMIT = 200
"""The longest page of a list. Source: UI 3."""


class RootGroup(TyperGroup):
    """A group whose own options are understood before, between and after its commands' words."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Parse with the global options moved to the front."""
        flags, valued = set[str](), set[str]()
        for option in self.params:
            if option.name != "help":
                (flags if getattr(option, "is_flag", False) else valued).update(option.opts)
        return super().parse_args(ctx, globals_first(args, flags, valued))


def globals_first(args: Iterable[str], flags: set[str], valued: set[str]) -> list[str]:
    """Return `args` with the options named moved to the front; nothing moves from behind `--`.

    `--version` behind a command with a word behind it is the command's own: `profiles show trend --version 1`.
    """
    front: list[str] = []
    rest: list[str] = []
    words = deque(args)
    while words:
        word = words.popleft()
        if word == "--":
            return [*front, *rest, word, *words]
        if word in valued:
            front.append(f"{word}={words.popleft() if words else ''}")
        elif word == "--version" and rest and words and not words[0].startswith("--"):
            rest.append(word)
        elif word in flags or word.partition("=")[0] in valued:
            front.append(word)
        else:
            rest.append(word)
    return front + rest
