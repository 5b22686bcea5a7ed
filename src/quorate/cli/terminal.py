"""The terminal: results on stdout, everything said beside them on stderr."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TextIO

_COLOURS: Final = {"▲ BUY": 32, "▼ SELL": 31, "■ HOLD": 36, "⊘ NO_TRADE": 33, "error:": 31}
_COLOURED = re.compile("|".join(map(re.escape, _COLOURS)))
_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)


@dataclass(frozen=True, kw_only=True)
class Terminal:
    """Where a command speaks.

    Args:
        as_json: stdout carries one JSON object and nothing else.
        quiet: nothing is said beside the result, failures excepted.
        colour: colours are wanted; they are used only where a person looks.
        chosen: what of the object is wanted, as lines of text; without it the whole object.
    """

    out: TextIO
    err: TextIO
    as_json: bool = False
    quiet: bool = False
    colour: bool = True
    chosen: Callable[[Mapping[str, object]], Iterable[str]] | None = None
    is_interactive: bool = field(init=False)

    def __post_init__(self) -> None:
        """Look once whether a person reads along."""
        object.__setattr__(self, "is_interactive", self.out.isatty() and self.err.isatty())

    def reply(self, tree: Mapping[str, object], lines: Iterable[str]) -> None:
        """Give the result of a command: `tree` to a program, `lines` to a person."""
        if self.as_json and self.chosen is not None:
            self.out.writelines(f"{line}\n" for line in self.chosen(tree))
        elif self.as_json:
            self.out.write(json.dumps(tree, ensure_ascii=False) + "\n")
        else:
            self.out.writelines(self._shown(line, self.out) + "\n" for line in lines)
        self.out.flush()

    def note(self, text: str) -> None:
        """Say something beside the result."""
        if not self.quiet:
            self.complain(text)

    def complain(self, text: str) -> None:
        """Say on stderr what must not go unsaid, as one line."""
        self.err.write(self._shown(" ".join(text.split()), self.err) + "\n")
        self.err.flush()

    def _shown(self, line: str, stream: TextIO) -> str:
        clean = _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", line)
        return _COLOURED.sub(_in_colour, clean) if self.colour and stream.isatty() else clean


def _in_colour(match: re.Match[str]) -> str:
    return f"\x1b[{_COLOURS[match[0]]}m{match[0]}\x1b[0m"
