"""Hit rates against the published values of Wilson's interval."""

import pytest

from quorate.scoring.hit_rate import hit_rate


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        pytest.param(8, 10, 0.4902, 0.9433, id="8 of 10"),
        pytest.param(50, 100, 0.4038, 0.5962, id="50 of 100"),
        pytest.param(0, 10, 0.0, 0.2775, id="none of 10"),
        pytest.param(10, 10, 0.7225, 1.0, id="all of 10"),
        pytest.param(81, 263, 0.2553, 0.3662, id="81 of 263, the example of Newcombe (1998)"),
        pytest.param(15, 148, 0.0624, 0.1605, id="15 of 148, the example of Newcombe (1998)"),
        pytest.param(1, 29, 0.0061, 0.1718, id="1 of 29, the example of Newcombe (1998)"),
    ],
)
def test_an_interval_is_the_published_one(hits, of, low, high):
    rate = hit_rate(hits, of)
    assert rate.value == hits / of
    assert (rate.low, rate.high) == pytest.approx((low, high), abs=5e-5)


def test_of_nothing_there_is_no_rate():
    assert hit_rate(0, 0) is None
