"""What a risk desk reads beside the writer: orders as it counts them, trading state, locks, verdicts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import ColumnElement, Index, bindparam, or_, select, union

from quorate.adapters.sql.chain_table import JOURNAL
from quorate.adapters.sql.holdings import TRADING_STATES
from quorate.adapters.sql.locks import locks_of
from quorate.adapters.sql.orders import EXECUTIONS, ORDERS, request_of
from quorate.adapters.sql.risk_verdicts import approval_of, is_judged
from quorate.adapters.sql.statement import Row, Statement, Values, rows_of
from quorate.cycle.risk_desk.gathering import OrderLine
from quorate.cycle.risk_desk.locks import Locks
from quorate.cycle.risk_desk.ports import TradingFacts
from quorate.execution import ClientOrderId, OrderState
from quorate.execution.order_table import TERMINAL
from quorate.execution.recorded import WHOLE_HOME, TradingStanding, stands_alone
from quorate.kernel.ids import BookName, DecisionId, Tenant
from quorate.kernel.stamps import moment_of, stamp
from quorate.portfolio.book import BookMode
from quorate.risk import Leg, TradingState

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from quorate.adapters.sql.database import Database

T = TypeVar("T")

Index("orders_by_time", ORDERS.c.tenant, ORDERS.c.book, ORDERS.c.created_at)
Index("orders_by_expiry", ORDERS.c.tenant, ORDERS.c.book, ORDERS.c.expires_at)

_OPEN = {f"open_{state.value}": state.value for state in OrderState if state not in TERMINAL}
_LINE = (
    ORDERS.c.client_order_id,
    ORDERS.c.request,
    ORDERS.c.state,
    ORDERS.c.filled,
    ORDERS.c.created_at,
    ORDERS.c.expires_at,
    ORDERS.c.seq,
)


def _lines(since: ColumnElement[str]) -> Statement:
    """Return the orders of a book that are open, of one decision, or were made since then."""
    of_book = select(*_LINE).where(
        ORDERS.c.tenant == bindparam("tenant"), ORDERS.c.book == bindparam("book")
    )
    is_open = or_(*(ORDERS.c.state == bindparam(name) for name in sorted(_OPEN)))
    return Statement(
        union(
            of_book.where(is_open),
            of_book.where(since >= bindparam("since")),
            of_book.where(ORDERS.c.decision_id == bindparam("decision_id")),
        ).order_by("seq")
    )


_SINCE_MADE = _lines(ORDERS.c.created_at)
_SINCE_DECIDED = _lines(ORDERS.c.expires_at)
_TRADING = Statement(
    select(
        TRADING_STATES.c.state,
        TRADING_STATES.c.reason,
        TRADING_STATES.c.version,
        TRADING_STATES.c.changed_by,
    ).where(
        TRADING_STATES.c.tenant == bindparam("tenant"),
        TRADING_STATES.c.book == bindparam("book"),
    )
)
_COMPARED = Statement(
    select(JOURNAL.c.ts)
    .where(
        JOURNAL.c.stream == bindparam("stream"),
        JOURNAL.c.tenant + bindparam("nothing") == bindparam("tenant"),
    )
    .order_by(JOURNAL.c.tenant.desc(), JOURNAL.c.seq.desc())
    .limit(bindparam("most"))
    .offset(bindparam("passed"))
)
"""The newest comparison; "nothing" keeps SQLite, which has no statistics, from walking the whole chain by its key."""

_TRADED = Statement(
    select(ORDERS.c.symbol, ORDERS.c.leg, EXECUTIONS.c.booked_at)
    .join(
        EXECUTIONS,
        (EXECUTIONS.c.tenant == ORDERS.c.tenant)
        & (EXECUTIONS.c.client_order_id == ORDERS.c.client_order_id),
    )
    .where(
        ORDERS.c.tenant == bindparam("tenant"),
        ORDERS.c.book == bindparam("book"),
        EXECUTIONS.c.booked_at >= bindparam("since"),
    )
)


class SqlDeskRecords:
    """One tenant's records; the risk desk's port says what each method promises.

    Orders of a REPLAY book are dated by their decision, which is the book's time; elsewhere by when they were made.
    """

    def __init__(
        self, database: Database, tenant: Tenant, mode: BookMode, *, decision_ttl_s: float
    ) -> None:
        self._database = database
        self._tenant = tenant
        self._is_replay = mode is BookMode.REPLAY
        self._ttl = timedelta(seconds=decision_ttl_s)

    async def lines(
        self, book: BookName, since: datetime, decision_id: DecisionId | None = None
    ) -> Sequence[OrderLine]:
        """Return the book's orders that are open, were made since `since`, or are of the decision, oldest first."""
        statement = _SINCE_DECIDED if self._is_replay else _SINCE_MADE
        values: Values = {
            "tenant": self._tenant,
            "book": book,
            "since": stamp(since + self._ttl if self._is_replay else since),
            "decision_id": decision_id or "",
            **_OPEN,
        }
        rows = await self._found(lambda connection: rows_of(connection, statement, values))
        return [self._line(row) for row in rows]

    async def trading(self, book: BookName) -> TradingFacts:
        """Return the trading state and who set it last; a halt of the whole home holds for the book too."""
        own, home = await self._found(
            lambda connection: (
                self._trading(connection, book),
                self._trading(connection, WHOLE_HOME),
            )
        )
        if stands_alone(book):
            return own
        standing = own.standing.under(home.standing)
        return own if standing == own.standing else TradingFacts(standing=standing, by=home.by)

    def _trading(self, connection: Connection, book: BookName) -> TradingFacts:
        values: Values = {"tenant": self._tenant, "book": book}
        for state, reason, version, by in rows_of(connection, _TRADING, values):
            standing = TradingStanding(
                state=TradingState(str(state)), reason=str(reason), version=int(version or 0)
            )
            return TradingFacts(standing=standing, by=str(by))
        return TradingFacts()

    async def locks(self, book: BookName) -> Locks:
        """Return every lock that was ever set."""
        return await self._found(lambda connection: locks_of(connection, self._tenant, book))

    async def reconciled_at(self, book: BookName) -> datetime | None:
        """Return when the book was last compared with its broker, None before the first time."""
        values: Values = {
            "tenant": self._tenant,
            "stream": f"reconciliation:{book}",
            "nothing": "",
            "most": 1,
            "passed": 0,
        }
        rows = await self._found(lambda connection: rows_of(connection, _COMPARED, values))
        return next((moment_of(str(ts)) for (ts,) in rows), None)

    async def day_trades(self, book: BookName, since: datetime) -> int:
        """Return how often a symbol was bought and sold on one UTC day since then."""
        values: Values = {"tenant": self._tenant, "book": book, "since": stamp(since)}
        rows = await self._found(lambda connection: rows_of(connection, _TRADED, values))
        bought = {(symbol, str(at)[:10]) for symbol, leg, at in rows if leg == Leg.ENTRY}
        sold = {(symbol, str(at)[:10]) for symbol, leg, at in rows if leg != Leg.ENTRY}
        return len(bought & sold)

    async def approval_of(self, book: BookName, order_hash: str) -> str | None:
        """Return the id of the newest verdict that approved exactly this order, None where there is none."""
        return await self._found(
            lambda connection: approval_of(connection, self._tenant, book, order_hash)
        )

    async def is_judged(self, verdict_id: str) -> bool:
        """Return whether the verdict stands in the journal."""
        return await self._found(lambda connection: is_judged(connection, self._tenant, verdict_id))

    async def _found(self, query: Callable[[Connection], T]) -> T:
        return await self._database.look_up(query)

    def _line(self, row: Row) -> OrderLine:
        id_, request, state, filled, created, expires = map(str, row[:-1])
        decided = moment_of(expires) - self._ttl
        return OrderLine(
            client_order_id=ClientOrderId(id_),
            request=request_of(request),
            state=OrderState(state),
            filled=Decimal(filled),
            placed_at=decided if self._is_replay else moment_of(created),
        )
