"""Shapes: what the API takes and gives, named in Python's way here and in JavaScript's on the wire."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec

Usd: TypeAlias = Annotated[
    str | None, msgspec.Meta(description="US dollars as exact decimal text; null where unknown.")
]
Moment: TypeAlias = Annotated[str, msgspec.Meta(description="RFC 3339, UTC.")]
Day: TypeAlias = Annotated[str, msgspec.Meta(description="A session, as in 2012-06-29.")]
Ratio: TypeAlias = Annotated[float | None, msgspec.Meta(description="In [0, 1].")]


class Shape(msgspec.Struct, kw_only=True, rename="camel"):
    """Parent of everything that goes out; this is the one place that renames."""


class Given(msgspec.Struct, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Parent of everything that comes in; a name that nobody knows is refused, not passed over."""
