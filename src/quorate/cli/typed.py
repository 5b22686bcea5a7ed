"""What people type more than one command for: ids, lists with commas, days."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import ProfileName

RunId = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or its beginning.")]
ProfileArgument = Annotated[str, typer.Argument(metavar="NAME", help="A profile's name.")]


def parsed_list(text: str) -> tuple[str, ...]:
    """Return the parts between commas; empty ones are none."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def parsed_names(text: str) -> tuple[ProfileName, ...]:
    """Return the names in a list with commas.

    Raises:
        RejectedError: it has commas and no name: that is a slip, and not everybody.
    """
    names = parsed_list(text)
    if text and not names:
        raise RejectedError(
            f"{text!r} names no profile",
            effect="nothing was written",
            fix="write it as in --profiles trend,momentum, or leave it out",
        )
    return tuple(map(ProfileName, names))


def parsed_day(text: str, option: str) -> date:
    """Return a date written as ISO 8601 writes it, and in no other of its ways.

    Raises:
        RejectedError: it is none; the fix names `option`.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise RejectedError(
            f"{text!r} is not a date",
            effect="nothing was written",
            fix=f"write it as in {option} 2012-06-29",
        )
    return day
