"""The broker's own description: whether a reply is what its OpenAPI file says, as far as that file goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

CONTRACTS = Path(__file__).parents[3] / "shared" / "contracts" / "alpaca"
"""Beside the checkout; not ours to publish."""

FILES = ("trading.openapi.yaml", "data.openapi.yaml")
TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}
NEWER = {"time_in_force", "asset_class", "class", "exchange"}
"""Enumerations that have grown since the description was written."""


class Contract:
    """What the files say."""

    def __init__(self, folder: Path = CONTRACTS) -> None:
        import yaml  # type: ignore[import-untyped]  # noqa: PLC0415  (of what is installed anyway)

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self._files = [yaml.load((folder / name).read_text(), loader) for name in FILES]  # noqa: S506

    def faults(self, method: str, template: str, status: int, reply: object) -> list[str]:
        """Return what is wrong with a reply; nothing where the files do not know the request or its status."""
        for document in self._files:
            operation = document["paths"].get(template, {}).get(method.lower(), {})
            content = operation.get("responses", {}).get(str(status), {}).get("content", {})
            if content:
                schema = content["application/json"]["schema"]
                return list(_faults(reply, schema, document, template))
        return []


def _faults(value: Any, schema: Mapping[str, Any], document: Any, where: str) -> Iterator[str]:
    if "$ref" in schema:
        target = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        yield from _faults(value, target, document, where)
        return
    if value is None:
        # The file marks few fields as nullable; its own examples have null in the others too.
        return
    if not _is_a(value, schema.get("type", "")):
        yield f"{where}: {value!r} is no {schema['type']}"
        return
    yield from _text_faults(value, schema, where)
    if isinstance(value, dict):
        yield from _field_faults(value, schema, document, where)
    if isinstance(value, list):
        for each in value:
            yield from _faults(each, schema.get("items", {}), document, f"{where}[]")


def _is_a(value: object, kind: str) -> bool:
    if kind not in TYPES:
        return True
    return isinstance(value, TYPES[kind]) and isinstance(value, bool) == (kind == "boolean")


def _field_faults(
    value: Mapping[str, Any], schema: Mapping[str, Any], document: Any, where: str
) -> Iterator[str]:
    for name in schema.get("required", []):
        if name not in value:
            yield f"{where}: {name} is absent"
    for name, each in schema.get("properties", {}).items():
        if name in value:
            yield from _faults(value[name], each, document, f"{where}.{name}")


def _text_faults(value: object, schema: Mapping[str, Any], where: str) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"] and where.rpartition(".")[2] not in NEWER:
        yield f"{where}: {value!r} is none of {schema['enum']}"
    if not isinstance(value, str):
        return
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield f"{where}: {value!r} has the wrong length"
    if schema.get("format") == "date-time":
        try:
            datetime.fromisoformat(value.replace("Z", "+00:00")[:26].rstrip("+-:"))
        except ValueError:
            yield f"{where}: {value!r} is no time"
