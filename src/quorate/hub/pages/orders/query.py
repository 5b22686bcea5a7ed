"""The page's address: which tab of which book, and what narrows its list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode

from quorate.cycle.story.denied import DenialFilter
from quorate.execution.listing import OrderFilter, OrderView
from quorate.execution.outcome_link import OutcomeFilter, OutcomeStatus
from quorate.hub.pages.addresses import word_in
from quorate.hub.pages.screen import WHOLE, Column, Screen, chosen_screen
from quorate.kernel.ids import BookName, Symbol, is_name, symbol_in
from quorate.risk import Leg

LIST: Final = "/admin/orders"
SECTION: Final = "orders"


class Tab(StrEnum):
    """The four lists."""

    ORDERS = "orders"
    POSITIONS = "positions"
    OUTCOMES = "outcomes"
    REFUSED = "refused"


SCREENS: Final[Mapping[Tab, Screen]] = {
    Tab.ORDERS: Screen(
        (
            Column("qty", "Qty", 4),
            Column("type", "Type", 5),
            Column("filled", "Filled", 7),
            Column("average", "Avg price", 8),
            Column("stop", "Stop", 9),
            Column("decision", "Decision", 10),
        )
    ),
    Tab.POSITIONS: Screen(
        (
            Column("average", "Avg price", 3),
            Column("value", "Value", 4),
            Column("unrealised", "Unrealised", 5),
            Column("stop", "Stop", 6),
            Column("risk", "Risk at stop", 7),
            Column("sessions", "5 sessions", 8),
            Column("opened", "Opened by", 9),
        ),
        sizes=WHOLE,
    ),
    Tab.OUTCOMES: Screen(
        (
            Column("intent", "Intent", 3),
            Column("broker", "Broker order", 4),
            Column("fills", "Fills", 5),
            Column("snapshots", "Snapshots", 6),
            Column("opened", "Opened, closed", 7),
            Column("pnl", "Net P&L", 9),
        )
    ),
    Tab.REFUSED: Screen(
        (Column("qty", "Qty", 3), Column("reason", "Reason", 5), Column("decision", "Decision", 6))
    ),
}
"""Of each list what can be hidden; what a row is, its state and its act stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersQuery:
    """What an address asks for; an empty book is the one of the newest cycle, no screen that of the tab."""

    tab: Tab = Tab.ORDERS
    book: str = ""
    view: OrderView = OrderView.ALL
    symbol: Symbol | None = None
    leg: Leg | None = None
    status: OutcomeStatus | None = None
    cursor: str = ""
    shown_as: Screen | None = None

    @property
    def screen(self) -> Screen:
        """Return how the list is shown."""
        return self.shown_as or SCREENS[self.tab]

    @property
    def href(self) -> str:
        """Return the address, without what is usual anyway."""
        said = {
            "tab": "" if self.tab is Tab.ORDERS else self.tab.value,
            "book": self.book,
            "view": "" if self.view is OrderView.ALL else self.view.value,
            "symbol": self.symbol or "",
            "leg": self.leg.value if self.leg else "",
            "status": self.status.value if self.status else "",
            "after": self.cursor,
        }
        pairs = [(name, value) for name, value in said.items() if value] + [*self.screen.pairs]
        return f"{LIST}?{urlencode(pairs)}" if pairs else LIST

    @property
    def export(self) -> str:
        """Return the address of the whole list as a file."""
        whole = replace(self, cursor="", shown_as=None)
        return whole.href.replace(LIST, f"{LIST}/export", 1)

    @property
    def is_filtered(self) -> bool:
        """Return whether anything but tab, book and view narrows the list."""
        return bool(self.symbol or self.leg)

    @property
    def cleared(self) -> str:
        """Return the address without anything that narrows the list."""
        return OrdersQuery(tab=self.tab, book=self.book, shown_as=self.shown_as).href

    def shows(self, tab: Tab) -> str:
        """Return the address of another tab of the same book."""
        return OrdersQuery(tab=tab, book=self.book).href

    def views(self, view: OrderView) -> str:
        """Return the address of another view under the same filters."""
        return replace(self, view=view, cursor="").href

    def with_status(self, status: OutcomeStatus | None) -> str:
        """Return the address of the outcomes with this status alone."""
        return replace(self, status=status, cursor="").href

    def at(self, cursor: str) -> str:
        """Return the address of another page; an empty cursor is the first one."""
        return replace(self, cursor=cursor).href

    def orders_of(self, book: BookName) -> OrderFilter:
        """Return what the list of orders is asked for."""
        return OrderFilter(book=book, view=self.view, symbol=self.symbol, leg=self.leg)

    def outcomes_of(self, book: BookName) -> OutcomeFilter:
        """Return what the list of outcomes is asked for."""
        return OutcomeFilter(book=book, status=self.status, symbol=self.symbol)

    def denials_of(self, book: BookName) -> DenialFilter:
        """Return what the list of refused orders is asked for."""
        return DenialFilter(book=book, symbol=self.symbol)


def read_query(params: Mapping[str, Sequence[str]]) -> OrdersQuery:
    """Return what the parameters ask for; what cannot be understood asks for nothing."""

    def said(name: str) -> str:
        return next(iter(params.get(name, ())), "").strip()

    book, tab = said("book"), word_in(said("tab"), Tab) or Tab.ORDERS
    return OrdersQuery(
        tab=tab,
        book=book if is_name(book) else "",
        view=word_in(said("view"), OrderView) or OrderView.ALL,
        symbol=symbol_in(said("symbol")),
        leg=word_in(said("leg"), Leg),
        status=word_in(said("status"), OutcomeStatus),
        cursor=said("after"),
        shown_as=chosen_screen(params, SCREENS[tab]),
    )
