"""A secret shows itself to nobody."""

import copy
import pickle
from dataclasses import dataclass, field

import msgspec
import pytest

from quorate.kernel.secret import Secret

TEXT = "sk-or-v1-0123456789abcdef"


@dataclass
class Holder:
    key: Secret = field(default_factory=lambda: Secret(TEXT))


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(repr(Secret(TEXT)), id="repr"),
        pytest.param(str(Secret(TEXT)), id="str"),
        pytest.param(f"{Secret(TEXT)}", id="formatted"),
        pytest.param("%s" % Secret(TEXT), id="interpolated"),  # noqa: UP031
    ],
)
def test_a_secret_is_three_asterisks(shown):
    assert shown == "***"


def test_what_holds_a_secret_does_not_show_it():
    assert TEXT not in repr(Holder())


def test_a_secret_is_not_written_anywhere():
    with pytest.raises(TypeError, match="not written anywhere"):
        pickle.dumps(Secret(TEXT))
    with pytest.raises(TypeError):
        msgspec.json.encode({"key": Secret(TEXT)})


def test_a_copy_is_the_same_secret():
    secret = Secret(TEXT)
    assert copy.copy(secret) is secret
    assert copy.deepcopy({"key": secret})["key"] is secret


def test_secrets_are_equal_by_what_they_hide():
    assert Secret(TEXT) == Secret(TEXT)
    assert len({Secret(TEXT), Secret(TEXT), Secret("another")}) == 2
    assert Secret(TEXT) != TEXT


def test_its_owner_is_shown_the_last_four_characters_of_a_long_one():
    assert Secret(TEXT).ending == "cdef"
    assert Secret("short").ending == ""


def test_a_secret_is_taken_out_of_a_text():
    assert Secret(TEXT).masked(f"my {TEXT}, {TEXT}".encode()) == b"my ***, ***"


def test_a_placeholder_is_left_in_a_text():
    assert Secret("ollama").masked(b"ask ollama") == b"ask ollama"


def test_the_one_who_asks_is_told():
    assert Secret(TEXT).reveal() == TEXT
