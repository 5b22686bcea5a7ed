"""The cycle's policy: symbols as they are written, and numbers that a book can be walked with."""

import pytest

from quorate.cycle.policy import CyclePolicy
from quorate.kernel.errors import RejectedError


def test_symbols_are_written_with_commas():
    assert CyclePolicy(symbols="aapl, btc/usd").named == ("AAPL", "BTC/USD")


@pytest.mark.parametrize(
    "wrong",
    [
        {"symbols": ""},
        {"symbols": "AAPL,"},
        {"symbols": "AAPL,aapl"},
        {"symbols": ",".join(f"S{number}" for number in range(51))},
        {"strategy": "My Strategy"},
        {"every_s": 0.0},
        {"fill_wait_s": 0.0},
        {"poll_s": 0.0},
        {"first_sessions": 0},
    ],
    ids=repr,
)
def test_what_no_book_could_be_walked_with_is_refused(wrong):
    with pytest.raises(RejectedError, match="cycle policy"):
        CyclePolicy(**wrong)
