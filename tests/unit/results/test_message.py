"""The message in the stream: read back as it was written, or refused."""

import pytest

from quorate.kernel.errors import InvalidOutputError
from quorate.results.message import message_of, read_message
from tests.fakes.results import result


def test_a_message_is_read_back_as_it_was_written():
    one = result(9, hidden_hand_warning="an upthrust", triggers=("low_confidence",))
    read = read_message(message_of(one, after=5))
    assert read.result == one
    assert (read.after, read.task_type, read.task_id) == (5, "trading_analysis", "tsk_1")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{}", id="no fields"),
        pytest.param(b"\xff\x00", id="no text"),
        pytest.param(message_of(result(), 0).replace(b"0.68", b"6.8"), id="confidence above 1"),
        pytest.param(message_of(result(), 0).replace(b'"BUY"', b"null"), id="signal null"),
        pytest.param(message_of(result(), 0)[:-1] + b',"more":1}', id="unknown field"),
        pytest.param(message_of(result(), 10**9), id="behind itself"),
    ],
)
def test_what_is_no_message_of_a_result_is_refused(body):
    with pytest.raises(InvalidOutputError):
        read_message(body)
