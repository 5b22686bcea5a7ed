from quorate.market.fetching import Usage


def test_counts_are_added_one_by_one():
    both = Usage(requests=2, hits=1) + Usage(requests=3, stale=4, unavailable=5)
    assert both == Usage(requests=5, hits=1, stale=4, unavailable=5)
    assert both.as_json() == {"requests": 5, "hits": 1, "stale": 4, "unavailable": 5}


def test_nothing_counted_is_nothing():
    assert not Usage()
    assert Usage(unavailable=1)
