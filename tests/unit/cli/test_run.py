from datetime import date

import pytest


def test_a_run_is_asked_for_as_the_line_says(quorate, fake_app):
    quorate(
        "run", "AAPL", "IBM", "--as-of", "2012-06-29", "--book", "b", "--profiles", "trend,wyckoff"
    )
    (request,) = fake_app.requests
    assert request.symbols == ("AAPL", "IBM")
    assert request.as_of == date(2012, 6, 29)
    assert request.book == "b"
    assert request.profiles == ("trend", "wyckoff")


def test_what_is_not_said_is_left_to_the_application(quorate, fake_app):
    quorate("run", "AAPL")
    (request,) = fake_app.requests
    assert (request.as_of, request.book, request.profiles) == (None, None, None)


def test_an_empty_choice_of_profiles_is_not_the_default(quorate, fake_app):
    quorate("run", "AAPL", "--profiles", "")
    assert fake_app.requests[0].profiles == ()


def test_json_is_the_recorded_run(quorate, fake_app):
    shown = quorate("run", "AAPL", "--json")
    assert shown.code == 0
    assert shown.json == fake_app.runs[0].tree
    assert shown.err == ""


def test_a_person_sees_the_votes_the_result_and_where_to_ask_why(quorate):
    lines = quorate("run", "AAPL").lines
    assert lines[0].startswith("run run_1   AAPL   REPLAY 2013-03-01")
    assert any("trend" in line and "BUY   0.70" in line for line in lines)
    assert any(line.startswith("▲ BUY AAPL   confidence 0.70   2 of 2 voters") for line in lines)
    assert lines[-1] == "Why: quorate runs why run_1"


@pytest.mark.parametrize("text", ["yesterday", "2012-02-30", "20120629", "2012-W26-5", ""])
def test_what_is_no_plain_date_is_refused_with_an_example(quorate, fake_app, text):
    shown = quorate("run", "AAPL", "--as-of", text)
    assert shown.code == 2
    assert "is not a date" in shown.err
    assert "--as-of 2012-06-29" in shown.err
    assert fake_app.requests == []
