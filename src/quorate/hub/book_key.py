"""The book that a page or a program asks about: `?book=`, else the one of the newest cycle."""

from __future__ import annotations

from quorate.bootstrap import App
from quorate.hub.problems import FieldProblem, Refusal, RefusedError
from quorate.kernel.ids import BookName, is_name


async def book_of(app: App, named: str | None) -> BookName:
    """Return the book that is asked for, the current one where none is.

    Raises:
        RefusedError: it is no name of a book (slug `validation-failed`).
    """
    if not named:
        return await app.trading.current_book()
    if not is_name(named):
        rule = "is no book's name"
        raise RefusedError(
            f"?book: {rule}",
            slug="validation-failed",
            refusal=Refusal(errors=(FieldProblem("?book", rule),)),
        )
    return BookName(named)
