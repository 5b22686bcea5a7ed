import pytest

from quorate.cli.listing import part, table
from quorate.kernel.errors import RejectedError


def test_a_list_is_read_in_parts_without_gap_or_repetition():
    letters, cursor, seen = "abcdefg", None, ""
    while True:
        page = part(letters, str, limit=3, cursor=cursor)
        seen += "".join(page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == letters


def test_a_full_last_page_has_no_next():
    assert part("abc", str, limit=3, cursor=None).next_cursor is None


def test_an_unknown_cursor_is_refused():
    with pytest.raises(RejectedError) as refusal:
        part("abc", str, limit=3, cursor="z")
    assert refusal.value.slug == "invalid-cursor"


def test_columns_are_aligned_and_numbers_stand_to_the_right():
    rows = [{"symbol": "AAPL", "bars": 3270, "on": True}, {"symbol": "FB", "bars": 9, "on": None}]
    assert list(table(rows, ("symbol", "bars", "on"))) == [
        "symbol  bars  on",
        "AAPL    3270  yes",
        "FB         9  -",
    ]


def test_lists_and_maps_are_written_out():
    rows = [{"symbols": ("AAPL", "FB"), "actions": {"AAPL": "BUY"}, "none": {}}]
    assert list(table(rows, ("symbols", "actions", "none")))[1] == "AAPL FB  AAPL=BUY  -"
