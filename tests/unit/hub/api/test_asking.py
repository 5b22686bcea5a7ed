"""Asking: what a caller writes becomes a value of the domain, or the place of it is named."""

import pytest

from quorate.hub.api import asking
from quorate.hub.problems import RefusedError


def refused(read, *arguments):
    with pytest.raises(RefusedError) as refusal:
        read(*arguments)
    return refusal.value


def test_a_symbol_is_cleaned():
    assert asking.symbol(" brk.b ", "?symbol") == "BRK.B"


@pytest.mark.parametrize("text", ["", "A B", "\0", "x" * 16, "Ä"])
def test_what_is_no_symbol_is_named_by_its_place(text):
    error = refused(asking.symbol, text, "?symbol")
    assert error.slug == "validation-failed"
    assert error.refusal.errors[0].pointer == "?symbol"


def test_a_profile_has_a_name_as_profiles_have():
    assert asking.profile("trend-2", "?profile") == "trend-2"
    for text in ("", "Trend", "a b", "'", "\0", "x" * 65):
        assert refused(asking.profile, text, "?profile").slug == "validation-failed"


@pytest.mark.parametrize("text", ["run_01KB3F9QW7", "run", "01KB"])
def test_a_runs_id_or_its_beginning_passes(text):
    assert asking.run_id(text) == text


@pytest.mark.parametrize("text", ["", "%", "run_1;", "../x", "\0", "r" * 41, "é"])
def test_what_is_no_id_is_of_no_run(text):
    assert refused(asking.run_id, text).slug == "not-found"
