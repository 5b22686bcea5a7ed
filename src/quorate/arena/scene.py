"""A scene: what the rules of the arena may know about one symbol, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from quorate.kernel.ids import Symbol
from quorate.market.regime import Regime
from quorate.market.snapshot import Snapshot
from quorate.market.view import SymbolView
from quorate.market.wyckoff import Phase, VolumeTrend
from quorate.portfolio.book import Book

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One symbol of a snapshot beside the book that would trade it.

    `session` and `close` are None and `bars` is 0 without usable data; `quarantine` is the code of
    a quarantine. `held` is the book's quantity, `equity` the book's worth in dollars.
    """

    symbol: Symbol
    session: date | None = None
    bars: int = 0
    close: Decimal | None = None
    regime: Regime = Regime.UNKNOWN
    volatility_percentile: float | None = None
    phase: Phase = Phase.UNKNOWN
    volume_trend: VolumeTrend = VolumeTrend.UNKNOWN
    quarantine: str | None = None
    held: Decimal = NOTHING
    equity: Decimal = NOTHING

    @property
    def is_usable(self) -> bool:
        """Return whether there is a price that can be trusted."""
        return self.quarantine is None and self.bars > 0

    def share_of_equity(self, quantity: Decimal) -> Decimal:
        """Return what part of the equity `quantity` is; what cannot be weighed counts as all."""
        if self.close is None or self.equity <= 0:
            return Decimal(1)
        return quantity * self.close / self.equity


def scene_of(snapshot: Snapshot, symbol: Symbol, book: Book) -> Scene:
    """Return the scene of one requested symbol."""
    held, equity = book.quantity_of(symbol), equity_of(book, snapshot)
    view = snapshot.views.get(symbol)
    if view is not None:
        return _seen(view, held, equity)
    quarantine = snapshot.quarantined.get(symbol)
    code = quarantine.code.value if quarantine else None
    return Scene(symbol=symbol, quarantine=code, held=held, equity=equity)


def equity_of(book: Book, snapshot: Snapshot) -> Decimal:
    """Return cash and positions at the snapshot's closes.

    A position without a close there counts as nothing: a smaller equity makes every order look
    larger, which errs on the side of asking.
    """
    worth = (
        quantity.amount * snapshot.views[symbol].close
        for symbol, quantity in book.positions.items()
        if symbol in snapshot.views
    )
    return sum(worth, book.cash.amount)


def _seen(view: SymbolView, held: Decimal, equity: Decimal) -> Scene:
    regime, wyckoff = view.regime, view.wyckoff
    return Scene(
        symbol=view.symbol,
        session=view.session,
        bars=view.bars,
        close=view.close,
        regime=regime.regime,
        volatility_percentile=regime.volatility_percentile,
        phase=wyckoff.phase,
        volume_trend=wyckoff.volume_trend,
        held=held,
        equity=equity,
    )
