"""Trading states with who set them, as people see them: a book that was halted before it was opened is halted too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, bindparam, select

from quorate.adapters.sql.books import BOOKS
from quorate.adapters.sql.holdings import TRADING_STATES
from quorate.adapters.sql.statement import Statement, rows_of
from quorate.execution.halting import TradingLine
from quorate.execution.recorded import WHOLE_HOME, stands_alone
from quorate.kernel.ids import BookName, Tenant
from quorate.risk import TradingState

_MODE = Statement(
    select(BOOKS.c.mode).where(
        BOOKS.c.tenant == bindparam("tenant"), BOOKS.c.name == bindparam("book")
    )
)
_STATE = Statement(
    select(
        TRADING_STATES.c.state,
        TRADING_STATES.c.reason,
        TRADING_STATES.c.changed_by,
        TRADING_STATES.c.changed_at,
    ).where(
        TRADING_STATES.c.tenant == bindparam("tenant"), TRADING_STATES.c.book == bindparam("book")
    )
)


def trading_lines(
    connection: Connection, tenant: Tenant, books: Sequence[BookName]
) -> Mapping[BookName, TradingLine]:
    """Return how `books` stand; one that was never opened has no mode, and may trade unless it was halted.

    A halt of the whole home holds for each of them.
    """
    home = _standing(connection, tenant, WHOLE_HOME)
    return {book: _under(home, _standing(connection, tenant, book)) for book in books}


def _under(home: TradingLine, line: TradingLine) -> TradingLine:
    if home.trades or line.state is TradingState.HALTED or stands_alone(line.book):
        return line
    return replace(line, state=home.state, reason=home.reason, by=home.by, since=home.since)


def _standing(connection: Connection, tenant: Tenant, book: BookName) -> TradingLine:
    values = {"tenant": tenant, "book": book}
    modes = rows_of(connection, _MODE, {**values})
    mode = str(modes[0][0]) if modes else ""
    for state, reason, by, since in rows_of(connection, _STATE, {**values}):
        return TradingLine(
            book=book,
            mode=mode,
            state=TradingState(str(state)),
            reason=str(reason),
            by=str(by),
            since=str(since),
        )
    return TradingLine(book=book, mode=mode)
