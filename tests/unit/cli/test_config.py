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


def test_one_value_is_shown_by_its_key(quorate, quorate_home):
    (quorate_home / "quorate.toml").write_text("[arena]\nmin_confidence = 0.7\n")
    assert quorate("config", "get", "arena.min_confidence").lines == ["0.7"]
    assert quorate("config", "get", "log.level", "--json").json["value"] == "warning"
    missing = quorate("config", "get", "arena.confidence")
    assert (missing.code, missing.out) == (5, "")


def test_a_value_is_set_beside_the_comments_and_given_back(quorate, quorate_home):
    file = quorate_home / "quorate.toml"
    file.write_text("# mine\n[arena]\nquorum = 3  # of five\n")
    done = quorate("config", "set", "arena.min_confidence", "0.7", "--json").json
    assert (done["applied"], done["value"], done["reloadable"]) == (True, "0.7", False)
    assert file.read_text() == "# mine\n[arena]\nquorum = 3  # of five\nmin_confidence = 0.7\n"
    assert (
        quorate("config", "set", "arena.min_confidence", "0.7", "--json").json["applied"] is False
    )
    assert (
        "is the default's again" in quorate("config", "set", "arena.min_confidence", "default").out
    )
    assert quorate("config", "get", "arena.min_confidence").lines == ["0.62"]


def test_a_value_that_is_not_allowed_leaves_the_file_alone(quorate, quorate_home):
    file = quorate_home / "quorate.toml"
    file.write_text("[arena]\nquorum = 3\n")
    refused = quorate("config", "set", "arena.min_confidence", "7")
    assert refused.code == 78
    assert str(file) in refused.err
    assert file.read_text() == "[arena]\nquorum = 3\n"
    assert list(quorate_home.iterdir()) == [file]


def test_a_variable_that_goes_before_the_file_is_said(quorate, monkeypatch):
    monkeypatch.setenv("QUORATE_LOG__LEVEL", "error")
    done = quorate("config", "set", "log.level", "debug", "--json")
    assert done.json["overridden"] == ["QUORATE_LOG__LEVEL"]
    assert "goes before the file" in done.err


def test_what_is_taken_up_at_once_says_so(quorate):
    assert "takes it up" in quorate("config", "set", "log.level", "debug").out
    assert "next start" in quorate("config", "set", "arena.quorum", "3").out
