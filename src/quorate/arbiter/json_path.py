"""JSON paths: which values of a tree a rule speaks of. A small subset: names, places and every member.

`$.spec.budget.usd`, `$.account.subjects[0].name`, `$.spec.scope.tools[*]`, `$.facts['a name']`. No filters, no
recursion, no scripts: a rule's path is read in one pass, and what it does not find it says. Source: R-133 (JSONPath).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from quorate.kernel.errors import RejectedError

LONGEST: Final = 200
"""A path is written by hand; what is longer is refused. In characters. Ours."""

EVERY: Final = None
"""The step that takes every member of an object or a list."""

Step: TypeAlias = "str | int | None"

_STEP: Final = re.compile(
    r"\.(?P<name>[A-Za-z_][A-Za-z0-9_-]*)|\[(?P<place>\d{1,6})\]|\['(?P<quoted>[^'\\]{1,100})'\]"
    r"|(?P<every>\[\*\]|\.\*)"
)


class Selection(NamedTuple):
    """The values found; `complete` is False where a step found nothing to take."""

    values: tuple[object, ...]
    complete: bool


_NOTHING: Final = Selection((), False)


@dataclass(frozen=True, slots=True)
class JsonPath:
    """A path that was read: its text, and its steps from the root on."""

    text: str
    steps: tuple[Step, ...]

    @property
    def is_plain(self) -> bool:
        """Return whether it names one value."""
        return EVERY not in self.steps

    def select(self, tree: object) -> Selection:
        """Return what stands in `tree` at this path; an empty list has no members and is complete."""
        if EVERY not in self.steps:
            return _plain(tree, self.steps)
        found, complete = [tree], True
        for step in self.steps:
            following: list[object] = []
            for node in found:
                complete &= _taken(node, step, following)
            found = following
        return Selection(tuple(found), complete)


def json_path(text: str) -> JsonPath:
    """Return the path that `text` writes.

    Raises:
        RejectedError: it is none of this subset.
    """
    if not text.startswith("$") or len(text) > LONGEST:
        raise _no_path(text)
    steps = tuple(_steps(text))
    return JsonPath(text, steps)


def _steps(text: str) -> Iterator[Step]:
    place = 1
    while place < len(text):
        found = _STEP.match(text, place)
        if found is None:
            raise _no_path(text)
        place = found.end()
        if found["every"]:
            yield EVERY
        elif found["place"]:
            yield int(found["place"])
        else:
            yield found["name"] or found["quoted"]


def _plain(tree: object, steps: tuple[Step, ...]) -> Selection:
    """Return the one value at a path without a wildcard."""
    node = tree
    for step in steps:
        if isinstance(node, dict):
            if step not in node:
                return _NOTHING
            node = node[step]
        else:
            taken: list[object] = []
            if not _taken(node, step, taken):
                return _NOTHING
            (node,) = taken
    return Selection((node,), True)


def _taken(node: object, step: Step, into: list[object]) -> bool:
    """Add what `step` takes of `node`; return whether there was anything to take it of."""
    if isinstance(node, Mapping):
        if step is EVERY:
            into.extend(node.values())
            return True
        if isinstance(step, str) and step in node:
            into.append(node[step])
            return True
    elif isinstance(node, list | tuple):
        if step is EVERY:
            into.extend(node)
            return True
        if isinstance(step, int) and step < len(node):
            into.append(node[step])
            return True
    return False


def _no_path(text: str) -> RejectedError:
    return RejectedError(
        f"'{text[:LONGEST]}' is no path: it begins with $ and goes on with .name, [0], ['a name'] or [*]",
        effect="the rule is refused",
    )
