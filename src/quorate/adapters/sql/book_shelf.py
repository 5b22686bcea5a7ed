"""The rows that a keeper folds its book from: marks, what happened after them, and the orders behind a decision."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import Connection, bindparam, func, select

from quorate.adapters.sql.book_marks import mark_of_cycle, newest_mark
from quorate.adapters.sql.books import book_named
from quorate.adapters.sql.chain_table import JOURNAL
from quorate.adapters.sql.entry_plans import plans_of, risk_orders
from quorate.adapters.sql.orders import EXECUTIONS, ORDERS
from quorate.adapters.sql.outcomes import DECISIONS, OUTCOMES, in_slots, outcomes_told
from quorate.adapters.sql.runs import CONSENSUS
from quorate.adapters.sql.statement import Row, Statement, Values, rows_of
from quorate.cycle.book_keeping.happening import (
    Analysed,
    Happening,
    News,
    Ordered,
    Played,
    SplitTold,
    Traded,
)
from quorate.cycle.book_keeping.outcome import (
    REASON_OF,
    DecisionOrder,
    DecisionOutcome,
    Fill,
    Linked,
    Refused,
    read_outcome,
)
from quorate.cycle.book_keeping.standing import BookStanding, opened_standing, read_standing
from quorate.cycle.record import CycleFact
from quorate.execution import OrderState
from quorate.execution.recorded import OrderFact
from quorate.kernel.action import FinalAction
from quorate.kernel.canonical import Json
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, CycleId, DecisionId, RunId, Symbol, Tenant
from quorate.portfolio.kept_book import Trade
from quorate.portfolio.side import Side
from quorate.risk import Leg

if TYPE_CHECKING:
    from quorate.adapters.sql.database import Database

_ID_FROM: Final = len("order:") + 1
_PLAYED: Final = "broker.moved"
_TOLD: Final[Mapping[str, str]] = {
    "intended": OrderFact.INTENDED.value,
    "moved": OrderFact.MOVED.value,
    "split": OrderFact.SPLIT.value,
    "analysed": CycleFact.ANALYSIS.value,
    "played": _PLAYED,
}
"""The types of the rows that a book is folded from, by the name of their parameter."""

_HEAD = Statement(
    select(func.coalesce(func.max(JOURNAL.c.seq), bindparam("none"))).where(
        JOURNAL.c.tenant == bindparam("tenant")
    )
)
_NEWS = Statement(
    select(JOURNAL.c.type, JOURNAL.c.payload, ORDERS.c.decision_id, ORDERS.c.leg)
    .outerjoin(
        ORDERS,
        (ORDERS.c.tenant == JOURNAL.c.tenant)
        & (ORDERS.c.client_order_id == func.substr(JOURNAL.c.stream, bindparam("id_from"))),
    )
    .where(
        JOURNAL.c.tenant == bindparam("tenant"),
        JOURNAL.c.seq > bindparam("after"),
        JOURNAL.c.seq <= bindparam("through"),
        JOURNAL.c.book == bindparam("book"),
        JOURNAL.c.type.in_([bindparam(name) for name in sorted(_TOLD)]),
    )
    .order_by(JOURNAL.c.seq)
)
_ORDERS = Statement(
    select(
        ORDERS.c.client_order_id,
        ORDERS.c.decision_id,
        ORDERS.c.symbol,
        ORDERS.c.leg,
        ORDERS.c.state,
        ORDERS.c.broker_order_id,
        EXECUTIONS.c.execution_id,
        EXECUTIONS.c.quantity,
        EXECUTIONS.c.price,
    )
    .outerjoin(
        EXECUTIONS,
        (EXECUTIONS.c.tenant == ORDERS.c.tenant)
        & (EXECUTIONS.c.client_order_id == ORDERS.c.client_order_id),
    )
    .where(
        ORDERS.c.tenant == bindparam("tenant"),
        ORDERS.c.decision_id.in_(DECISIONS),
        ORDERS.c.book + bindparam("nothing") == bindparam("book"),
    )
    .order_by(ORDERS.c.seq, EXECUTIONS.c.place)
)
"""The orders of decisions; "nothing" keeps SQLite, which has no statistics, from walking all orders of the book."""

_UNORDERED = Statement(
    select(CONSENSUS.c.decision_id, CONSENSUS.c.symbol, CONSENSUS.c.final_action)
    .outerjoin(
        ORDERS,
        (ORDERS.c.tenant == CONSENSUS.c.tenant) & (ORDERS.c.decision_id == CONSENSUS.c.decision_id),
    )
    .outerjoin(
        OUTCOMES,
        (OUTCOMES.c.tenant == CONSENSUS.c.tenant)
        & (OUTCOMES.c.decision_id == CONSENSUS.c.decision_id),
    )
    .where(
        CONSENSUS.c.tenant == bindparam("tenant"),
        CONSENSUS.c.run_id == bindparam("run_id"),
        CONSENSUS.c.final_action.in_([bindparam("buy"), bindparam("sell")]),
        ORDERS.c.decision_id.is_(None),
        OUTCOMES.c.decision_id.is_(None),
    )
)
"""What a run decided and nobody ordered; not in order, or SQLite would walk every decision for it."""

_ENTRY = Statement(
    select(ORDERS.c.request)
    .where(
        ORDERS.c.tenant == bindparam("tenant"),
        ORDERS.c.decision_id == bindparam("decision_id"),
        ORDERS.c.leg == bindparam("leg"),
    )
    .order_by(ORDERS.c.seq)
)


class SqlShelf:
    """One tenant's rows; the keeper's port `Shelf` says what it promises.

    `fee` is what a fill costs, in USD; `in_cents` whether the broker books whole cents.
    """

    def __init__(
        self, database: Database, tenant: Tenant, fee: Decimal, *, in_cents: bool = True
    ) -> None:
        self._database = database
        self._tenant = tenant
        self._fee = fee
        self._in_cents = in_cents

    async def newest(self, book: BookName, known: int) -> BookStanding | None:
        """Return the newest mark, the opened book before any; None where it is mark `known`."""

        def read(connection: Connection) -> BookStanding | None:
            told = newest_mark(connection, self._tenant, book, known)
            if told is not None:
                return read_standing(book, told)
            return self._opened(connection, book) if known < 0 else None

        return await self._database.look_up(read)

    async def marked_in(self, book: BookName, cycle_id: CycleId) -> BookStanding | None:
        """Return the mark that a cycle made, None where it made none."""
        told = await self._database.look_up(
            lambda connection: mark_of_cycle(connection, self._tenant, book, cycle_id)
        )
        return None if told is None else read_standing(book, told)

    async def news(self, book: BookName, after: int, *, sessions: bool) -> News:
        """Return what happened after a row; where the sessions began is told where that is asked for."""
        return await self._database.look_up(
            lambda connection: self._news(connection, book, after, sessions)
        )

    async def linked(
        self, book: BookName, decisions: Collection[DecisionId], runs: Collection[RunId]
    ) -> Linked:
        """Return the orders and outcomes of decisions, and the decisions of runs that came to no order."""

        def read(connection: Connection) -> Linked:
            orders: dict[DecisionId, list[DecisionOrder]] = {each: [] for each in decisions}
            outcomes: dict[DecisionId, DecisionOutcome] = {}
            for values in in_slots(self._tenant, decisions):
                for order in self._orders(connection, book, values):
                    orders[order.decision_id].append(order)
                for told in outcomes_told(connection, values):
                    outcome = read_outcome(told)
                    outcomes[outcome.decision_id] = outcome
            return Linked(
                orders=orders,
                outcomes=outcomes,
                refused=tuple(
                    refused
                    for run_id in runs
                    for refused in self._refused(connection, book, run_id)
                ),
            )

        return await self._database.look_up(read)

    async def hashes(self, decisions: Collection[DecisionId]) -> Mapping[DecisionId, str]:
        """Return the hash of each decision that the entry of one was approved for."""

        def read(connection: Connection) -> Mapping[DecisionId, str]:
            found = {}
            for decision_id in sorted(decisions):
                values: Values = {**self._of(decision_id), "leg": Leg.ENTRY.value}
                for (request,) in rows_of(connection, _ENTRY, values):
                    found[decision_id] = str(msgspec.json.decode(str(request))["decisionHash"])
            return found

        return await self._database.look_up(read)

    def _opened(self, connection: Connection, book: BookName) -> BookStanding:
        opened = book_named(connection, self._tenant, book)
        if opened is None:
            raise RejectedError(
                f"there is no book '{book}'", effect="nothing was marked", slug="not-found"
            )
        return opened_standing(book, opened.cash.amount)

    def _news(self, connection: Connection, book: BookName, after: int, sessions: bool) -> News:  # noqa: FBT001
        head = rows_of(connection, _HEAD, {"tenant": self._tenant, "none": 0})
        through = int(head[0][0] or 0)
        values: Values = {
            "tenant": self._tenant,
            "book": book,
            "after": after,
            "through": through,
            "id_from": _ID_FROM,
            **_TOLD,
            "played": _PLAYED if sessions else "",
        }
        rows = rows_of(connection, _NEWS, values)
        happenings = tuple(each for row in rows for each in self._happenings(row))
        entered = {
            each.trade.decision_id
            for each in happenings
            if isinstance(each, Traded) and each.trade.side is Side.BUY
        }
        plans = plans_of(connection, self._tenant, book, entered)
        return News(through=through, happenings=happenings, plans=plans)

    def _happenings(self, row: Row) -> Iterator[Happening]:
        kind, payload, decision, leg = row
        told = msgspec.json.decode(str(payload))
        if kind == OrderFact.SPLIT:
            after = Decimal(told["held"]["quantity"])
            yield SplitTold(Symbol(told["symbol"]), Decimal(told["from"]), after)
        elif kind == CycleFact.ANALYSIS:
            yield Analysed(RunId(told["runId"]))
        elif kind == _PLAYED:
            closes = {Symbol(key): Decimal(text) for key, text in told["closes"].items()}
            yield Played(date.fromisoformat(told["session"]), closes)
        else:
            decision_id = DecisionId(str(decision))
            yield Ordered(decision_id)
            yield from self._trades(told, decision_id, Leg(str(leg)))

    def _trades(
        self, told: Mapping[str, Json], decision_id: DecisionId, leg: Leg
    ) -> Iterator[Traded]:
        executions = told.get("executions", [])
        for each in executions if isinstance(executions, list) else ():
            if isinstance(each, dict):
                trade = Trade(
                    id=str(each["id"]),
                    order=str(told["clientOrderId"]),
                    decision_id=decision_id,
                    symbol=Symbol(str(told["symbol"])),
                    side=Side.BUY if leg is Leg.ENTRY else Side.SELL,
                    reason=REASON_OF[leg],
                    quantity=Decimal(str(each["quantity"])),
                    price=Decimal(str(each["price"])),
                    fee=self._fee,
                    in_cents=self._in_cents,
                )
                yield Traded(trade)

    def _orders(
        self, connection: Connection, book: BookName, decisions: Values
    ) -> Iterator[DecisionOrder]:
        orders: dict[str, tuple[Row, list[Fill]]] = {}
        for row in rows_of(connection, _ORDERS, {**decisions, "book": book, "nothing": ""}):
            *told, execution, quantity, price = row
            _, fills = orders.setdefault(str(row[0]), (tuple(told), []))
            if execution is not None:
                fills.append(Fill(str(execution), Decimal(str(quantity)), Decimal(str(price))))
        for (id_, decision, symbol, leg, state, broker_id), fills in orders.values():
            yield DecisionOrder(
                client_order_id=str(id_),
                decision_id=DecisionId(str(decision)),
                symbol=Symbol(str(symbol)),
                leg=Leg(str(leg)),
                state=OrderState(str(state)),
                broker_order_id=str(broker_id),
                fills=tuple(fills),
            )

    def _refused(self, connection: Connection, book: BookName, run_id: RunId) -> Iterator[Refused]:
        values: Values = {
            "tenant": self._tenant,
            "run_id": run_id,
            "buy": FinalAction.BUY.value,
            "sell": FinalAction.SELL.value,
        }
        unordered = sorted(rows_of(connection, _UNORDERED, values), key=lambda row: str(row[0]))
        told = risk_orders(connection, self._tenant, book, run_id) if unordered else ()
        codes = {each.get("decisionId"): each.get("code") for each in told}
        for decision, symbol, action in unordered:
            yield Refused(
                decision_id=DecisionId(str(decision)),
                symbol=Symbol(str(symbol)),
                is_entry=action == FinalAction.BUY.value,
                reason=str(codes.get(str(decision)) or ""),
            )

    def _of(self, decision_id: DecisionId) -> Values:
        return {"tenant": self._tenant, "decision_id": decision_id}
