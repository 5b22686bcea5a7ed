"""Reading a payload's fields: the right kind, or our own bug."""

import pytest

from quorate.adapters.sql.projection import flag_of, number_of, optional_text_of, text_of
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.journal import Event

EVENT = Event(
    stream="x:1",
    type="x.happened",
    payload={"text": "a", "empty": "", "number": 7, "flag": True, "none": None, "list": ["a"]},
)


def test_a_field_is_read_as_what_it_is():
    assert text_of(EVENT, "text") == "a"
    assert text_of(EVENT, "empty") == ""
    assert number_of(EVENT, "number") == 7
    assert flag_of(EVENT, "flag") is True
    assert optional_text_of(EVENT, "text") == "a"


@pytest.mark.parametrize("key", ["none", "absent"])
def test_an_optional_text_may_be_null_or_absent(key):
    assert optional_text_of(EVENT, key) is None


@pytest.mark.parametrize(
    ("read", "key"),
    [
        pytest.param(text_of, "absent", id="a text that is absent"),
        pytest.param(text_of, "none", id="a text that is null"),
        pytest.param(text_of, "number", id="a number for a text"),
        pytest.param(optional_text_of, "list", id="a list for a text"),
        pytest.param(number_of, "text", id="a text for a number"),
        pytest.param(flag_of, "number", id="a number for a flag"),
    ],
)
def test_a_field_of_another_kind_is_our_own_bug(read, key):
    with pytest.raises(InvariantBrokenError, match=f"x.happened carries no \\w+ under '{key}'"):
        read(EVENT, key)
