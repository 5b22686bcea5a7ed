def test_tools_are_listed_with_their_use_and_what_is_unknown_as_null(quorate):
    listed = quorate("tools", "--json").json
    items = {item["name"]: item for item in listed["items"]}
    assert list(items) == ["account", "bars", "indicators", "news", "positions", "quotes"]
    assert (items["bars"]["calls"], items["bars"]["refused"], items["bars"]["errorRate"]) == (
        2,
        1,
        0.5,
    )
    assert (items["news"]["errorRate"], items["news"]["p95Ms"], items["news"]["last"]) == (
        None,
    ) * 3
    assert items["bars"]["allowedProfiles"] == ["analyst"]


def test_the_list_comes_in_pages(quorate):
    first = quorate("tools", "list", "--limit", 2, "--json").json
    rest = quorate("tools", "list", "--cursor", first["nextCursor"], "--json").json
    assert len(first["items"]) + len(rest["items"]) == 6
    assert "More: add --cursor bars" in quorate("tools", "--limit", 2).err


def test_a_try_shows_what_an_agent_would_be_told_for_nothing(quorate):
    tried = quorate("tools", "test", "quotes", "aapl", "--json").json
    assert (tried["target"], tried["symbol"], tried["asOf"]) == ("quotes", "AAPL", "2013-03-01")
    assert (tried["applied"], tried["dryRun"], tried["costUsd"]) == (False, True, "0")
    shown = quorate("tools", "test", "quotes", "AAPL")
    assert shown.lines == ["AAPL: 584.00"]
    assert "$0, nothing was written" in shown.err


def test_a_symbol_that_is_none_is_refused(quorate):
    assert quorate("tools", "test", "quotes", "no symbol").code == 2
