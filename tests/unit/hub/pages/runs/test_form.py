from dataclasses import replace
from datetime import date

import pytest

from quorate.agents.defaults import DEFAULT_PROFILES
from quorate.arena.request import RunRequest
from quorate.hub.pages.runs.form import (
    AS_OF,
    MODE,
    PROFILES,
    STRATEGY,
    SYMBOLS,
    WHOLE,
    Choices,
    FieldErrors,
    RunForm,
    again_href,
    prefilled,
    read_form,
    refused,
    request_of,
    with_fresh_key,
)
from quorate.kernel.errors import RejectedError
from tests.unit.hub.pages.runs.cases import summary_of

CHOICES = Choices(
    series=[
        summary_of("AAPL"),
        summary_of("FB", first=date(2012, 5, 18), bars=196),
        summary_of("BROKEN", first=None, last=None, bars=0),
    ],
    registered=DEFAULT_PROFILES,
)
GOOD = RunForm(picked=("AAPL",), profiles=("trend", "momentum"), as_of="2012-06-29", key="k")
REUSED = RejectedError("the key was used", slug="idempotency-reused")


def wrong(form):
    found = request_of(form, CHOICES)
    assert isinstance(found, FieldErrors)
    return {name: error.cause for name, error in found.by_field.items()}


def test_a_form_becomes_the_request_it_says():
    assert request_of(GOOD, CHOICES) == RunRequest(
        symbols=("AAPL",), profiles=("momentum", "trend"), as_of=date(2012, 6, 29)
    )


def test_chips_and_typed_symbols_are_one_list():
    form = replace(GOOD, other="fb, aapl;  FB")
    assert request_of(form, CHOICES).symbols == ("AAPL", "FB")


def test_no_date_means_the_newest_session():
    assert request_of(replace(GOOD, as_of=""), CHOICES).as_of is None


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        pytest.param({"picked": ()}, {SYMBOLS: "no symbol is chosen"}, id="no symbol"),
        pytest.param({"other": "A$"}, {SYMBOLS: "'A$' is not a symbol"}, id="no such sign"),
        pytest.param(
            {"other": "TSLA XYZ"}, {SYMBOLS: "there are no bars of TSLA, XYZ"}, id="no bars"
        ),
        pytest.param({"profiles": ()}, {PROFILES: "nobody would be asked"}, id="nobody"),
        pytest.param(
            {"profiles": ("cheap_tech_analyst",)},
            {PROFILES: "profile 'cheap_tech_analyst' is disabled"},
            id="switched off since",
        ),
        pytest.param(
            {"as_of": "2012-02-30"}, {AS_OF: "'2012-02-30' is not a date"}, id="no such day"
        ),
        pytest.param(
            {"as_of": "1999-01-04"}, {AS_OF: "there are no bars at 1999-01-04"}, id="too early"
        ),
        pytest.param(
            {"picked": (), "profiles": (), "as_of": "soon"},
            {
                SYMBOLS: "no symbol is chosen",
                AS_OF: "'soon' is not a date",
                PROFILES: "nobody would be asked",
            },
            id="everything at once",
        ),
    ],
)
def test_each_field_says_what_is_wrong_with_it(change, errors):
    assert wrong(replace(GOOD, **change)) == errors


def test_a_date_must_be_one_of_the_chosen_symbols_bars():
    early = replace(GOOD, picked=("FB",), as_of="2012-05-17")
    found = request_of(early, CHOICES)
    assert found.by_field[AS_OF].fix == "choose a date from 2012-05-18 to 2013-03-01"
    assert isinstance(request_of(replace(early, picked=("FB", "AAPL")), CHOICES), RunRequest)


def test_what_the_application_refuses_stands_over_the_whole_form():
    error = RejectedError("the book is gone")
    assert refused(error).by_field == {WHOLE: error}


def test_a_form_that_was_used_before_gets_a_key_of_its_own():
    assert "Run arena again" in refused(REUSED).by_field[WHOLE].fix.replace("press ", "")
    assert with_fresh_key(GOOD, REUSED, "new").key == "new"
    assert with_fresh_key(GOOD, RejectedError("no"), "new").key == "k"


def test_the_choices_are_the_first_round_with_those_that_are_on_before_the_others():
    names = [profile.name for profile in CHOICES.profiles]
    assert names[:2] == ["mean_reversion", "momentum"]
    assert names[-2:] == ["cheap_risk_manager", "cheap_tech_analyst"]
    assert "power_macro_judge" not in names


def test_the_date_field_knows_the_span_of_the_bars():
    assert (CHOICES.first, CHOICES.last) == (date(2000, 3, 1), date(2013, 3, 1))
    empty = Choices(series=[], registered=())
    assert (empty.first, empty.last) == (None, None)


def test_a_fresh_form_has_every_enabled_profile_checked():
    form = prefilled({}, CHOICES, "key")
    assert len(form.profiles) == 5
    assert (form.picked, form.as_of, form.key) == ((), "", "key")


def test_running_again_fills_in_what_was_asked():
    params = {"symbol": ["AAPL", "XYZ"], "profile": ["trend", "gone"], "asOf": ["2012-06-29"]}
    form = prefilled(params, CHOICES, "key")
    assert (form.picked, form.other) == (("AAPL",), "XYZ")
    assert (form.profiles, form.as_of) == (("trend",), "2012-06-29")


def test_the_address_of_running_again_says_it_all():
    href = again_href(["AAPL", "BRK.B"], ["trend"], date(2012, 6, 29))
    assert href == ("/admin/arena/runs/new?symbol=AAPL&symbol=BRK.B&profile=trend&asOf=2012-06-29")
    assert again_href(["AAPL"], [], None) == "/admin/arena/runs/new?symbol=AAPL"


def test_what_was_sent_is_read_as_it_was_entered():
    fields = {"symbol": ["AAPL"], "other": [" x "], "profile": ["trend"], "key": ["k"]}
    assert read_form(fields) == RunForm(picked=("AAPL",), other="x", profiles=("trend",), key="k")


PLANNED = replace(CHOICES, strategies=("calm", "swing"))


def test_a_form_says_its_mode_and_strategy():
    form = replace(GOOD, mode="competition", strategy="swing")
    asked = request_of(form, PLANNED)
    assert (asked.mode, asked.strategy, asked.profiles) == (
        "competition",
        "swing",
        ("momentum", "trend"),
    )


def test_who_never_votes_is_left_out_of_a_competition():
    form = replace(GOOD, mode="competition", profiles=CHOICES.enabled)
    assert "rule_risk_manager" in CHOICES.enabled
    assert "rule_risk_manager" not in request_of(form, CHOICES).profiles
    alone = replace(form, profiles=("rule_risk_manager",))
    assert wrong(alone) == {PROFILES: "nobody would compete"}


def test_a_strategy_stands_in_for_what_was_left_as_it_came():
    form = RunForm(profiles=PLANNED.enabled, strategy="swing")
    asked = request_of(form, PLANNED)
    assert (asked.symbols, asked.profiles, asked.strategy) == ((), None, "swing")


def test_an_unknown_mode_or_strategy_is_wrong_beside_its_field():
    form = replace(GOOD, mode="duel", strategy="gone")
    assert wrong(form) == {MODE: "'duel' is no mode", STRATEGY: "there is no strategy 'gone'"}


def test_running_again_keeps_mode_and_strategy():
    href = again_href(["AAPL"], [], None, mode="competition", strategy="swing")
    assert href == "/admin/arena/runs/new?symbol=AAPL&mode=competition&strategy=swing"
    form = prefilled({"mode": ["competition"], "strategy": ["swing"]}, PLANNED, "key")
    assert (form.mode, form.strategy) == ("competition", "swing")
    odd = prefilled({"mode": ["duel"], "strategy": ["gone"]}, PLANNED, "key")
    assert (odd.mode, odd.strategy) == ("debate", "")
