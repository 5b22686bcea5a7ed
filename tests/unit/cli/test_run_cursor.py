import pytest

from quorate.arena.record import RunPosition
from quorate.cli.run_cursor import cursor_text, parsed_cursor
from quorate.kernel.errors import RejectedError

POSITION = RunPosition("2026-11-21T12:00:00.000000Z", "run_1")


def test_a_place_reads_back_from_its_text():
    assert parsed_cursor(cursor_text(POSITION)) == POSITION


def test_the_end_of_a_list_has_no_text():
    assert cursor_text(None) is None
    assert parsed_cursor(None) is None


@pytest.mark.parametrize("text", ["x", "####", "cnVuXzE=", "/w=="], ids=repr)
def test_what_no_list_gave_is_refused(text):
    with pytest.raises(RejectedError, match="the cursor is none that a list gave") as refusal:
        parsed_cursor(text)
    assert refusal.value.slug == "invalid-cursor"
