"""`quorate presets`: which one is in force, what it leaves, and how another is applied."""


def test_the_presets_are_listed_with_the_one_in_force(quorate):
    items = {item["name"]: item for item in quorate("presets", "--json").json["items"]}
    assert list(items) == ["free_only", "cheap_first", "cheap_and_power"]
    assert [name for name, item in items.items() if item["active"]] == ["cheap_and_power"]
    assert items["cheap_and_power"]["setBy"] == "configuration"
    assert items["free_only"]["tiers"] == ["free"]


def test_a_preset_is_applied_once_and_given_back(quorate):
    done = quorate("presets", "apply", "free_only", "--json").json
    assert done == {
        "target": "free_only",
        "applied": True,
        "dryRun": False,
        "preset": "free_only",
        "setBy": "applied",
        "version": 1,
        "configured": "cheap_and_power",
    }
    assert quorate("presets", "apply", "free_only").lines == [
        "The preset free_only is already in force (applied), from the next run on."
    ]
    assert quorate("presets", "apply", "default", "--json").json["preset"] == "cheap_and_power"


def test_an_unknown_preset_is_not_found(quorate):
    refused = quorate("presets", "apply", "loud")
    assert refused.code == 5
    assert "choose from free_only, cheap_first, cheap_and_power" in refused.err
    assert quorate("presets", "show", "loud").code == 5


def test_a_preset_shows_its_ladders_thresholds_and_who_can_be_asked(quorate):
    shown = quorate("presets", "show", "cheap_first", "--json").json
    ladders = {ladder["name"]: ladder["models"] for ladder in shown["ladders"]}
    assert "openrouter/powerful" not in ladders
    assert all(model["reachable"] for model in ladders["openai/small"])
    assert not any(model["reachable"] for model in ladders["openrouter/repair"])
    assert shown["thresholds"] == {
        "maxDisagreement": 0.34,
        "minConfidence": 0.62,
        "portfolioDeltaPct": 1.5,
        "powerCallsPerDay": 25,
    }
    lines = quorate("presets", "show", "cheap_first").lines
    assert lines[0].startswith("cheap_first: not in force.")
    assert "0.34" in lines[-2]
    assert "1.5 %" in lines[-1]
    assert "25 times" in lines[-1]
