"""A small made-up market: enough bars for a view, a regime and a Wyckoff reading."""

from datetime import date, timedelta
from decimal import Decimal

from quorate.kernel.ids import Symbol
from quorate.market.bar import Bar
from quorate.market.series import Series
from quorate.market.snapshot import Snapshot
from quorate.market.verdicts import Quarantine, QuarantineCode
from quorate.market.view import SymbolView

FIRST_SESSION = date(2001, 1, 1)


def series(symbol: str, bars: int = 300) -> Series:
    """A slow rise with a little sway: the close of bar i is 100 + i / 10, give or take 0.5."""
    return Series(
        symbol=Symbol(symbol),
        source="made up",
        bars=tuple(_bar(place) for place in range(bars)),
    )


def snapshot() -> Snapshot:
    """AAPL seen, IBM quarantined, XYZ without a bar."""
    held = series("AAPL")
    view = SymbolView(held, 299)
    return Snapshot(
        as_of=view.session,
        views={Symbol("AAPL"): view},
        quarantined={
            Symbol("IBM"): Quarantine(
                code=QuarantineCode.GAP,
                session=view.session,
                last_session=view.session,
                detail="the last bar is of 2001-01-01, 298 days before 2001-10-27",
            )
        },
        without_data=(Symbol("XYZ"),),
        hash="5na9",
    )


def _bar(place: int) -> Bar:
    close = 100 + Decimal(place) / 10 + (Decimal("0.5") if place % 3 else Decimal("-0.5"))
    return Bar(
        FIRST_SESSION + timedelta(days=place),
        close,
        close + 1,
        close - 1,
        close,
        Decimal(1000 + place % 7),
    )
