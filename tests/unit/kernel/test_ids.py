import re

import pytest

from quorate.kernel.ids import (
    CROCKFORD,
    RunId,
    Symbol,
    crockford,
    decision_id,
    is_like_an_id,
    is_name,
    symbol_in,
)


@pytest.mark.parametrize(
    ("number", "length", "text"),
    [
        pytest.param(0, 3, "000", id="zero is padded"),
        pytest.param(31, 1, "Z", id="the last digit"),
        pytest.param(32, 2, "10", id="the first of two digits"),
        pytest.param(1234, 3, "16J", id="1234 as in Crockford's own text"),
        pytest.param(32 + 5, 1, "5", id="what does not fit is left out at the top"),
    ],
)
def test_a_number_in_crockfords_base_32(number, length, text):
    assert crockford(number, length) == text


def test_the_alphabet_leaves_out_what_can_be_misread():
    assert len(CROCKFORD) == len(set(CROCKFORD)) == 32
    assert not set("ILOU") & set(CROCKFORD)
    assert list(CROCKFORD) == sorted(CROCKFORD)


def test_the_same_run_and_symbol_have_the_same_decision_id_for_ever():
    """R-100; the text is pinned, for ids stand in journals that were written long ago."""
    assert decision_id(RunId("run_1"), Symbol("AAPL")) == "dec_03X24V0MC95BBBSSPGXDPNYAJ6"


@pytest.mark.parametrize(
    ("run_id", "symbol"),
    [
        pytest.param("run_2", "AAPL", id="another run"),
        pytest.param("run_1", "IBM", id="another symbol"),
        pytest.param("run_1\nA", "APL", id="a boundary moved"),
    ],
)
def test_another_decision_has_another_id(run_id, symbol):
    other = decision_id(RunId(run_id), Symbol(symbol))
    assert other != decision_id(RunId("run_1"), Symbol("AAPL"))
    assert re.fullmatch(r"dec_[0-9A-HJKMNP-TV-Z]{26}", other)


@pytest.mark.parametrize("text", ["ETH/USD", "BF-B", "600519.SHH", "A" * 15, "7203.T"])
def test_a_symbol_may_have_separators_between_its_parts(text):
    assert symbol_in(text) == text


@pytest.mark.parametrize("text", ["brk.b", " BRK.B ", "Brk.B"])
def test_a_symbol_is_told_in_upper_case(text):
    assert symbol_in(text) == "BRK.B"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("A" * 16, id="too long"),
        pytest.param("ra\u00df", id="a letter whose upper case is ASCII"),
        pytest.param("A B", id="a space inside"),
        pytest.param("../X", id="a way out of a folder"),
        pytest.param("/X", id="a separator before it"),
        pytest.param("BRK.", id="a separator behind it"),
        pytest.param("BRK..B", id="two separators in a row"),
    ],
)
def test_what_is_no_symbol_names_none(text):
    assert symbol_in(text) is None


def test_names_and_ids_have_their_shapes():
    assert is_name("my_agent-2")
    assert not any(map(is_name, ["", "2nd", "My", "a" * 65, "a\n"]))
    assert is_like_an_id("run_01")
    assert not any(map(is_like_an_id, ["", "a/b", "a" * 41]))
