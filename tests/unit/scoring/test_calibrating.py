"""What was known of an agent before a session, and nothing of what came later."""

from datetime import date, timedelta

from quorate.scoring.calibrating import KnownOutcomes, KnownView
from quorate.scoring.isotonic import Told, calibration_curve

START = date(2012, 1, 2)


def day(number):
    return START + timedelta(days=number)


def view(number, *, right=True, stated=0.6, symbol="AAPL", length=1, seq=0):
    return KnownView(day(number + length), day(number), seq or number, symbol, stated, right)


def known(views):
    outcomes = KnownOutcomes()
    for each in views:
        outcomes.add(each)
    return outcomes


VIEWS = [view(number, right=number % 3 > 0, stated=0.5 + number / 100) for number in range(40)]


def test_an_outcome_of_the_session_itself_is_not_known_yet():
    outcomes = known(VIEWS)
    assert outcomes.known_before(day(1)) == 0
    assert outcomes.known_before(day(2)) == 1


def test_a_curve_needs_thirty_outcomes_before_the_session():
    outcomes = known(VIEWS)
    assert outcomes.curve_before(day(30)) is None
    curve = outcomes.curve_before(day(31))
    assert curve == calibration_curve(Told(each.stated, each.right) for each in VIEWS[:30])


def test_what_came_later_changes_no_earlier_curve():
    before = known(VIEWS[:33]).curve_before(day(33))
    assert known(VIEWS).curve_before(day(33)) == before
    assert before is not None


def test_views_that_overlap_count_once():
    daily = [view(number, length=20) for number in range(60)]
    assert known(daily).known_before(day(100)) == 3


def test_each_symbol_counts_for_itself():
    both = [view(number, symbol=name) for number in range(15) for name in ("AAPL", "IBM")]
    assert known(both).known_before(day(100)) == 30


def test_the_order_in_which_rows_came_changes_nothing():
    shuffled = known([*VIEWS[20:], *VIEWS[:20]])
    for number in range(45):
        assert shuffled.curve_before(day(number)) == known(VIEWS).curve_before(day(number))


def test_a_row_out_of_order_is_put_into_its_place_once_others_were_asked_for():
    outcomes = known(VIEWS[1:])
    assert outcomes.known_before(day(100)) == 39
    outcomes.add(VIEWS[0])
    assert outcomes.known_before(day(100)) == 40
    assert outcomes.curve_before(day(100)) == known(VIEWS).curve_before(day(100))
