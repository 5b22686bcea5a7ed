import json
from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.agents.defaults import DEFAULT_PROFILES
from quorate.agents.profile import AgentProfile
from quorate.agents.registry import PAYLOAD_KEYS, from_payload, to_payload
from quorate.kernel.canonical import as_json, canonical_json
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.money import Usd

PRICED = replace(
    DEFAULT_PROFILES[5],
    temperature=0.1,
    budget_per_day=Usd(Decimal("2.50")),
    budget_per_run=Usd(Decimal("0.05")),
)


def stored(profile: AgentProfile) -> dict[str, object]:
    payload = json.loads(canonical_json(to_payload(profile)))
    assert isinstance(payload, dict)
    return payload


@pytest.mark.parametrize("profile", [*DEFAULT_PROFILES, PRICED], ids=lambda profile: profile.name)
def test_a_profile_reads_back_from_the_journal_as_it_was(profile: AgentProfile) -> None:
    assert from_payload(stored(profile)) == profile


def test_numbers_that_are_not_whole_travel_as_text() -> None:
    payload = as_json(to_payload(PRICED))
    assert isinstance(payload, dict)
    assert payload["temperature"] == "0.1"
    assert payload["budgetPerDayUsd"] == "2.50"
    assert payload["horizonSessions"] == 20


def test_the_payload_has_the_documented_keys() -> None:
    assert to_payload(PRICED).keys() == PAYLOAD_KEYS


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param("role", "oracle", id="an unknown role"),
        pytest.param("name", 7, id="a name that is a number"),
        pytest.param("enabled", "yes", id="enabled as text"),
        pytest.param("maxTokens", True, id="a count that is a boolean"),
        pytest.param("maxTokens", "1024", id="a count as text"),
        pytest.param("temperature", "warm", id="a temperature that is no number"),
        pytest.param("temperature", "nan", id="a temperature that is not finite"),
        pytest.param("toolPolicy", "bars", id="tools that are no list"),
        pytest.param("toolPolicy", ["orders"], id="a tool that does not exist"),
        pytest.param("budgetPerDayUsd", "a lot", id="a budget that is no number"),
        pytest.param("budgetPerDayUsd", "NaN", id="a budget that is not finite"),
    ],
)
def test_a_damaged_payload_stops_us(key: str, value: object) -> None:
    with pytest.raises(InvariantBrokenError):
        from_payload(stored(PRICED) | {key: value})


def test_a_missing_key_and_an_unknown_key_stop_us_by_name() -> None:
    payload = stored(PRICED)
    del payload["model"]
    with pytest.raises(InvariantBrokenError, match="model, mood"):
        from_payload(payload | {"mood": "good"})
