import json
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

import numpy as np
import pytest

from quorate.kernel.canonical import as_json, canonical_json, digest, sha256_hex
from quorate.kernel.errors import InvariantBrokenError


class Colour(StrEnum):
    RED = "red"


def test_the_literals_and_the_string_of_rfc_8785_come_out_as_published():
    """Section 3.2.2, without its numbers: those travel as text here."""
    text = '{"string": "\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/", "literals": [null, true, false]}'
    published = '{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    assert canonical_json(json.loads(text)) == published


RFC_8785_KEYS = {
    "\u20ac": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis",
}
IN_ORDER = ["Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign"]


def test_keys_stand_in_the_order_of_rfc_8785():
    """Section 3.2.3."""
    tree = json.loads(canonical_json(RFC_8785_KEYS))
    assert list(tree.values()) == [*IN_ORDER, "Hebrew Letter Dalet With Dagesh"]


def test_a_key_outside_the_first_plane_stands_in_the_order_of_rfc_8785():
    tree = json.loads(canonical_json({**RFC_8785_KEYS, "\U0001f600": "Emoji: Grinning Face"}))
    expected = [*IN_ORDER, "Emoji: Grinning Face", "Hebrew Letter Dalet With Dagesh"]
    assert list(tree.values()) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(None, "null", id="nothing"),
        pytest.param(True, "true", id="a boolean is no number"),
        pytest.param(0, "0", id="zero"),
        pytest.param(-7, "-7", id="a negative integer"),
        pytest.param(10**40, "1" + "0" * 40, id="an integer beyond 64 bits"),
        pytest.param(0.1, '"0.1"', id="a float in its shortest form"),
        pytest.param(0.1 + 0.2, '"0.30000000000000004"', id="a float that needs all its digits"),
        pytest.param(1e300, '"1e+300"', id="a large float"),
        pytest.param(-0.0, '"-0.0"', id="a negative zero"),
        pytest.param(Decimal("1.5"), '"1.5"', id="a decimal"),
        pytest.param(Decimal("0.00"), '"0.00"', id="a decimal keeps its cents"),
        pytest.param(Decimal("1E+3"), '"1000"', id="a decimal without an exponent"),
        pytest.param(Decimal("1E-9"), '"0.000000001"', id="a small decimal without an exponent"),
        pytest.param(date(2012, 6, 29), '"2012-06-29"', id="a date"),
        pytest.param(
            datetime(2012, 6, 29, 1, tzinfo=UTC), '"2012-06-29T01:00:00+00:00"', id="a time"
        ),
        pytest.param(Colour.RED, '"red"', id="an enum is its value"),
        pytest.param({Colour.RED: 1}, '{"red":1}', id="an enum as a key"),
        pytest.param((1, [2]), "[1,[2]]", id="a tuple is a list"),
        pytest.param({}, "{}", id="an empty object"),
        pytest.param("\u2028/\x7f", '"\u2028/\x7f"', id="nothing is escaped that need not be"),
        pytest.param("\b\t\n\f\r\x1f", '"\\b\\t\\n\\f\\r\\u001f"', id="control characters"),
    ],
)
def test_a_value_has_one_text(value, text):
    assert canonical_json(value) == text


def test_a_float_of_numpy_is_written_as_the_number_it_is():
    assert canonical_json(np.float64(0.1)) == '"0.1"'


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(float("nan"), id="NaN"),
        pytest.param(float("inf"), id="infinity"),
        pytest.param(float("-inf"), id="minus infinity"),
        pytest.param(Decimal("NaN"), id="a decimal NaN"),
        pytest.param(Decimal("sNaN"), id="a signalling NaN"),
        pytest.param(Decimal("Infinity"), id="a decimal infinity"),
        pytest.param("a\x00b", id="a NUL"),
        pytest.param({"a\x00": 1}, id="a NUL in a key"),
        pytest.param("\ud800", id="a lone surrogate"),
        pytest.param({"\udfff": 1}, id="a lone surrogate in a key"),
        pytest.param(b"bytes", id="bytes"),
        pytest.param(bytearray(b"bytes"), id="a byte array"),
        pytest.param({1, 2}, id="a set"),
        pytest.param(1j, id="a complex number"),
        pytest.param(object(), id="an object"),
    ],
)
def test_what_has_no_canonical_json_is_refused_at_any_depth(value):
    for tree in (value, [value], {"key": {"inner": [value]}}):
        with pytest.raises(InvariantBrokenError):
            canonical_json(tree)


def test_the_tree_is_what_reads_back():
    value = {"price": Decimal("1.50"), "items": (1, 0.5), "day": date(2012, 6, 29)}
    assert as_json(value) == json.loads(canonical_json(value))


def test_a_digest_is_the_sha_256_of_the_text():
    """The test vector of FIPS 180-2, and the empty object by hand."""
    assert sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256_hex(b"abc") == sha256_hex("abc")
    assert digest({}) == sha256_hex("{}")
    assert digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})
