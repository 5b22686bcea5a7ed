from datetime import date, time
from decimal import Decimal

import pytest

from quorate.arena.imported.terms import ArenaTerms, checked_terms
from quorate.kernel.errors import RejectedError

DAY = date(2025, 10, 1)


def test_three_texts_spell_the_terms():
    terms = checked_terms("100000", "CNY", "14:30")
    assert (terms.capital, terms.currency, terms.mark_time) == (100_000, "CNY", time(14, 30))
    assert terms.tolerance == Decimal("0.01")


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (("0", "USD", "15:00"), "no starting capital"),
        (("NaN", "USD", "15:00"), "no starting capital"),
        (("10000", "dollars", "15:00"), "no currency"),
        (("10000", "USD", "late"), "no time of day"),
        (("10000", "USD", "15:00+02:00"), "time zone"),
    ],
)
def test_what_spells_nothing_is_refused(texts, said):
    with pytest.raises(RejectedError, match=said):
        checked_terms(*texts)


def test_a_day_of_hours_is_marked_at_the_mark_time_and_a_daily_bar_at_its_close():
    terms = ArenaTerms(mark_time=time(14))
    assert terms.until(DAY, daily=False) == (DAY, time(14))
    assert terms.until(DAY, daily=True) == (DAY, time.max)
