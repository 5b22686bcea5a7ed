from datetime import date, timedelta
from decimal import Decimal

import pytest

from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import Symbol
from quorate.market import QuarantineCode, freeze_snapshot, take_in
from tests.unit.market.histories import (
    AAPL,
    FB,
    GOOG,
    IBM,
    MSFT,
    cut,
    packaged,
    raw_bars,
    series_of,
    weekdays,
)

SATURDAY = date(2012, 8, 11)


def with_defect_at(index):
    rows = raw_bars([100.0] * 10)
    rows[index] = rows[index]._replace(volume=Decimal(0))
    return take_in(MSFT, rows, source="test").series


def test_the_session_used_is_the_last_one_up_to_the_date():
    snapshot = freeze_snapshot(packaged(), SATURDAY)
    assert snapshot.as_of == date(2012, 8, 10)
    assert {view.session for view in snapshot.views.values()} == {snapshot.as_of}


def test_without_a_date_the_latest_session_is_used():
    assert freeze_snapshot(packaged(), None).as_of == date(2013, 3, 1)


def test_a_symbol_not_listed_yet_or_not_stored_has_no_data():
    requested = {AAPL: packaged()[AAPL], FB: packaged()[FB], Symbol("XYZ"): None}
    snapshot = freeze_snapshot(requested, date(2005, 1, 3))
    assert set(snapshot.views) == {AAPL}
    assert snapshot.without_data == (FB, "XYZ")


@pytest.mark.parametrize("day", [date(2000, 2, 29), date(2013, 3, 2), date(2026, 11, 21)])
def test_a_date_outside_all_data_is_refused(day):
    with pytest.raises(RejectedError, match="2000-03-01 to 2013-03-01") as refusal:
        freeze_snapshot(packaged(), day)
    assert refusal.value.effect == "nothing was written"


@pytest.mark.parametrize("requested", [{AAPL: None}, {AAPL: series_of([])}])
def test_symbols_without_any_bars_are_not_found(requested):
    with pytest.raises(RejectedError, match="there are no bars of AAPL") as refusal:
        freeze_snapshot(requested, None)
    assert refusal.value.slug == "not-found"


def test_a_defect_counts_from_its_own_session_on():
    series, days = with_defect_at(5), weekdays(10)
    before, after = (freeze_snapshot({MSFT: series}, days[index]) for index in (4, 5))
    assert set(before.views) == {MSFT}
    assert before.quarantined == {}
    assert after.views == {}
    assert after.quarantined[MSFT].code is QuarantineCode.ZERO_VOLUME


def test_a_symbol_without_one_sound_bar_is_still_quarantined():
    snapshot = freeze_snapshot({MSFT: with_defect_at(0)}, None)
    assert snapshot.quarantined[MSFT].code is QuarantineCode.ZERO_VOLUME
    assert snapshot.as_of == weekdays(10)[-1]


def test_a_quarantined_symbol_does_not_stop_the_others():
    requested = {MSFT: with_defect_at(5), AAPL: series_of(raw_bars([100.0] * 10))}
    snapshot = freeze_snapshot(requested, None)
    assert (set(snapshot.views), set(snapshot.quarantined)) == ({AAPL}, {MSFT})


@pytest.mark.parametrize(
    ("age", "stale"),
    [pytest.param(10, False, id="exactly ten days"), pytest.param(11, True, id="one day more")],
)
def test_bars_older_than_ten_days_are_stale(age, stale):
    ended = cut(packaged()[IBM], 1000)
    requested = {AAPL: packaged()[AAPL], IBM: ended}
    snapshot = freeze_snapshot(requested, ended.sessions[-1] + timedelta(days=age))
    assert (IBM in snapshot.quarantined) is stale


def test_the_hash_does_not_depend_on_the_order_of_symbols():
    forward = freeze_snapshot(packaged(), SATURDAY)
    backward = freeze_snapshot(dict(reversed(packaged().items())), SATURDAY)
    assert forward.hash == backward.hash


def test_the_hash_covers_every_symbol_and_the_session():
    hashes = {
        freeze_snapshot(requested, day).hash
        for requested in (packaged(), {AAPL: packaged()[AAPL]}, {GOOG: packaged()[GOOG]})
        for day in (SATURDAY, date(2012, 8, 9))
    }
    assert len(hashes) == 6
