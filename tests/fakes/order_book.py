"""Lines of orders, positions and outcomes as pages and commands get them, and an order book that tells them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from quorate.bootstrap.ordering import (
    ComparisonChange,
    DecisionOrders,
    OrderChange,
    OrderDetails,
    PositionChange,
    Rows,
)
from quorate.execution import OrderState, client_order_id
from quorate.execution.comparison import Comparison
from quorate.execution.listing import STATES_OF, OrderLine, OrderView, Protection
from quorate.execution.outcome_link import CLOSED, OutcomeLink, OutcomeStatus, OutcomeTotals
from quorate.execution.positions import PositionLine, Positions, Source
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, DecisionId, Symbol, TraceId
from quorate.kernel.money import Usd
from quorate.portfolio.book import Book, BookMode
from quorate.risk import Leg
from tests.fakes.order_rows import AAPL, as_rows, bought, request

REPLAY = BookName("replay-1")
AT = "2026-11-20T12:00:00.000000Z"
RUN = "run_01KB3F9QW7AAAAAAAAAAAAAAAA"


def line(leg: Leg = Leg.ENTRY, **changes) -> OrderLine:
    """Return an order of ten AAPL of dec_1 that was filled at 100.10, or what `changes` make of it."""
    asked = request(leg)
    usual = {
        "client_order_id": client_order_id(asked.decision_id, asked.symbol, asked.side, leg),
        "book": REPLAY,
        "trace_id": TraceId("0" * 32),
        "request": asked,
        "state": OrderState.FILLED,
        "broker_order_id": "sim-000001",
        "filled": Decimal(10),
        "average_price": Decimal("100.10"),
        "reason": "",
        "generation": 0,
        "created_at": AT,
        "changed_at": AT,
        "seq": 201,
        "executed": ("x1",),
        "run_id": RUN,
        "cycle_id": "cyc_1",
        "session": "2012-06-29",
    }
    return OrderLine(**(usual | changes))


def resting(**changes) -> OrderLine:
    """Return the protective stop of that order, at the broker."""
    usual = {"state": OrderState.WORKING, "filled": Decimal(0), "average_price": None}
    return line(Leg.STOP, **({**usual, "executed": (), "seq": 202} | changes))


def protection(**changes) -> Protection:
    usual = {
        "client_order_id": resting().client_order_id,
        "state": OrderState.WORKING,
        "price": Decimal("95.00"),
        "quantity": Decimal(10),
        "filled": Decimal(0),
    }
    return Protection(**(usual | changes))


def position(**changes) -> PositionLine:
    """Return ten AAPL, bought at 100.10, worth 1,020, with a stop at 95."""
    usual = {
        "symbol": AAPL,
        "quantity": Decimal(10),
        "ours": Decimal(10),
        "average_price": Decimal("100.10"),
        "market_value": Decimal(1020),
        "stop": Decimal("95.00"),
        "stopped": Decimal(10),
        "decision_id": DecisionId("dec_1"),
    }
    return PositionLine(**(usual | changes))


def link(status: OutcomeStatus = OutcomeStatus.WIN, **changes) -> OutcomeLink:
    """Return a decision that won 18.00, or what `changes` make of it."""
    usual = {
        "decision_id": DecisionId("dec_1"),
        "book": REPLAY,
        "symbol": AAPL,
        "status": status,
        "order_intent_id": line().client_order_id,
        "broker_order_id": "sim-000001",
        "fill_ids": ("x1", "x2"),
        "position_snapshot_ids": ("psn_1",),
        "pnl": Decimal("18.00") if status in CLOSED else None,
        "opened_at": "2012-07-02",
        "closed_at": "2012-07-10" if status in CLOSED else "",
        "run_id": RUN,
        "seq": 110,
    }
    return OutcomeLink(**(usual | changes))


AGREED = Comparison(book=REPLAY, at=AT, seq=300)


@dataclass
class FakeOrderBook:
    """An order book that tells what a test says; `acts` are what was asked of it."""

    lines: list[OrderLine] = field(default_factory=list)
    links: list[OutcomeLink] = field(default_factory=list)
    holds: list[PositionLine] = field(default_factory=list)
    compared: Comparison | None = AGREED
    source: Source = Source.BROKER
    why: str = ""
    known: tuple[str, ...] = ("replay-1",)
    tale: object = None
    acts: list[tuple[str, ...]] = field(default_factory=list)
    refusal: Exception | None = None

    async def book(self, name: str | None = None) -> Book:
        if name is not None and name not in self.known:
            raise RejectedError(f"there is no book '{name}'", slug="not-found")
        return Book(
            name=BookName(name or self.known[0]), mode=BookMode.REPLAY, cash=Usd(Decimal(100_000))
        )

    async def books(self) -> Sequence[BookName]:
        return [BookName(name) for name in self.known]

    async def orders(self, wanted, limit, below=None) -> Rows[OrderLine]:
        found = [
            each
            for each in sorted(self.lines, key=lambda each: -each.seq)
            if each.state in STATES_OF[wanted.view]
            and wanted.symbol in (None, each.symbol)
            and wanted.leg in (None, each.request.leg)
            and (below is None or each.seq < below)
        ]
        return Rows(found[:limit], found[limit - 1].seq if len(found) > limit else None)

    async def counts(self, wanted) -> Mapping[OrderView, int]:  # noqa: ARG002
        return {
            view: sum(each.state in states for each in self.lines)
            for view, states in STATES_OF.items()
        }

    async def symbols(self, book) -> Sequence[Symbol]:  # noqa: ARG002
        return sorted({each.symbol for each in self.lines})

    async def held(self, book) -> Mapping[Symbol, Decimal]:  # noqa: ARG002
        return {each.symbol: each.ours for each in self.holds}

    async def place_of_order(self, order_id: str) -> int:
        return next(each.seq for each in self.lines if each.client_order_id == order_id)

    async def place_of_decision(self, decision_id: str) -> int:
        return next(each.seq for each in self.links if each.decision_id == decision_id)

    async def order(self, order_id: str) -> OrderDetails:
        found = next(
            (each for each in self.lines if each.client_order_id.startswith(order_id)), None
        )
        if found is None:
            raise RejectedError(f"there is no order '{order_id}'", slug="not-found")
        return OrderDetails(line=found, entries=as_rows(bought().events))

    async def comparison(self, book) -> Comparison | None:  # noqa: ARG002
        return self.compared

    async def outcomes(self, wanted, limit, below=None) -> Rows[OutcomeLink]:  # noqa: ARG002
        found = [each for each in self.links if wanted.status in (None, each.status)]
        return Rows(found[:limit], None)

    async def totals(self, book) -> OutcomeTotals:  # noqa: ARG002
        counts = {
            status: sum(each.status is status for each in self.links) for status in OutcomeStatus
        }
        closed = [each.pnl for each in self.links if each.is_closed and each.pnl is not None]
        return OutcomeTotals(counts=counts, entries=counts, pnl=sum(closed, Decimal(0)))

    async def outcome(self, decision_id: str) -> OutcomeLink:
        return next(each for each in self.links if each.decision_id.startswith(decision_id))

    async def of_decision(self, decision_id) -> DecisionOrders:
        orders = [each for each in self.lines if each.request.decision_id == decision_id]
        outcome = next((each for each in self.links if each.decision_id == decision_id), None)
        return DecisionOrders(orders=orders, outcome=outcome)

    async def story(self, decision_id: str):
        self.acts.append(("story", decision_id))
        return self.tale

    async def positions(self, book: Book) -> Positions:
        return Positions(
            book=book.name,
            mode=book.mode.value,
            source=self.source,
            read_at=AT,
            as_of="2012-07-02",
            items=tuple(self.holds),
            equity=Decimal("100020.00"),
            cash=Decimal("99000.00"),
            why=self.why,
        )

    async def cancel(self, order_id: str, key=None) -> OrderChange:  # noqa: ARG002
        self._act("cancel", order_id)
        before = (await self.order(order_id)).line
        after = before if before.is_over else replace(before, state=OrderState.PENDING_CANCEL)
        self.lines = [after if each is before else each for each in self.lines]
        return OrderChange(line=after, applied=after is not before)

    async def close(self, book: Book, symbol: Symbol, key=None) -> PositionChange:  # noqa: ARG002
        self._act("close", book.name, symbol)
        sale = line(Leg.FLATTEN, state=OrderState.WORKING, filled=Decimal(0), average_price=None)
        return PositionChange(book=book.name, symbol=symbol, line=sale, applied=True)

    async def reconcile(self, book: Book, key=None) -> ComparisonChange:  # noqa: ARG002
        self._act("reconcile", book.name)
        return ComparisonChange(comparison=self.compared or AGREED)

    def _act(self, *words: str) -> None:
        self.acts.append(words)
        if self.refusal is not None:
            raise self.refusal
