"""Canonical JSON: one value has one byte string, so that it can be hashed and compared.

The subset of RFC 8785 that needs no number formatting: sorted keys, no white space, integers as they are; floats travel
as strings in the shortest form that reads back to the same value, decimals as they were given.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Final, TypeAlias

from quorate.kernel.errors import InvariantBrokenError

Scalar: TypeAlias = "str | int | float | Decimal | date | Enum | None"
JsonValue: TypeAlias = "Scalar | Sequence[JsonValue] | Mapping[str, JsonValue]"
"""What may be made canonical; `float`, `Decimal`, `date` and `Enum` become strings on the way in."""

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"
"""What comes back from canonical JSON: numbers that are not integers are strings."""

_NUL: Final = "text with a NUL character cannot be stored"

_MOST_SHAPES: Final = 4096
"""So many sets of keys are remembered in their order; most objects of a journal have one of a few hundred."""

_SHAPES: dict[tuple[str, ...], tuple[tuple[str, str], ...]] = {}
"""The keys of an object as they come -> every key in its order, with the text that stands before its value."""

_quoted = json.encoder.encode_basestring
"""A text as JSON writes it: in C, and no character escaped that need not be."""


def canonical_json(value: JsonValue) -> str:
    """Return the one JSON text of `value`.

    Raises:
        InvariantBrokenError: a non-finite number, a NUL, a lone surrogate, or a type outside JSON.
    """
    parts: list[str] = []
    _write(value, parts.append)
    text = "".join(parts)
    if "\\u0000" in text:
        as_json(value)
    if not text.isascii():
        _require_unicode(text)
    return text


def _write(value: JsonValue, put: Callable[[str], None]) -> None:
    """Hand the text of `value` to `put`, part by part."""
    if type(value) is dict:
        _write_object(value, put)
    elif type(value) is str:
        put(_quoted(value))
    elif type(value) is list or type(value) is tuple:
        before = "["
        for item in value:
            put(before)
            _write(item, put)
            before = ","
        put("]" if before == "," else "[]")
    elif value is None:
        put("null")
    elif type(value) is bool:
        put("true" if value else "false")
    elif type(value) is int:
        put(repr(value))
    else:
        _write(_as_other(value), put)


def _write_object(value: dict[str, JsonValue], put: Callable[[str], None]) -> None:
    shape = _SHAPES.get(keys := tuple(value)) or _shape(keys)
    for key, before in shape:
        item = value[key]
        put(before)
        if type(item) is str:
            put(_quoted(item))
        else:
            _write(item, put)
    put("}" if shape else "{}")


def _shape(keys: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    if len(_SHAPES) >= _MOST_SHAPES:
        _SHAPES.clear()
    ordered = _in_order(keys)
    marks = ("{", *("," for _ in ordered[1:]))
    shape = tuple(
        (key, f"{mark}{_quoted(_as_text(key))}:") for mark, key in zip(marks, ordered, strict=False)
    )
    _SHAPES[keys] = shape
    return shape


def _require_unicode(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvariantBrokenError(f"text that is not valid Unicode: {error}") from error


def sha256_hex(text: str | bytes) -> str:
    """Return the SHA-256 of `text` (as UTF-8) in lower-case hex, 64 characters."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def digest(value: JsonValue) -> str:
    """Return the SHA-256 of the canonical JSON of `value`, in lower-case hex."""
    return sha256_hex(canonical_json(value))


def as_json(value: JsonValue) -> Json:
    """Return `value` as it will read back: a plain tree of text, integers, booleans and null, its keys in order.

    Raises:
        InvariantBrokenError: a non-finite number, a NUL, or a type outside JSON.
    """
    if type(value) is dict:
        return _as_object(value)
    if type(value) is str:
        return _as_text(value)
    if type(value) is list or type(value) is tuple:
        return [as_json(item) for item in value]
    if value is None or type(value) is int or type(value) is bool:
        return value
    return _as_other(value)


def _as_object(value: dict[str, JsonValue]) -> Json:
    """Return `value` with its keys in order; its texts, most of a journal's values, are looked at on the spot."""
    tree: dict[str, Json] = {}
    for key in _in_order(value):
        item = value[key]
        if type(item) is str and "\x00" not in item:
            plain: Json = item
        else:
            plain = as_json(item)
        tree[key if type(key) is str else _as_text(key)] = plain
    return tree


def _in_order(keys: Collection[str]) -> list[str]:
    """Return `keys` by their UTF-16 units, as RFC 8785 asks; for ASCII that is the plain order."""
    ordered = sorted(keys)
    text = "".join(ordered)
    if "\x00" in text:
        raise InvariantBrokenError(_NUL)
    if text.isascii():
        return ordered
    return sorted(ordered, key=lambda key: key.encode("utf-16-be", "surrogatepass"))


def _as_text(text: str) -> str:
    if "\x00" in text:
        raise InvariantBrokenError(_NUL)
    return text.value if isinstance(text, Enum) else text


def _as_other(value: JsonValue) -> Json:
    """Return what is neither plain text nor a plain number or container as one of these."""
    if isinstance(value, str):
        return _as_text(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, Mapping):
        return as_json(dict(value))
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return as_json(list(value))
    return _as_scalar_text(value)


def _as_scalar_text(value: object) -> str:
    if isinstance(value, float) and math.isfinite(value):
        return float.__repr__(value)
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    raise InvariantBrokenError(f"{value!r} ({type(value).__name__}) has no canonical JSON")
