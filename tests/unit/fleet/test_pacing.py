"""A worker's pace stays under what a hub hears out."""

from quorate.fleet.pacing import Pace


def said_in(seconds, pace):
    """Return the moments at which a worker with much to say says it."""
    now, moments = 0.0, []
    while now < seconds:
        now += pace.wait_s(now)
        pace = pace.after_one(now)
        moments.append(now)
    return moments


def test_in_no_second_more_is_said_than_a_hub_hears_out():
    moments = said_in(5, Pace())
    busiest = max(sum(start <= each < start + 1 for each in moments) for start in moments)
    assert 40 <= busiest < 50


def test_who_says_little_never_waits():
    pace = Pace()
    for second in range(100):
        assert pace.wait_s(float(second)) == 0
        pace = pace.after_one(float(second))
