"""Reading: orders, comparisons, outcomes and the story of a decision, from one opened store; nothing here writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from sqlalchemy import Connection

from quorate.adapters.sql.books import book_named
from quorate.adapters.sql.decision_streams import DecisionStreams, decision_ids_like, streams_of
from quorate.adapters.sql.denial_listing import denial_count, denials_page, seq_of_verdict
from quorate.adapters.sql.journal import newest_rows
from quorate.adapters.sql.order_listing import (
    order_books,
    order_counts,
    order_symbols,
    orders_named,
    orders_of_decision,
    orders_page,
    seq_of_order,
)
from quorate.adapters.sql.outcome_listing import (
    outcome_of,
    outcome_totals,
    outcomes_page,
    seq_of_decision,
    sessions_of_rows,
)
from quorate.adapters.sql.outcome_listing import outcomes_count as counted_outcomes
from quorate.arena.record import stream_of as run_stream
from quorate.bootstrap.ordering.answers import DecisionOrders, OrderDetails, Rows, rows_of
from quorate.bootstrap.store import Store
from quorate.cycle.record import stream_of as cycle_stream
from quorate.cycle.story import Story, StoryRows, read_story
from quorate.cycle.story.denied import DenialFilter, DeniedOrder
from quorate.execution.comparison import Comparison, newest_comparison
from quorate.execution.listing import OrderFilter, OrderLine, OrderView
from quorate.execution.outcome_link import (
    OutcomeFilter,
    OutcomeLink,
    OutcomeTotals,
    link_of_orders,
)
from quorate.execution.recorded import OrderFact
from quorate.kernel.errors import InvariantBrokenError, RejectedError
from quorate.kernel.ids import BookName, CycleId, DecisionId, Symbol
from quorate.kernel.journal import JournalEntry
from quorate.portfolio.book import Book

COMPARISONS: Final = 50
"""So many comparisons are looked at for since when the broker disagrees; the older ones change nothing."""


async def require_book(store: Store, name: BookName) -> Book:
    """Return the book as it stands.

    Raises:
        RejectedError: there is none of that name (slug `not-found`).
    """
    book = await store.database.look_up(lambda link: book_named(link, store.tenant, name))
    if book is None:
        raise RejectedError(
            f"there is no book '{name}'",
            effect="nothing is shown",
            fix="leave --book out for the book of the newest cycle",
            slug="not-found",
        )
    return book


async def orders(
    store: Store, wanted: OrderFilter, limit: int, below: int | None
) -> Rows[OrderLine]:
    """Return at most `limit` orders, newest first, those of rows before `below`."""
    lines = await store.database.read(
        lambda link: orders_page(link, store.tenant, wanted, limit + 1, below)
    )
    return rows_of(lines, limit)


async def counts(store: Store, wanted: OrderFilter) -> Mapping[OrderView, int]:
    """Return how many orders each view holds under the rest of the filter."""
    return await store.database.read(partial(order_counts, tenant=store.tenant, wanted=wanted))


async def denials(
    store: Store, wanted: DenialFilter, limit: int, below: int | None
) -> Rows[DeniedOrder]:
    """Return at most `limit` orders that risk refused, newest first, those of rows before `below`."""
    lines = await store.database.read(
        lambda link: denials_page(link, store.tenant, wanted, limit + 1, below)
    )
    return rows_of(lines, limit)


async def denied(store: Store, wanted: DenialFilter) -> int:
    """Return how many orders risk refused."""
    return await store.database.read(partial(denial_count, tenant=store.tenant, wanted=wanted))


async def place_of_denial(store: Store, verdict_id: str) -> int:
    """Return the row that a list of refused orders goes on below; raises as `place_of_order`."""
    found = await store.database.look_up(
        lambda link: seq_of_verdict(link, store.tenant, verdict_id)
    )
    return _place(found, verdict_id)


async def symbols(store: Store, book: BookName) -> Sequence[Symbol]:
    """Return the symbols that a book has orders of."""
    return await store.database.read(partial(order_symbols, tenant=store.tenant, book=book))


async def books(store: Store) -> Sequence[BookName]:
    """Return the books that have orders, that of the newest order first."""
    return await store.database.read(partial(order_books, tenant=store.tenant))


async def place_of_order(store: Store, order_id: str) -> int:
    """Return the row that a list goes on below, behind an order.

    Raises:
        RejectedError: no list gave this cursor.
    """
    found = await store.database.look_up(lambda link: seq_of_order(link, store.tenant, order_id))
    return _place(found, order_id)


async def place_of_decision(store: Store, decision_id: str) -> int:
    """Return the row that a list of outcomes goes on below; raises as `place_of_order`."""
    found = await store.database.look_up(
        lambda link: seq_of_decision(link, store.tenant, decision_id)
    )
    return _place(found, decision_id)


async def order(store: Store, name: str) -> OrderDetails:
    """Return the order with this id, ours or the broker's, or the only one whose id begins so.

    Raises:
        RejectedError: there is none (slug `not-found`), or there are several.
    """
    found = await store.database.read(partial(orders_named, tenant=store.tenant, name=name))
    if len(found) != 1 or not name:
        raise RejectedError(
            f"there is {'no' if not found or not name else 'more than one'} order '{name}'",
            effect="nothing is shown",
            fix="quorate orders list",
            slug="validation-failed" if found and name else "not-found",
        )
    stream = f"order:{found[0].client_order_id}"
    return OrderDetails(line=found[0], entries=await store.journal.entries(stream))


async def comparison(store: Store, book: BookName) -> Comparison | None:
    """Return what the newest comparison with the broker found, None before the first."""
    rows = await store.database.look_up(
        lambda link: newest_rows(link, store.tenant, f"reconciliation:{book}", COMPARISONS)
    )
    return newest_comparison([row for row in rows if row.type == OrderFact.RECONCILED])


async def outcomes(
    store: Store, wanted: OutcomeFilter, limit: int, below: int | None
) -> Rows[OutcomeLink]:
    """Return at most `limit` outcomes, those of the newest decisions first, before row `below`."""
    links = await store.database.read(
        lambda link: outcomes_page(link, store.tenant, wanted, limit + 1, below)
    )
    return rows_of(links, limit)


async def outcomes_count(store: Store, wanted: OutcomeFilter) -> int:
    """Return how many outcomes `wanted` asks for."""
    return await store.database.read(partial(counted_outcomes, tenant=store.tenant, wanted=wanted))


async def totals(store: Store, book: BookName) -> OutcomeTotals:
    """Return what the outcomes of a book add up to."""
    return await store.database.read(partial(outcome_totals, tenant=store.tenant, book=book))


async def decision_orders(store: Store, decision_id: DecisionId) -> DecisionOrders:
    """Return a decision's orders and what they came to, as far as is known."""

    def read(link: Connection) -> DecisionOrders:
        lines = orders_of_decision(link, store.tenant, decision_id)
        marked = outcome_of(link, store.tenant, decision_id)
        return DecisionOrders(orders=lines, outcome=marked or link_of_orders(lines))

    return await store.database.look_up(read)


async def outcome(store: Store, name: str) -> OutcomeLink:
    """Return the outcome link of the decision with this id or its beginning.

    Raises:
        RejectedError: there is no such decision, or it wanted no order (slug `not-found`).
    """
    decision_id = await full_decision_id(store, name)
    found = (await decision_orders(store, decision_id)).outcome
    if found is None:
        raise RejectedError(
            f"decision {decision_id} has no order, so it has no outcome",
            effect="nothing is shown",
            fix=f"quorate explain {decision_id}",
            slug="not-found",
        )
    return found


async def story(store: Store, name: str) -> Story:
    """Return the story of the decision with this id or its beginning; raises RejectedError as `full_decision_id`."""
    decision_id = await full_decision_id(store, name)
    streams = await store.database.look_up(lambda link: streams_of(link, store.tenant, decision_id))
    if streams is None:
        raise InvariantBrokenError(f"decision {decision_id} was there and is gone")
    return read_story(decision_id, await _rows(store, streams))


async def full_decision_id(store: Store, name: str) -> DecisionId:
    """Return the id of the decision whose id this is, or begins with this.

    Raises:
        RejectedError: there is none (slug `not-found`), or there are several.
    """
    found = await store.database.look_up(lambda link: decision_ids_like(link, store.tenant, name))
    if len(found) != 1 or not name:
        raise RejectedError(
            f"there is {'no' if not found or not name else 'more than one'} decision '{name}'",
            effect="nothing is shown",
            fix="quorate orders list, or quorate runs list",
            slug="validation-failed" if found and name else "not-found",
        )
    return found[0]


async def _rows(store: Store, streams: DecisionStreams) -> StoryRows:
    """Return the rows of every stream of a decision."""
    journal = store.journal
    orders_ = [await journal.entries(f"order:{each}") for each in streams.order_ids]
    filled = [row.seq for stream in orders_ for row in stream if _brings_fills(row)]
    book = streams.book
    sessions: Mapping[int, str] = {}
    if book is not None and filled:
        sessions = await store.database.look_up(
            lambda link: sessions_of_rows(link, store.tenant, book, filled)
        )
    cycle = CycleId(streams.cycle_id)
    return StoryRows(
        run=await journal.entries(run_stream(streams.run_id)),
        cycle=await journal.entries(cycle_stream(cycle)) if cycle else (),
        verdicts=[await journal.entries(f"verdict:{each}") for each in streams.verdict_ids],
        orders=orders_,
        outcome=await journal.entries(f"outcome:{streams.decision_id}"),
        sessions=sessions,
    )


def _brings_fills(row: JournalEntry) -> bool:
    return bool(row.facts.get("executions"))


def _place(found: int | None, name: str) -> int:
    if found is None:
        raise RejectedError(
            f"the cursor {name!r} belongs to no list",
            effect="nothing was listed",
            fix="take nextCursor of the page before, or leave it out",
            slug="invalid-cursor",
        )
    return found
