from quorate.kernel.ids import Symbol
from quorate.market.fetching import Origin, Shelf
from tests.fakes.clock import NOON

AAPL, IBM = Symbol("AAPL"), Symbol("IBM")


def test_a_shelf_wants_what_it_has_not_or_what_is_old_each_once():
    shelf = Shelf(ttl_s=10)
    shelf.put([AAPL], {AAPL: 1}, 100.0, NOON)
    assert shelf.wanting([AAPL, IBM, IBM], 109.9) == [IBM]
    assert shelf.wanting([AAPL, IBM], 110.0) == [AAPL, IBM]


def test_a_shelf_keeps_one_answer_a_symbol():
    shelf = Shelf(ttl_s=10)
    for number in range(3):
        shelf.put([AAPL, IBM], {AAPL: number}, float(number), NOON)
    assert len(shelf.kept) == 2
    assert shelf.labelled(AAPL, 3.0, "").value == 2
    assert shelf.labelled(IBM, 3.0, "").value is None


def test_a_cause_makes_only_old_answers_stale():
    shelf = Shelf(ttl_s=10)
    shelf.put([AAPL], {AAPL: 1}, 0.0, NOON)
    assert shelf.labelled(AAPL, 5.0, "silent").origin is Origin.LIVE
    assert shelf.labelled(AAPL, 15.0, "silent").origin is Origin.STALE
    assert shelf.labelled(IBM, 5.0, "silent").origin is Origin.UNAVAILABLE
