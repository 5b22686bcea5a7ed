"""Folding: a book after what happened since its last mark, in the order in which it happened. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from quorate.cycle.book_keeping.happening import (
    Analysed,
    EntryPlan,
    News,
    Ordered,
    Played,
    SplitTold,
    Traded,
)
from quorate.cycle.book_keeping.sessions import SessionsHeld
from quorate.kernel.ids import Symbol
from quorate.market.actions import ActionKind, CorporateAction
from quorate.portfolio.corporate import price_after
from quorate.portfolio.kept_book import (
    Closing,
    KeptBook,
    Plan,
    Trade,
    acted,
    bought,
    marked_at,
    sold,
)
from quorate.portfolio.side import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What a mark covers: the sessions after `since` (None: from the beginning) up to `until`, and their actions."""

    since: date | None
    until: date
    held: SessionsHeld
    """For how many sessions a lot was held at the end."""
    in_cents: bool = True
    """Whether the broker books whole cents."""
    actions: Mapping[Symbol, Sequence[CorporateAction]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """A book after a period, what was entered and what was closed in it."""

    book: KeptBook
    entered: tuple[Trade, ...] = ()
    closings: tuple[Closing, ...] = ()
    fills: int = 0
    in_cents: bool = True
    """Whether the broker books whole cents, so that nothing is left to rounding."""


def folded(book: KeptBook, news: News, period: Period, prices: Mapping[Symbol, Decimal]) -> Folded:
    """Return the book at the end of a period, at its prices."""
    fold = _Fold(book, news, period)
    for happening in news.happenings:
        match happening:
            case Played(session, closes):
                fold.play(session, closes)
            case SplitTold(symbol, before, after):
                fold.split(symbol, before, after)
            case Traded(trade):
                fold.trade(trade)
            case Ordered() | Analysed():
                pass
    fold.end()
    trades = [each for each in news.happenings if isinstance(each, Traded)]
    return Folded(
        book=marked_at(fold.book, prices, period.held),
        entered=tuple(fold.entered),
        closings=tuple(fold.closings),
        fills=len(trades),
        in_cents=period.in_cents,
    )


class _Fold:
    """One period of one book.

    Corporate actions come before what was traded in their session. A simulated broker's rows tell where each session
    begins; without any, an action comes first of all, but for a split that a row of its own tells the place of.
    """

    def __init__(self, book: KeptBook, news: News, period: Period) -> None:
        self.book = book
        self.entered: list[Trade] = []
        self.closings: list[Closing] = []
        self._plans = news.plans
        self._period = period
        self._waiting = list(_in_order(period))
        self._session = period.since
        self._split: list[Symbol] = []
        played = any(isinstance(each, Played) for each in news.happenings)
        told = {each.symbol for each in news.happenings if isinstance(each, SplitTold)}
        if not played:
            self._session = period.until
            self._act(lambda symbol, action: not (_is_split(action) and symbol in told))

    def play(self, session: date, closes: Mapping[Symbol, Decimal]) -> None:
        """Begin the session unless it was begun, and note its prices."""
        if self._session is None or session > self._session:
            self._session = session
            self._act(lambda _symbol, action: action.session <= session)
        held = {symbol: closes[symbol] for symbol in self.book.symbols if symbol in closes}
        self.book = replace(self.book, prices=MappingProxyType({**self.book.prices, **held}))

    def split(self, symbol: Symbol, before: Decimal, after: Decimal) -> None:
        """Split what is held, unless that was done when its session began."""
        if symbol in self._split:
            self._split.remove(symbol)
            return
        due = next(
            (each for each in self._waiting if each[0] == symbol and _is_split(each[1])), None
        )
        if due is not None:
            self._waiting.remove(due)
            self.book = acted(self.book, *due)
        elif before > 0:
            ratio = CorporateAction(
                session=self._period.until, kind=ActionKind.SPLIT, ratio=after / before
            )
            self.book = acted(self.book, symbol, ratio)

    def trade(self, trade: Trade) -> None:
        """Book shares that changed hands."""
        session = self._session or self._period.until
        if trade.side is Side.BUY:
            self.book = bought(self.book, trade, session, self._plan(trade, session))
            self.entered.append(trade)
            return
        self.book, closings = sold(self.book, trade, session)
        self.closings += closings

    def end(self) -> None:
        """Act on what no row told the place of."""
        self._act(lambda _symbol, _action: True)

    def _act(self, is_due: Callable[[Symbol, CorporateAction], bool]) -> None:
        due = [each for each in self._waiting if is_due(*each)]
        self._waiting = [each for each in self._waiting if each not in due]
        for symbol, action in due:
            self.book = acted(self.book, symbol, action)
            if _is_split(action):
                self._split.append(symbol)

    def _plan(self, trade: Trade, session: date) -> Plan:
        """Return where an entry is to be left, over the splits between its decision and its fill."""
        planned = self._plans.get(trade.decision_id, EntryPlan(plan=Plan()))
        plan, decided = planned.plan, planned.as_of
        for action in self._period.actions.get(trade.symbol, ()):
            if decided is not None and decided < action.session <= session and _is_split(action):
                plan = plan._replace(
                    stop=price_after(plan.stop, action), target=price_after(plan.target, action)
                )
        return plan


def _is_split(action: CorporateAction) -> bool:
    return action.kind is ActionKind.SPLIT


def _in_order(period: Period) -> Iterator[tuple[Symbol, CorporateAction]]:
    """Yield the actions by session, those of one symbol as they were told; the last mark's are done."""
    every = [
        (symbol, action)
        for symbol in sorted(period.actions)
        for action in period.actions[symbol]
        if period.since is None or action.session > period.since
    ]
    yield from sorted(every, key=lambda each: each[1].session)
