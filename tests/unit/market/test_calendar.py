from datetime import timedelta

from quorate.kernel.ids import Symbol
from quorate.market import MarketCalendar
from quorate.market.asset_kind import AssetKind
from quorate.market.calendar import calendars_of
from tests.unit.market.histories import weekdays

DAYS = weekdays(5)
WITHOUT_THIRD = [*DAYS[:2], *DAYS[3:]]


def test_a_session_that_most_others_have_is_missed():
    calendar = MarketCalendar.of([DAYS, DAYS, WITHOUT_THIRD])
    assert calendar.missed_by(WITHOUT_THIRD) == [DAYS[2]]
    assert calendar.missed_by(DAYS) == []


def test_one_other_symbol_is_no_market():
    assert MarketCalendar.of([DAYS, WITHOUT_THIRD]).missed_by(WITHOUT_THIRD) == []


def test_a_holiday_that_only_a_minority_trades_is_not_missed():
    calendar = MarketCalendar.of([DAYS, *[WITHOUT_THIRD] * 3])
    assert calendar.missed_by(WITHOUT_THIRD) == []


def test_days_before_listing_and_after_delisting_are_not_missed():
    calendar = MarketCalendar.of([DAYS, DAYS, DAYS[1:4]])
    assert calendar.missed_by(DAYS[1:4]) == []


def test_others_that_were_not_listed_yet_do_not_count():
    calendar = MarketCalendar.of([DAYS, WITHOUT_THIRD, DAYS[3:], DAYS[3:]])
    assert calendar.missed_by(WITHOUT_THIRD) == []


def test_a_pairs_weekend_is_no_session_that_a_stock_missed():
    every_day = [DAYS[0] + timedelta(days=n) for n in range(8)]
    histories = {
        **{Symbol(name): every_day for name in ("BTC/USD", "ETH/USD", "SOL/USD")},
        **{Symbol(name): DAYS for name in ("AAPL", "IBM", "MSFT")},
    }
    calendars = calendars_of(histories)
    assert calendars[AssetKind.STOCK].missed_by(DAYS) == []
    assert calendars[AssetKind.PAIR].missed_by(DAYS) == []
    assert calendars[AssetKind.PAIR].missed_by([*every_day[:3], *every_day[4:]]) == [every_day[3]]
