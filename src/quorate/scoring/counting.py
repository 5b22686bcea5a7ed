"""Counting: of views that overlap in time only one is an outcome; the others would tell the same move again."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def apart(spans: Iterable[tuple[K, int, int]]) -> list[bool]:
    """Return for each span whether it counts; `spans` come by session resolved, the oldest first.

    A span says whose view of what it is, the session it was stated on and the one it was resolved on, as ordinals of 0
    or more. One counts if it was stated not before the former counted one of its key was resolved. Taken by the session
    resolved, what counts up to a session is the same whatever came later, and is as many as can be.
    Source: DESIGN 8 (intervals use non-overlapping outcomes).
    """
    last: dict[K, int] = {}
    counts = []
    for key, stated, resolved in spans:
        free = last.get(key, 0) <= stated
        if free:
            last[key] = resolved
        counts.append(free)
    return counts
