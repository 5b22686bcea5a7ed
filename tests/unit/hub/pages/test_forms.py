"""What forms have in common: fields as entered, days, refusals beside a field."""

from datetime import date

import pytest

from quorate.hub.pages.forms import checked, entered, entered_day, fresh_key, wrong
from quorate.kernel.errors import QuorateError, RejectedError


def test_a_field_is_what_was_entered_first_without_spaces_around_it():
    assert entered({"name": [" winter ", "summer"]}, "name") == "winter"
    assert entered({"name": []}, "name") == entered({}, "name") == ""


def test_a_day_that_was_not_entered_is_none():
    assert entered_day("") is None
    assert entered_day("2012-06-29") == date(2012, 6, 29)


def test_what_is_no_day_is_refused():
    with pytest.raises(RejectedError, match="is not a date"):
        entered_day("tomorrow")


def test_a_refusal_is_noted_under_its_field():
    errors: dict[str, QuorateError] = {}
    refusal = wrong("it has no name", "name it")

    def refuse():
        raise refusal

    assert checked(errors, "name", refuse, "otherwise") == "otherwise"
    assert checked(errors, "to", lambda: "read", "otherwise") == "read"
    assert errors == {"name": refusal}


def test_two_forms_never_share_a_key():
    assert fresh_key() != fresh_key()
