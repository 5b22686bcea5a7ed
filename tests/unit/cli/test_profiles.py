from tests.unit.cli.fake_app import NOON


def test_profiles_are_listed_under_their_stable_names(quorate):
    listed = quorate("profiles", "--json").json
    assert listed["readAt"] == NOON.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert set(listed["items"][0]) == {
        "name",
        "role",
        "provider",
        "model",
        "tier",
        "mode",
        "enabled",
        "voter",
        "version",
        "archived",
    }
    assert {item["name"]: item["voter"] for item in listed["items"]}["rule_risk_manager"] is False


def test_disabling_is_said_once_as_done_and_then_as_so_already(quorate):
    first = quorate("profiles", "disable", "trend", "--json").json
    again = quorate("profiles", "disable", "trend", "--json").json
    assert (first["target"], first["applied"], first["dryRun"]) == ("trend", True, False)
    assert (first["enabled"], again["applied"]) == (False, False)
    assert quorate("profiles", "enable", "trend").lines == ["trend is enabled."]
    assert quorate("profiles", "enable", "trend").lines == ["trend is already enabled."]


def test_a_profile_is_shown_with_all_it_is_made_of(quorate):
    shown = quorate("profiles", "show", "power_macro_judge", "--json").json
    assert shown["tier"] == "power"
    assert shown["maxTokens"] == 2048
    assert shown["budgetPerDayUsd"] is None


def test_an_unknown_profile_ends_with_5_and_the_way_to_the_known_ones(quorate):
    shown = quorate("profiles", "show", "nobody")
    assert shown.code == 5
    assert "quorate profiles list" in shown.err


def test_a_profile_is_shown_in_words_and_not_in_python(quorate):
    shown = quorate("profiles", "show", "trend").out
    assert "True" not in shown
    assert "None" not in shown
