"""The checks of a virtual book, each below, at and above its limit."""

from decimal import Decimal

import pytest

from quorate.portfolio import CheckCode, PortfolioPolicy, Standing, allowed_entry

D = Decimal
POLICY = PortfolioPolicy()


def standing(**other):
    usual = {
        "equity": D(100_000),
        "cash": D(100_000),
        "position": D(0),
        "day_start": D(100_000),
        "peak": D(100_000),
        "volume": D(10_000_000),
    }
    return Standing(**(usual | other))


def sized(wanted, price="100", stop="99", **other):
    return allowed_entry(
        D(wanted), D(price), None if stop is None else D(stop), standing(**other), POLICY
    )


def test_what_every_check_allows_is_bought_as_asked():
    assert sized("14") == (D(14), None)


@pytest.mark.parametrize(
    ("case", "most"),
    [
        pytest.param({"wanted": "60"}, 50, id="5 % of equity"),
        pytest.param(
            {"wanted": "60", "equity": D(200_000), "peak": D(200_000)}, 50, id="5,000 USD"
        ),
        pytest.param({"wanted": "600", "price": "5", "stop": "4.9"}, 500, id="500 shares"),
        pytest.param({"wanted": "40", "volume": D(2_000)}, 20, id="1 % of the volume"),
        pytest.param({"wanted": "50", "stop": "60"}, 25, id="1 % risk at the stop"),
        pytest.param({"wanted": "50", "position": D(8_000)}, 20, id="10 % position"),
        pytest.param({"wanted": "50", "cash": D(2_000)}, 19, id="95 % of the cash"),
    ],
)
def test_an_entry_is_shrunk_to_the_tightest_check(case, most):
    assert sized(**case) == (D(most), None)


@pytest.mark.parametrize(
    ("case", "code"),
    [
        pytest.param({"stop": None}, CheckCode.RISK_EXCEEDS_MAX_PER_TRADE, id="no stop bounds it"),
        pytest.param({"stop": "100"}, CheckCode.RISK_ZERO_WITH_SIZE, id="stop at the price"),
        pytest.param(
            {"price": "20000", "stop": "19999"}, CheckCode.NOTIONAL_EXCEEDS_MAX_PER_ORDER, id="dear"
        ),
        pytest.param(
            {"price": "4000", "stop": "1"}, CheckCode.RISK_EXCEEDS_MAX_PER_TRADE, id="stop too far"
        ),
        pytest.param(
            {"position": D(10_000)}, CheckCode.POSITION_EXCEEDS_MAXIMUM, id="position full"
        ),
        pytest.param({"cash": D(50)}, CheckCode.NOTIONAL_EXCEEDS_FREE_BALANCE, id="no cash"),
        pytest.param({"volume": D(50)}, CheckCode.QUANTITY_EXCEEDS_MAXIMUM, id="hardly traded"),
        pytest.param({"wanted": "0.99"}, CheckCode.NOTIONAL_BELOW_MINIMUM, id="less than a share"),
    ],
)
def test_an_entry_without_a_whole_share_is_refused_with_the_code_of_the_check(case, code):
    assert sized(**({"wanted": "14"} | case)) == (D(0), code)


@pytest.mark.parametrize(
    ("equity", "code"),
    [
        pytest.param("98000.01", None, id="a cent above"),
        pytest.param("98000", CheckCode.DAILY_LOSS_LIMIT, id="at the limit"),
        pytest.param("97000", CheckCode.DAILY_LOSS_LIMIT, id="below"),
    ],
)
def test_a_session_that_lost_two_percent_takes_no_new_risk(equity, code):
    assert sized("14", equity=D(equity)).code is code


@pytest.mark.parametrize(
    ("peak", "code"),
    [
        pytest.param("111111.11", None, id="a cent above"),
        pytest.param("111111.12", CheckCode.MAX_DRAWDOWN, id="below"),
    ],
)
def test_a_book_ten_percent_below_its_peak_takes_no_new_risk(peak, code):
    assert sized("14", peak=D(peak)).code is code
