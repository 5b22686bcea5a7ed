def test_the_effective_configuration_is_shown_with_its_hash(quorate, quorate_home):
    (quorate_home / "quorate.toml").write_text("[arena]\nmin_confidence = 0.7\n")
    shown = quorate("config", "show", "--json").json
    assert shown["file"] == str(quorate_home / "quorate.toml")
    assert shown["config"]["arena"]["min_confidence"] == "0.7"
    assert len(shown["configHash"]) == 64
    assert "min_confidence = 0.7" in quorate("config").lines


def test_a_sound_configuration_validates(quorate):
    shown = quorate("config", "validate", "--json")
    assert shown.code == 0
    assert (shown.json["ok"], shown.json["errors"]) == (True, [])
    assert len(shown.json["configHash"]) == 64


def test_everything_wrong_is_named_at_once(quorate, quorate_home):
    (quorate_home / "quorate.toml").write_text("[arena]\nmin_confidence = nan\n[brokers]\nx = 1\n")
    shown = quorate("config", "validate", "--json")
    assert shown.code == 78
    assert (shown.json["ok"], shown.json["configHash"]) == (False, None)
    assert [(error["key"], error["code"]) for error in shown.json["errors"]] == [
        ("arena.min_confidence", "CONFIG_NON_FINITE"),
        ("brokers", "CONFIG_UNKNOWN_KEY"),
    ]
    assert "Fix: " in quorate("config", "validate").err
