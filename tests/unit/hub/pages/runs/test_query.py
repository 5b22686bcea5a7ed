from datetime import date

import pytest

from quorate.arena.record.listing import RunFilter, RunView
from quorate.hub.pages.runs.query import Column, RunQuery, filter_words, read_query
from quorate.kernel.decision import TriggerName

EVERYTHING = {
    "view": ["traded"],
    "symbol": ["aapl"],
    "trigger": ["low_confidence"],
    "escalated": ["no"],
    "profile": ["trend"],
    "rounds": ["no"],
    "from": ["2012-01-01"],
    "to": ["2012-06-29"],
    "per": ["50"],
    "cols": ["run", "cost"],
    "after": ["CURSOR"],
}


def test_an_address_without_parameters_asks_for_everything():
    assert read_query({}) == RunQuery()
    assert RunQuery().href == "/admin/arena/runs"


def test_an_address_says_all_that_can_be_asked():
    query = read_query(EVERYTHING)
    assert query.wanted == RunFilter(
        view=RunView.TRADED,
        symbol="AAPL",
        trigger=TriggerName.LOW_CONFIDENCE,
        escalated=False,
        profile="trend",
        rounds=False,
        as_of_from=date(2012, 1, 1),
        as_of_to=date(2012, 6, 29),
    )
    assert query.per_page == 50
    assert query.columns == (Column.COST,)
    assert query.cursor == "CURSOR"


def test_what_was_asked_stands_in_the_address_again():
    assert read_query(EVERYTHING).href == (
        "/admin/arena/runs?view=traded&symbol=AAPL&trigger=low_confidence&escalated=no"
        "&profile=trend&rounds=no&from=2012-01-01&to=2012-06-29&per=50&cols=run&cols=cost&after=CURSOR"
    )


def test_the_empty_fields_of_a_form_ask_for_nothing():
    sent = {"symbol": [""], "trigger": [""], "from": [" "], "cols": ["run", *Column]}
    assert read_query(sent).href == "/admin/arena/runs"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("view", "bought", id="no view"),
        pytest.param("symbol", "A$", id="no symbol"),
        pytest.param("trigger", "mood", id="no trigger"),
        pytest.param("escalated", "maybe", id="neither yes nor no"),
        pytest.param("from", "2012-02-30", id="no date"),
        pytest.param("per", "1000", id="more than a page holds"),
    ],
)
def test_what_cannot_be_understood_is_left_out_and_named(name, text):
    query = read_query({name: [text], "profile": ["trend"]})
    assert query.wanted == RunFilter(profile="trend")
    assert query.ignored == (f"{name}={text}",)


def test_a_text_that_is_left_out_is_named_short():
    assert len(read_query({"symbol": ["x" * 5000]}).ignored[0]) < 60


def test_unchecking_every_column_leaves_the_run_alone():
    query = read_query({"cols": ["run"]})
    assert query.columns == ()
    assert read_query({"cols": ["run"]}).href == "/admin/arena/runs?cols=run"


def test_another_view_begins_on_its_first_page_under_the_same_filters():
    query = read_query({"symbol": ["AAPL"], "after": ["CURSOR"]})
    assert query.shows(RunView.FAILED) == "/admin/arena/runs?view=failed&symbol=AAPL"


def test_another_page_keeps_the_filters():
    query = read_query({"symbol": ["AAPL"]})
    assert query.at("NEXT") == "/admin/arena/runs?symbol=AAPL&after=NEXT"
    assert read_query({"after": ["CURSOR"]}).at("") == "/admin/arena/runs"


def test_clearing_the_filters_keeps_the_columns():
    query = read_query({"symbol": ["AAPL"], "view": ["held"], "cols": ["run", "cost"]})
    assert query.cleared == "/admin/arena/runs?cols=run&cols=cost"


def test_the_question_for_news_says_how_many_runs_were_known():
    query = read_query({"view": ["traded"], "after": ["CURSOR"]})
    assert query.news(7) == "/admin/arena/runs/news?view=traded&had=7"


@pytest.mark.parametrize(
    ("params", "filtered"),
    [
        pytest.param({}, False, id="nothing"),
        pytest.param({"view": ["held"]}, False, id="a view is no filter"),
        pytest.param({"escalated": ["no"]}, True, id="not escalated is one"),
    ],
)
def test_a_list_is_filtered_when_anything_but_its_view_narrows_it(params, filtered):
    assert read_query(params).is_filtered is filtered


@pytest.mark.parametrize(
    ("params", "words"),
    [
        pytest.param({}, (), id="nothing"),
        pytest.param(
            {"view": ["no_trade"], "symbol": ["IBM"], "escalated": ["yes"]},
            ("view no trade", "symbol IBM", "escalated"),
            id="several",
        ),
        pytest.param({"escalated": ["no"]}, ("not escalated",), id="no panel"),
        pytest.param(
            {"trigger": ["portfolio_delta"], "profile": ["mean_reversion"]},
            ("trigger portfolio delta", "profile mean_reversion"),
            id="names",
        ),
        pytest.param({"from": ["2012-01-01"]}, ("as of 2012-01-01 or later",), id="from"),
        pytest.param({"to": ["2012-01-01"]}, ("as of 2012-01-01 or earlier",), id="to"),
        pytest.param(
            {"from": ["2012-01-01"], "to": ["2012-02-01"]},
            ("as of 2012-01-01 to 2012-02-01",),
            id="both",
        ),
    ],
)
def test_a_filter_is_said_in_words(params, words):
    assert filter_words(read_query(params).wanted) == words
