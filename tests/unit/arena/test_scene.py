from decimal import Decimal

import pytest

from quorate.arena.scene import Scene, equity_of, scene_of
from quorate.kernel.ids import BookName, Symbol
from quorate.kernel.money import Quantity, Usd
from quorate.market.regime import Regime
from quorate.market.wyckoff import Phase, VolumeTrend
from quorate.portfolio.book import Book, BookMode
from tests.unit.arena.casts import scene
from tests.unit.arena.markets import snapshot

AAPL, IBM, XYZ = Symbol("AAPL"), Symbol("IBM"), Symbol("XYZ")


def book(**positions):
    return Book(
        name=BookName("replay"),
        mode=BookMode.REPLAY,
        cash=Usd(Decimal(1000)),
        positions={
            Symbol(symbol): Quantity(Decimal(amount)) for symbol, amount in positions.items()
        },
    )


def test_a_scene_repeats_the_view_and_the_book():
    picture = snapshot()
    view = picture.views[AAPL]
    assert scene_of(picture, AAPL, book(AAPL=2)) == Scene(
        symbol=AAPL,
        session=view.session,
        bars=300,
        close=view.close,
        regime=view.regime.regime,
        volatility_percentile=view.regime.volatility_percentile,
        phase=view.wyckoff.phase,
        volume_trend=view.wyckoff.volume_trend,
        held=Decimal(2),
        equity=1000 + 2 * view.close,
    )


@pytest.mark.parametrize(
    ("symbol", "quarantine"),
    [
        pytest.param(IBM, "BAR_GAP", id="quarantined"),
        pytest.param(XYZ, None, id="without a bar"),
    ],
)
def test_without_usable_data_everything_about_the_market_is_unknown(symbol, quarantine):
    seen = scene_of(snapshot(), symbol, book())
    assert seen.quarantine == quarantine
    assert (seen.bars, seen.session, seen.close) == (0, None, None)
    assert (seen.regime, seen.phase, seen.volume_trend) == (
        Regime.UNKNOWN,
        Phase.UNKNOWN,
        VolumeTrend.UNKNOWN,
    )
    assert not seen.is_usable


def test_a_position_without_a_close_adds_nothing_to_the_equity():
    assert equity_of(book(IBM=5), snapshot()) == 1000


def test_a_quantity_is_weighed_at_the_close():
    assert scene(equity="6198.60").share_of_equity(Decimal(1)) == Decimal("0.1")


@pytest.mark.parametrize(
    "at",
    [pytest.param(scene(equity="0"), id="no equity"), pytest.param(scene(bars=0), id="no price")],
)
def test_what_cannot_be_weighed_counts_as_the_whole_book(at):
    assert at.share_of_equity(Decimal(1)) == 1
