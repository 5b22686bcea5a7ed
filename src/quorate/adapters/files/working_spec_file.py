"""Working specs in files: YAML as its version 1.2 means it, whose every surprise is refused.

`no` is a word and `1:30` a text there, as people mean them; a key that stands twice is refused, and so are aliases,
which could make a small file enormous. No tag makes an object of our own. Source: YAML 1.2.2, chapter 10.3.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from pathlib import Path
from typing import ClassVar, Final

import yaml  # type: ignore[import-untyped]  # it has no types of its own

from quorate.kernel.errors import RejectedError

LARGEST: Final = 256 * 1024
"""No working spec is larger. In bytes. Ours."""


class _CoreLoader(yaml.SafeLoader):  # type: ignore[misc]  # as above
    """Reads the core schema of YAML 1.2."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[object]]] = {}
    """Not those of YAML 1.1, which the parent has."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Return the next node; an alias is refused."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias stands for another part of the file")
        return super().compose_node(parent, index)

    def construct_mapping(
        self,
        node: yaml.MappingNode,
        deep: bool = False,  # noqa: FBT001, FBT002  (the library's own)
    ) -> dict[Hashable, object]:
        """Return a mapping; a key that stands twice is refused."""
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise yaml.YAMLError(f"the key {key!r} is no text")
            if key in seen:
                raise yaml.YAMLError(f"the key {key!r} stands twice")
            seen.add(key)
        made: dict[Hashable, object] = super().construct_mapping(node, deep=deep)
        return made


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ("~", "n", "N", "")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+",
        "-+.0123456789",
    ),
):
    _CoreLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), list(_first)
    )


def _integer(_loader: _CoreLoader, node: yaml.ScalarNode) -> int:
    """Return a whole number; `010` is ten in YAML 1.2."""
    text = str(node.value)
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    return int(text[2:], base) if base != 10 else int(text)


_CoreLoader.add_constructor("tag:yaml.org,2002:int", _integer)


def read_working_spec(path: Path) -> object:
    """Return the tree that a YAML file holds.

    Raises:
        RejectedError: it cannot be read, is too large, or is no YAML of this kind.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise RejectedError(
            f"{path} cannot be read ({error.strerror})",
            effect="no spec was read",
            slug="not-found",
        ) from error
    if len(raw) > LARGEST:
        raise _refused(path, f"it has more than {LARGEST} bytes")
    return parsed(raw, str(path))


def parsed(raw: bytes, name: str) -> object:
    """Return the tree that YAML text holds; raises as `read_working_spec`."""
    try:
        return yaml.load(raw.decode(), Loader=_CoreLoader)  # noqa: S506  (a safe loader's child)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise _refused(name, " ".join(str(error).split())) from error


def _refused(name: Path | str, problem: str) -> RejectedError:
    return RejectedError(f"{name} is no working spec: {problem}", effect="no spec was read")
