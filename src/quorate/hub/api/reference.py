"""The reference: the API's description as people read it, a part for each first word of an address. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Tree = Mapping[str, Any]

_BASE = re.compile(r"^/api(?:/admin)?/")
_SHAPE: Final = "#/components/schemas/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that can be asked. `scope` is empty where anybody may; `parameters` are those of query and headers."""

    method: str
    path: str
    summary: str
    description: str
    scope: str
    parameters: tuple[str, ...]
    takes: str
    gives: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The operations whose addresses begin with the same word."""

    name: str
    operations: tuple[Operation, ...]


def reference_of(description: Tree) -> tuple[Part, ...]:
    """Return every operation of an OpenAPI description, by part and then by address."""
    parts: dict[str, list[Operation]] = {}
    for path, methods in sorted(description["paths"].items()):
        for method, told in methods.items():
            name = re.split(r"[/:]", _BASE.sub("", path))[0]
            parts.setdefault(name, []).append(_operation(method.upper(), path, told))
    return tuple(Part(name=name, operations=tuple(found)) for name, found in sorted(parts.items()))


def as_markdown(description: Tree) -> str:
    """Return the reference as a part of a document: a heading and a table for each part."""
    return "\n".join([*_sections(reference_of(description)), ""]).lstrip()


def _sections(parts: Sequence[Part]) -> Iterator[str]:
    for part in parts:
        yield from (
            "",
            f"### {part.name}",
            "",
            "| Request | Scope | What it does | Body | Answer |",
        )
        yield "|---|---|---|---|---|"
        yield from map(_row, part.operations)


def _row(each: Operation) -> str:
    asked = f"`{each.method} {each.path}`"
    if each.parameters:
        asked += "<br>" + " ".join(f"`{name}`" for name in each.parameters)
    said = " ".join(each.description.split()).replace("|", "\\|")
    cells = [asked, each.scope or "anybody", said, _code(each.takes), _code(each.gives)]
    return f"| {' | '.join(cells)} |"


def _code(name: str) -> str:
    return f"`{name}`" if name else ""


def _operation(method: str, path: str, told: Tree) -> Operation:
    good = sorted(status for status in told["responses"] if status.startswith("2"))
    return Operation(
        method=method,
        path=path,
        summary=told.get("summary", ""),
        description=told.get("description", ""),
        scope=next((scope for each in told["security"] for scope in each.get("token", ())), ""),
        parameters=tuple(
            _parameter(each) for each in told.get("parameters", ()) if each["in"] != "path"
        ),
        takes=_shape(told.get("requestBody", {})),
        gives=_shape(told["responses"][good[0]]) if good else "",
    )


def _parameter(told: Tree) -> str:
    name = str(told["name"])
    return f"?{name}" if told["in"] == "query" else name


def _shape(told: Tree) -> str:
    """Return the name of what a body is, several with `or` between, empty where it has none."""
    schemas = [each.get("schema", {}) for each in told.get("content", {}).values()]
    named = {
        str(one["$ref"]).removeprefix(_SHAPE): None
        for schema in schemas
        for one in (schema, *schema.get("anyOf", ()), *schema.get("oneOf", ()))
        if "$ref" in one
    }
    return " or ".join(name for name in named if name != "SparseList")
