"""Trading a competition: what a session does to every book, and what its decisions become for the next open.

Pure: bars, actions and decisions in, books out. Nothing here knows a later session than the one being played.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from quorate.agents.policy import AgentsPolicy
from quorate.agents.risk_manager import exits_by_atr
from quorate.arena.competition.contest import BASELINES, BUY_AND_HOLD, Terms
from quorate.kernel.action import FinalAction
from quorate.kernel.decision import Decision
from quorate.kernel.ids import DecisionId, Symbol
from quorate.kernel.vote import Sizing, SizingKind
from quorate.market.actions import CorporateAction
from quorate.market.bar import Bar
from quorate.market.series import Series
from quorate.market.snapshot import Snapshot
from quorate.market.view import SymbolView
from quorate.portfolio import (
    Fill,
    Order,
    Outcome,
    PlayedSession,
    Refusal,
    SessionMarket,
    Side,
    VirtualBook,
    allowed_entry,
    charged,
    opened_book,
    play_session,
    with_orders,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookRound:
    """One book after a round, and what the round did to it.

    `cost` is what its model calls cost, None where a price is unknown; `errors` counts answers that failed. `decided`
    holds what the agents of a trader decided together: what one agent decides alone stands in the round's run.
    """

    book: VirtualBook
    fills: tuple[Fill, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    cost: Decimal | None = Decimal(0)
    decisions: int = 0
    errors: int = 0
    decided: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one participant decided in a round, and what that cost; `together` says that several agents did."""

    decisions: tuple[Decision, ...] = ()
    cost: Decimal | None = Decimal(0)
    errors: int = 0
    together: bool = False


def first_books(terms: Terms) -> tuple[VirtualBook, ...]:
    """Return the books at the start: the participants by name, then the baselines, all with the same capital."""
    names = (*terms.participants, *BASELINES)
    return tuple(opened_book(name, terms.capital.amount) for name in names)


def session_market(series: Mapping[Symbol, Series], session: date) -> SessionMarket:
    """Return what happened in one session to the symbols that have a bar of it."""
    bars: dict[Symbol, Bar] = {}
    actions: dict[Symbol, Sequence[CorporateAction]] = {}
    for symbol, one in series.items():
        place = one.index_at(session)
        if place is None or one.sessions[place] != session:
            continue
        bars[symbol] = one.bars[place]
        effective = tuple(action for action in one.actions if action.session == session)
        if effective:
            actions[symbol] = effective
    return SessionMarket(session=session, bars=bars, actions=actions)


def traded(
    books: Iterable[VirtualBook], market: SessionMarket, terms: Terms
) -> tuple[PlayedSession, ...]:
    """Return every book after the session; a baseline's entries are bounded by its cash alone."""
    return tuple(
        play_session(book, market, terms.limits_of(book.name), limited=book.name not in BASELINES)
        for book in books
    )


def concluded(
    played: Iterable[PlayedSession],
    turns: Mapping[str, Turn],
    snapshot: Snapshot | None,
    terms: Terms,
    agents: AgentsPolicy,
) -> tuple[BookRound, ...]:
    """Return every book after what was decided at the close; without a snapshot nothing was: it was the last one."""
    return tuple(
        _concluded(each, turns.get(each.book.name, Turn()), snapshot, terms, agents)
        for each in played
    )


def _concluded(
    played: PlayedSession,
    turn: Turn,
    snapshot: Snapshot | None,
    terms: Terms,
    agents: AgentsPolicy,
) -> BookRound:
    book, wishes = played.book, list[Order | Refusal]()
    if snapshot is not None:
        wishes = list(_wishes(book, turn, snapshot, terms, agents))
    orders = [wish for wish in wishes if isinstance(wish, Order)]
    replaced = {order.symbol for order in orders}
    kept = tuple(order for order in book.orders if order.symbol not in replaced)
    book = charged(with_orders(replace(book, orders=kept), orders), turn.cost or Decimal(0))
    return BookRound(
        book=book,
        fills=played.fills,
        outcomes=played.outcomes,
        refusals=(*played.refusals, *(wish for wish in wishes if isinstance(wish, Refusal))),
        cost=turn.cost,
        decisions=len(turn.decisions),
        errors=turn.errors,
        decided=turn.decisions if turn.together else (),
    )


def _wishes(
    book: VirtualBook, turn: Turn, snapshot: Snapshot, terms: Terms, agents: AgentsPolicy
) -> Iterator[Order | Refusal]:
    if book.name == BUY_AND_HOLD:
        yield from _bought_for_good(book, snapshot, terms)
    for decision in turn.decisions:
        view = snapshot.views.get(decision.symbol)
        if decision.action is FinalAction.SELL:
            yield Order(
                decision_id=decision.decision_id,
                symbol=decision.symbol,
                side=Side.SELL,
                quantity=book.quantity_of(decision.symbol),
            )
        elif decision.action is FinalAction.BUY and view is not None:
            horizon = decision.horizon or terms.horizon_of(book.name)
            yield entry_of(replace(decision, horizon=horizon), view, book, terms, agents)


def entry_of(
    decision: Decision, view: SymbolView, book: VirtualBook, terms: Terms, agents: AgentsPolicy
) -> Order | Refusal:
    """Return the entry that a BUY becomes, as large as the checks allow, or the check that refuses it.

    A profile that names no stop or target gets those of the house, the same for all: 2 and 3 ATR(14).
    """
    house = exits_by_atr(view, agents)
    usable = house if house is not None and house.is_possible else None
    stop = decision.stop or (usable.stop if usable else None)
    target = decision.target or (usable.target if usable else None)
    standing = book.standing(view.symbol, view.average_volume)
    wanted = _shares(decision.sizing, book.equity, view.close)
    sized = allowed_entry(wanted, view.close, stop, standing, terms.limits_of(book.name))
    if sized.code is not None:
        return Refusal(decision_id=decision.decision_id, symbol=decision.symbol, code=sized.code)
    return Order(
        decision_id=decision.decision_id,
        symbol=decision.symbol,
        side=Side.BUY,
        quantity=sized.quantity,
        stop=stop,
        target=target,
        horizon=decision.horizon,
    )


def _shares(sizing: Sizing | None, equity: Decimal, close: Decimal) -> Decimal:
    if sizing is None:
        return Decimal(0)
    if sizing.kind is SizingKind.QTY:
        return sizing.value
    return sizing.value * equity / close


def _bought_for_good(book: VirtualBook, snapshot: Snapshot, terms: Terms) -> Iterator[Order]:
    """Yield the baseline's orders: an equal part of the capital for each symbol, once it has a price."""
    known = {lot.symbol for lot in book.lots} | {order.symbol for order in book.orders}
    share = terms.capital.amount / len(terms.symbols)
    for symbol in terms.symbols:
        view = snapshot.views.get(symbol)
        if view is None or symbol in known:
            continue
        quantity = (share / view.close).quantize(Decimal(1), rounding=ROUND_FLOOR)
        if quantity >= 1:
            yield Order(
                decision_id=DecisionId(BUY_AND_HOLD),
                symbol=symbol,
                side=Side.BUY,
                quantity=quantity,
            )
