from tests.unit.cli.fake_app import Bag, FakeQuarantine


def test_series_are_listed_by_symbol(quorate):
    items = quorate("data", "--json").json["items"]
    assert [item["symbol"] for item in items] == ["AAPL", "MSFT"]
    assert (items[0]["first"], items[0]["last"]) == ("2000-03-01", "2013-03-01")


def test_an_import_says_what_was_stored(quorate):
    shown = quorate("data", "import", "mine.csv", "--symbol", "MINE", "--json")
    assert shown.code == 0
    assert shown.json["symbols"] == ["MINE"]
    assert (shown.json["bars"], shown.json["actions"], shown.json["quarantined"]) == (300, 1, [])
    assert (shown.json["target"], shown.json["applied"]) == ("mine.csv", True)


def test_a_quarantine_is_said_aloud_even_where_quiet(quorate, fake_app):
    fake_app.imported = Bag(symbols=("BAD",), quarantined=(FakeQuarantine(),))
    shown = quorate("data", "import", "bad.csv", "--json", "-q")
    assert shown.code == 0
    assert shown.json["quarantined"] == [
        {"symbol": "BAD", "code": "BAR_NON_FINITE", "detail": "row 3"}
    ]
    assert "warning: BAD is quarantined: BAR_NON_FINITE" in shown.err


def test_an_import_of_which_nothing_can_be_used_names_no_symbol(quorate, fake_app):
    fake_app.imported = Bag(symbols=(), quarantined=(FakeQuarantine(),))
    shown = quorate("data", "import", "bad.csv")
    assert shown.lines == ["bad.csv: 0 bars, 0 corporate actions"]
