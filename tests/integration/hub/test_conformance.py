"""A few hundred drawn requests against a hub that serves; `make soak` draws 20,000 (`tests/fault/conformance.py`)."""

from tests.fault.conformance import conforming


async def test_every_answer_is_one_that_the_description_promises(tmp_path):
    found = await conforming(tmp_path, examples=1, seed=7)
    assert found.failures == ()
    assert found.requests >= 200
    assert not [status for status in found.statuses if status >= 500]
    assert found.statuses[200] > 20
