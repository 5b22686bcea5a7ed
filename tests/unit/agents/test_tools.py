"""Tools: they read the frozen evidence of the requested symbols, and refuse everything else with a reason."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from quorate.agents.defaults import DEFAULT_PROFILES
from quorate.agents.profile import Tool
from quorate.agents.prompts import BookView, Briefing
from quorate.agents.tools import MAX_SESSIONS, tool_specs, use_tool
from quorate.kernel.ids import Symbol
from quorate.llm import ToolCall
from quorate.market import NewsItem, freeze_snapshot
from tests.unit.market.histories import packaged

AAPL, IBM, FB = Symbol("AAPL"), Symbol("IBM"), Symbol("FB")
DAY = date(2012, 6, 29)
ANY = next(each for each in DEFAULT_PROFILES if each.name == "cheap_risk_manager")
EVERYTHING = replace(ANY, tool_policy=tuple(Tool))


def news(headline, *symbols):
    at = datetime.fromisoformat("2012-06-29T12:00:00+00:00")
    return NewsItem(symbols=symbols, published_at=at, source="wire", headline=headline)


@pytest.fixture(scope="module")
def briefing():
    stored = packaged()
    return Briefing(
        snapshot=freeze_snapshot({AAPL: stored[AAPL], IBM: stored[IBM]}, DAY),
        symbols=(AAPL, Symbol("NONE")),
        book=BookView(
            mode="REPLAY", cash=Decimal(90000), equity=Decimal(100000), held={IBM: Decimal(7)}
        ),
        news=(news("Apple", AAPL), news("Big Blue", IBM), news("Everybody")),
    )


@pytest.fixture
def use(briefing):
    def uses(name, arguments="{}", profile=EVERYTHING):
        return use_tool(ToolCall(id="1", name=name, arguments=arguments), profile, briefing)

    return uses


def test_a_profile_is_offered_what_its_policy_allows_and_every_tool_reads():
    assert [spec.name for spec in tool_specs(replace(ANY, tool_policy=()))] == []
    offered = tool_specs(replace(ANY, tool_policy=(Tool.NEWS, Tool.BARS, Tool.BARS)))
    assert [spec.name for spec in offered] == ["bars", "news"]
    assert {spec.name for spec in tool_specs(EVERYTHING)} == {
        *("account", "bars", "indicators", "news", "positions", "quotes"),
    }
    assert all(spec.parameters["additionalProperties"] is False for spec in tool_specs(EVERYTHING))


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("quotes", '{"symbol":"AAPL"}', "AAPL: last close 584 on 2012-06-29"),
        ("bars", '{"symbol":"AAPL","sessions":2}', "Last 2 sessions"),
        ("bars", '{"symbol":"AAPL"}', "Last 20 sessions"),
        ("indicators", '{"symbol":"AAPL"}', "RSI(14)"),
        ("account", "{}", "Cash $90000"),
        ("positions", "", "7 IBM"),
        ("news", '{"symbol":"AAPL"}', "Apple"),
    ],
)
def test_an_allowed_call_is_answered_from_the_evidence(use, name, arguments, told):
    used = use(name, arguments)
    assert used.refusal == ""
    assert told in used.result
    assert use(name, arguments) == used


def test_bars_end_at_the_session_of_the_run(use):
    lines = use("bars", '{"symbol":"AAPL","sessions":250}').result.splitlines()
    assert len(lines) == 1 + MAX_SESSIONS
    assert lines[-1].startswith("2012-06-29,")


def test_news_is_that_of_the_symbol_and_of_the_market(use):
    told = use("news", '{"symbol":"AAPL"}').result
    assert ("Apple" in told, "Everybody" in told, "Big Blue" in told) == (True, True, False)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("place_order", '{"symbol":"AAPL","qty":1}'),
        ("BARS", '{"symbol":"AAPL"}'),
        ("bars\u200b", '{"symbol":"AAPL"}'),
        ("", "{}"),
        ("bars", '{"symbol":"IBM"}'),
        ("bars", '{"symbol":"aapl"}'),
        ("bars", '{"symbol":"AAPL\u200b"}'),
        ("bars", '{"symbol":"NONE"}'),
        ("bars", '{"symbol":["AAPL"]}'),
        ("bars", '{"symbol":null}'),
        ("bars", "{}"),
        ("bars", '{"symbol":"AAPL","sessions":0}'),
        ("bars", '{"symbol":"AAPL","sessions":251}'),
        ("bars", '{"symbol":"AAPL","sessions":-1}'),
        ("bars", '{"symbol":"AAPL","sessions":2.5}'),
        ("bars", '{"symbol":"AAPL","sessions":"20"}'),
        ("bars", '{"symbol":"AAPL","sessions":true}'),
        ("bars", '{"symbol":"AAPL","sessions":1e999}'),
        ("bars", '{"symbol":"AAPL","sessions":NaN}'),
        ("bars", '{"symbol":"AAPL","write":true}'),
        ("bars", '{"symbol":"AAPL","symbol":"IBM"}'),
        ("bars", "AAPL"),
        ("bars", "[]"),
        ("bars", '{"symbol":"AAPL"'),
        ("bars", "{" * 200),
        ("account", '{"book":"live"}'),
        ("positions", '{"tenant":"other"}'),
        ("quotes", '{"symbol":"../../etc/passwd"}'),
        ("indicators", '{"symbol":"IBM"}'),
        ("news", '{"symbol":"IBM"}'),
    ],
)
def test_everything_else_is_refused_and_tells_nothing(use, name, arguments):
    used = use(name, arguments)
    assert used.refusal
    assert used.result == f"refused: {used.refusal}"
    assert (used.name, used.arguments) == (name, arguments)
    assert not any(secret in used.result for secret in ("584", "90000", "7 IBM", "Big Blue"))


@pytest.mark.parametrize("tool", list(Tool))
def test_a_tool_that_the_policy_does_not_name_is_not_there(use, tool):
    others = replace(ANY, tool_policy=tuple(each for each in Tool if each is not tool))
    used = use(tool.value, '{"symbol":"AAPL"}', others)
    assert used.refusal.startswith("there is no tool of that name here")
