from quorate.market.fetching import Labelled, Origin
from tests.fakes.clock import NOON


def test_a_label_tells_where_an_answer_is_from_and_how_old():
    stale = Labelled(value=7, origin=Origin.STALE, fetched_at=NOON, cause="no route")
    assert stale.as_json() == {
        "source": "cache_stale",
        "fetchedAt": "2026-11-20T12:00:00.000000Z",
        "isStale": True,
        "cause": "no route",
    }


def test_what_never_came_has_no_time():
    nothing = Labelled(value=None, origin=Origin.UNAVAILABLE, fetched_at=None)
    assert nothing.as_json()["fetchedAt"] is None
    assert nothing.is_stale


def test_a_label_stays_on_what_is_made_of_the_answer():
    made = Labelled(value=7, origin=Origin.LIVE, fetched_at=NOON).with_value("seven")
    assert (made.value, made.origin, made.fetched_at) == ("seven", Origin.LIVE, NOON)
    assert not made.is_stale
