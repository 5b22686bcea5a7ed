from decimal import Decimal

import pytest

from tests.unit.market.histories import MONDAY, raw_bar


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        pytest.param("130.10", "130.1", id="trailing zeros are dropped"),
        pytest.param("9616100", "9616100", id="zeros before the point stay"),
        pytest.param("1E+2", "100", id="an exponent is written out"),
    ],
)
def test_a_number_is_kept_however_it_was_written(written, kept):
    row = raw_bar(MONDAY)._replace(close=Decimal(written))
    assert str(row.bar.close) == kept


@pytest.mark.parametrize(
    ("split", "tells"), [(None, False), (0, False), (1, False), (2, True), (0.1, True)]
)
def test_a_split_of_zero_or_one_is_none(split, tells):
    assert raw_bar(MONDAY, split=split).tells_split is tells
