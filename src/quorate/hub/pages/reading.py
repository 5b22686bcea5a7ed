"""Reading: a card's figures, or why they could not be read. One that fails leaves the rest standing."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from quorate.kernel.errors import QuorateError

Figures = TypeVar("Figures")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """What a card shows in place of its figures."""

    title: str
    detail: str
    fix: str
    slug: str
    trace_id: str = ""


async def read(figures: Awaitable[Figures], what: str) -> Figures | Failed:
    """Return the figures, or what to say where a dependency gave no answer or a rule said no."""
    try:
        return await figures
    except QuorateError as error:
        return failed(error, what)


def failed(error: QuorateError, what: str) -> Failed:
    """Return what a card says: what failed, why, what still holds, and the next act."""
    cause = error.cause[:1].upper() + error.cause[1:].rstrip(".")
    detail = f"{cause}. The rest of the page is complete."
    return Failed(title=f"{what} could not be read", detail=detail, fix=error.fix, slug=error.slug)


def is_failed(figures: object) -> bool:
    """Return whether a card's figures could not be read; templates ask `figures is failed`."""
    return isinstance(figures, Failed)
