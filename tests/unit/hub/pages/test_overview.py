from quorate.hub.pages.overview import chart_of, split_of
from tests.unit.hub.pages.lines import overview, views


def test_todays_runs_are_split_by_what_came_of_them():
    split = split_of(overview(runs_today=views(all=4, traded=1, no_trade=2, failed=1)))
    assert split.words == "1 traded, 2 without a trade, 1 failed"
    assert [share for share, _ in split.parts if share] == [0.25, 0.5, 0.25]


def test_a_day_without_runs_has_no_split():
    split = split_of(overview())
    assert split.parts == ()
    assert split.words == ""


def test_a_home_without_decisions_has_an_empty_chart():
    assert chart_of(overview()).columns == ()
