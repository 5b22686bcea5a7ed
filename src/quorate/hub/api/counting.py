"""`?count=1`: how many there are under the filter, counted only for who asks, since nobody else should pay for it."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from litestar.params import QueryParameter

Count = Annotated[bool, QueryParameter(name="count")]

Total: TypeAlias = Annotated[
    int | None,
    msgspec.Meta(description="How many there are under the filter; null unless `count=1` asked."),
]
