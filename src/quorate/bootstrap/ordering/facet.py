"""The order book: what people and programs may ask of orders, positions and outcomes, and do about them."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from decimal import Decimal

from quorate.adapters.sql.orders import SqlOrders
from quorate.adapters.sql.outcome_listing import MarkLine, newest_mark
from quorate.arena.acceptance import RequestKey
from quorate.bootstrap.ordering import reading
from quorate.bootstrap.ordering.answers import (
    ComparisonChange,
    DecisionOrders,
    OrderChange,
    OrderDetails,
    PositionChange,
    Rows,
)
from quorate.bootstrap.ordering.marked import (
    marked_as_of,
    marked_positions,
    money_of,
    second_hand,
)
from quorate.bootstrap.ordering.ports import OpenedBook, TradingBooks
from quorate.bootstrap.repeating import RepeatableActs
from quorate.bootstrap.store import Store
from quorate.cycle.story import Story
from quorate.cycle.story.denied import DenialFilter, DeniedOrder
from quorate.execution.closing import closing_request, open_sales
from quorate.execution.comparison import Comparison
from quorate.execution.listing import OrderFilter, OrderLine, OrderView
from quorate.execution.outcome_link import OutcomeFilter, OutcomeLink, OutcomeTotals
from quorate.execution.positions import Positions, Source, own_lines, position_lines
from quorate.execution.recorded import RecordedOrder
from quorate.execution.sending import Intent
from quorate.kernel.errors import (
    ConflictError,
    InvariantBrokenError,
    RejectedError,
    UnavailableError,
)
from quorate.kernel.ids import BookName, DecisionId, Symbol
from quorate.kernel.stamps import stamp
from quorate.portfolio.book import Book
from quorate.risk import Leg


class OrderBook:
    """The orders of a home's books; a book that is not named is the one of the newest cycle."""

    def __init__(self, store: Store, trading: TradingBooks) -> None:
        self._store = store
        self._repeatable = RepeatableActs(store)
        self._trading = trading
        self._orders = SqlOrders(store.database, store.tenant)

    async def book(self, name: str | None = None) -> Book:
        """Return the book of that name, the current one where none is named.

        Raises:
            RejectedError: there is no such book.
        """
        wanted = BookName(name) if name else await self._trading.current_book()
        return await reading.require_book(self._store, wanted)

    async def orders(
        self, wanted: OrderFilter, limit: int, below: int | None = None
    ) -> Rows[OrderLine]:
        """Return at most `limit` orders, newest first, those of rows before `below`."""
        return await reading.orders(self._store, wanted, limit, below)

    async def counts(self, wanted: OrderFilter) -> Mapping[OrderView, int]:
        """Return how many orders each view holds under the rest of the filter."""
        return await reading.counts(self._store, wanted)

    async def denials(
        self, wanted: DenialFilter, limit: int, below: int | None = None
    ) -> Rows[DeniedOrder]:
        """Return at most `limit` orders that risk refused, newest first, those of rows before `below`."""
        return await reading.denials(self._store, wanted, limit, below)

    async def denied(self, wanted: DenialFilter) -> int:
        """Return how many orders risk refused."""
        return await reading.denied(self._store, wanted)

    async def place_of_denial(self, verdict_id: str) -> int:
        """Return the row that a list of refused orders goes on below; raises as `place_of_order`."""
        return await reading.place_of_denial(self._store, verdict_id)

    async def books(self) -> Sequence[BookName]:
        """Return the books that have orders, that of the newest order first."""
        return await reading.books(self._store)

    async def held(self, book: BookName) -> Mapping[Symbol, Decimal]:
        """Return the shares of each symbol that a book holds by its own fills."""
        return await self._orders.held(book)

    async def symbols(self, book: BookName) -> Sequence[Symbol]:
        """Return the symbols that a book has orders of."""
        return await reading.symbols(self._store, book)

    async def place_of_order(self, order_id: str) -> int:
        """Return the row that a list goes on below; raises RejectedError for a cursor that no list gave."""
        return await reading.place_of_order(self._store, order_id)

    async def place_of_decision(self, decision_id: str) -> int:
        """Return the row that a list of outcomes goes on below; raises as `place_of_order`."""
        return await reading.place_of_decision(self._store, decision_id)

    async def order(self, order_id: str) -> OrderDetails:
        """Return the order with this id, ours or the broker's, or its beginning; raises as `reading.order`."""
        return await reading.order(self._store, order_id)

    async def comparison(self, book: BookName) -> Comparison | None:
        """Return what the newest comparison with the broker found, None before the first."""
        return await reading.comparison(self._store, book)

    async def outcomes(
        self, wanted: OutcomeFilter, limit: int, below: int | None = None
    ) -> Rows[OutcomeLink]:
        """Return at most `limit` outcomes, those of the newest decisions first."""
        return await reading.outcomes(self._store, wanted, limit, below)

    async def outcomes_count(self, wanted: OutcomeFilter) -> int:
        """Return how many outcomes `wanted` asks for."""
        return await reading.outcomes_count(self._store, wanted)

    async def totals(self, book: BookName) -> OutcomeTotals:
        """Return what the outcomes of a book add up to."""
        return await reading.totals(self._store, book)

    async def outcome(self, decision_id: str) -> OutcomeLink:
        """Return a decision's way to its outcome; raises as `reading.outcome`."""
        return await reading.outcome(self._store, decision_id)

    async def of_decision(self, decision_id: DecisionId) -> DecisionOrders:
        """Return a decision's orders and what they came to; nothing of one that wanted none."""
        return await reading.decision_orders(self._store, decision_id)

    async def story(self, decision_id: str) -> Story:
        """Return why a decision was taken and what came of it; raises as `reading.full_decision_id`."""
        return await reading.story(self._store, decision_id)

    async def positions(self, book: Book) -> Positions:
        """Return what a book holds: the broker's word, or where it gives none, the newest mark's, labelled so."""
        name, now = book.name, stamp(self._store.clock.now())
        ours = await self._orders.held(name)
        mark = await self._newest_mark(name)
        money, why = money_of(mark), ""
        dated = marked_as_of(book, mark)
        try:
            opened = await self._trading.open_book(name)
            held, account = await opened.broker.positions(), await opened.broker.account()
        except (UnavailableError, RejectedError) as error:
            source, held, why = second_hand(mark), marked_positions(mark), error.cause
        else:
            source, money = Source.BROKER, (account.equity, account.cash)
            dated = opened.session.isoformat() if opened.session else now
        known = sorted({each.symbol for each in held} | {*ours})
        orders = {symbol: await self._orders.orders_of(name, symbol) for symbol in known}
        lines = position_lines(held, ours, orders)
        return Positions(
            book=name,
            mode=book.mode.value,
            source=source,
            read_at=now,
            as_of=dated,
            items=lines if source is not Source.OWN_EXECUTIONS else own_lines(lines),
            equity=money[0],
            cash=money[1],
            why=why,
        )

    async def cancel(self, order_id: str, key: RequestKey | None = None) -> OrderChange:
        """Ask for the cancellation of an order; it is over only when the broker says so.

        Raises:
            RejectedError: there is no such order, or the key was used for another request.
            ConflictError: it protects a position, or its state does not allow it.
            UnavailableError: its broker cannot be reached.
        """
        line = (await self.order(order_id)).line
        if await self._repeatable.is_known(key):
            return OrderChange(line=line, applied=False, replayed=True)
        if line.is_over:
            return OrderChange(line=line, applied=False)
        await self._require_unprotecting(line)
        opened = await self._opened(line.book)
        after = await opened.execution.cancel(line.client_order_id)
        await self._repeatable.note(key, line.client_order_id)
        now = (await self.order(line.client_order_id)).line
        return OrderChange(line=now, applied=after.order.state is not line.state)

    async def close(
        self, book: Book, symbol: Symbol, key: RequestKey | None = None
    ) -> PositionChange:
        """Sell all that is held of a symbol at the market; its protective stop is released first.

        Raises:
            RejectedError: nothing is held (slug `not-found`), a check denied the sale, or the key was used otherwise.
            UnavailableError: the broker did not confirm; the stop stands, or what is left is protected again.
        """
        name = book.name
        replayed = await self._repeatable.is_known(key)
        known = await self._orders.orders_of(name, symbol)
        under_way = open_sales(known)
        if replayed or under_way:
            closings = [each for each in known if each.order.request.leg is Leg.FLATTEN]
            line = await self._line_of(next(reversed(under_way or closings), None))
            return PositionChange(
                book=name, symbol=symbol, line=line, applied=False, replayed=replayed
            )
        closing = closing_request(
            symbol,
            (await self._orders.held(name)).get(symbol, Decimal(0)),
            known,
        )
        if closing is None:
            raise RejectedError(
                f"book {name} holds no {symbol}",
                effect="nothing was sold",
                fix="quorate positions list",
                slug="not-found",
            )
        opened = await self._opened(name)
        request, generation = closing
        intent = Intent(
            decided_at=opened.clock.now(),
            trace_id=self._store.ids.trace_id(),
            generation=generation,
        )
        sale = await _told_by_risk(opened.execution.leave(request, intent))
        await self._repeatable.note(key, f"{name}:{symbol}")
        return PositionChange(
            book=name, symbol=symbol, line=await self._line_of(sale), applied=sale is not None
        )

    async def reconcile(self, book: Book, key: RequestKey | None = None) -> ComparisonChange:
        """Bring every open order up to what the broker says, and record where it and we differ.

        Raises:
            UnavailableError: the broker did not tell all; nothing is concluded from half of it.
        """
        replayed = await self._repeatable.is_known(key)
        if not replayed:
            await (await self._opened(book.name)).execution.reconcile()
            await self._repeatable.note(key, book.name)
        found = await self.comparison(book.name)
        if found is None:
            raise InvariantBrokenError(f"the comparison of {book.name} was recorded and is gone")
        return ComparisonChange(comparison=found, replayed=replayed)

    async def _opened(self, book: BookName) -> OpenedBook:
        return await self._trading.open_book(book)

    async def _require_unprotecting(self, line: OrderLine) -> None:
        """Refuse to take away the stop of what is held: closing the position releases it."""
        held = (await self._orders.held(line.book)).get(line.symbol, Decimal(0))
        if line.request.leg is Leg.STOP and held > 0:
            raise ConflictError(
                f"the order is the protective stop of the {line.symbol} that is held",
                effect="it stands",
                fix=f"quorate positions close {line.symbol} --book {line.book} sells and releases it",
            )

    async def _newest_mark(self, book: BookName) -> MarkLine | None:
        return await self._store.database.look_up(
            lambda link: newest_mark(link, self._store.tenant, book)
        )

    async def _line_of(self, order: RecordedOrder | None) -> OrderLine | None:
        return None if order is None else (await self.order(order.order.client_order_id)).line


async def _told_by_risk(sale: Awaitable[RecordedOrder | None]) -> RecordedOrder | None:
    """Return the sale; what a check says against it is told as a refusal by safety."""
    try:
        return await sale
    except RejectedError as error:
        raise RejectedError(
            error.cause,
            effect=error.effect or "nothing was sold, the position is protected as before",
            fix=error.fix or "quorate explain tells which check denied it",
            slug="risk-denied",
        ) from error
