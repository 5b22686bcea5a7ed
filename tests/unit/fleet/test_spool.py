"""The spool's format: what was kept reads back, what is cut off is no result."""

import pytest

from quorate.fleet.outcome import Done, Failed, FailedBy
from quorate.fleet.spool import Delivery, from_bytes, to_bytes
from quorate.kernel.errors import InvariantBrokenError

DONE = Delivery(task_id="tsk_1", token=3, outcome=Done(result={"answers": []}, steps=("a", "b")))
FAILED = Delivery(
    task_id="tsk_1", token=3, outcome=Failed(source=FailedBy.NETWORK_ERROR, reason="gone")
)


@pytest.mark.parametrize("delivery", [DONE, FAILED])
def test_a_delivery_reads_back_as_it_was(delivery):
    assert from_bytes(to_bytes(delivery)) == delivery
    assert from_bytes(to_bytes(delivery.under(4))).token == 4


@pytest.mark.parametrize("delivery", [DONE, FAILED])
def test_what_is_cut_off_anywhere_is_no_delivery(delivery):
    content = to_bytes(delivery)
    for length in range(len(content)):
        with pytest.raises(InvariantBrokenError):
            from_bytes(content[:length])


def test_a_delivery_of_nothing_is_none():
    with pytest.raises(InvariantBrokenError):
        from_bytes(b'{"task_id":"tsk_1","token":1}')
