"""What people type: lists with commas, and days."""

from __future__ import annotations

from datetime import date

import pytest

from quorate.cli.typed import parsed_day, parsed_list, parsed_names
from quorate.kernel.errors import RejectedError


def test_a_list_with_commas_has_no_empty_parts():
    assert parsed_list(" a, ,b,") == ("a", "b")
    assert parsed_names("trend,,momentum") == ("trend", "momentum")
    assert parsed_names("") == ()


def test_commas_without_a_name_are_a_slip_and_not_everybody():
    with pytest.raises(RejectedError, match="names no profile"):
        parsed_names(" , ")


def test_a_day_is_written_in_one_way():
    assert parsed_day("2012-06-29", "--as-of") == date(2012, 6, 29)


@pytest.mark.parametrize("text", ["20120629", "2012-W26-5", "2012-02-30", "tomorrow", ""])
def test_what_is_no_day_is_refused_naming_the_option(text):
    with pytest.raises(RejectedError) as refused:
        parsed_day(text, "--from")
    assert refused.value.fix == "write it as in --from 2012-06-29"
