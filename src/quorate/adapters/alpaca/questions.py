"""Questions: what the broker is asked without harm, and answers or gives no answer to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from quorate.adapters.alpaca.connection import SOURCE, Answer, Connection, LostAnswerError
from quorate.adapters.alpaca.refusal import NOT_FOUND, is_definite, no_answer, unreadable
from quorate.adapters.alpaca.shapes import Unreadable, decoded
from quorate.execution.broker import BrokerUnavailableError

Shape = TypeVar("Shape")

SUCCESS: Final = range(200, 300)


async def told(connection: Connection, url: str, shape: type[Shape]) -> Shape:
    """Return what the broker answers, as `shape`.

    Raises:
        BrokerUnavailableError: it gave no answer, or none that can be read.
    """
    return _decoded(await _asked(connection, url), shape)


async def told_or_none(connection: Connection, url: str, shape: type[Shape]) -> Shape | None:
    """Return what the broker answers, None when it says that there is no such thing.

    Raises:
        BrokerUnavailableError: it says neither.
    """
    answer = await _asked(connection, url)
    if answer.status == NOT_FOUND and is_definite(answer):
        return None
    return _decoded(answer, shape)


@contextmanager
def reading() -> Iterator[None]:
    """Make of what cannot be read a broker that gave no answer."""
    try:
        yield
    except Unreadable as error:
        cause = str(error)
    else:
        return
    raise unreadable(cause)


async def _asked(connection: Connection, url: str) -> Answer:
    try:
        return await connection.ask("GET", url)
    except LostAnswerError as error:
        cause = error.cause
    raise BrokerUnavailableError(cause, source=SOURCE)


def _decoded(answer: Answer, shape: type[Shape]) -> Shape:
    if answer.status not in SUCCESS:
        raise no_answer(answer)
    with reading():
        return decoded(answer.body, shape)
