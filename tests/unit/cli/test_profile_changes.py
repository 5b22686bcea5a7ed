import pytest

ADD = ("profiles", "add", "lawyer", "--role", "bear", "--provider", "openai", "--model", "small")


def test_a_new_profile_starts_from_its_roles_template_and_is_disabled(quorate):
    made = quorate(*ADD, "--json").json
    assert (made["target"], made["applied"], made["dryRun"]) == ("lawyer", True, False)
    assert (made["mode"], made["promptTemplate"]) == ("escalation_only", "bear/1")
    assert (made["enabled"], made["version"]) == (False, 1)
    assert quorate("profiles", "show", "lawyer", "--json").json["toolPolicy"] == [
        "bars",
        "indicators",
        "news",
    ]


def test_every_option_of_a_new_profile_is_taken(quorate):
    made = quorate(
        *ADD,
        *("--tier", "power", "--mode", "always", "--tools", "news, bars", "--max-tokens", "300"),
        *(
            "--temperature",
            "0.2",
            "--horizon",
            "5",
            "--budget-day",
            "$0.25",
            "--budget-run",
            "none",
        ),
        *("--title", "The Lawyer", "--description", "Argues.", "--enable", "--json"),
    ).json
    assert (made["tier"], made["mode"], made["toolPolicy"]) == ("power", "always", ["bars", "news"])
    assert (made["maxTokens"], made["temperature"], made["horizonSessions"]) == (300, "0.2", 5)
    assert (made["budgetPerDayUsd"], made["budgetPerRunUsd"]) == ("0.25", None)
    assert (made["title"], made["description"], made["enabled"]) == ("The Lawyer", "Argues.", True)


def test_an_edit_makes_the_next_version_and_the_first_stays_readable(quorate):
    done = quorate("profiles", "edit", "cheap_tech_analyst", "--max-tokens", "700")
    assert done.lines == ["cheap_tech_analyst is now at version 2."]
    again = quorate("profiles", "edit", "cheap_tech_analyst", "--max-tokens", "700", "--json").json
    assert again["applied"] is False
    now = quorate("profiles", "show", "cheap_tech_analyst", "--json").json
    then = quorate("profiles", "show", "cheap_tech_analyst", "--version", 1, "--json").json
    assert (now["maxTokens"], now["version"]) == (700, 2)
    assert (then["maxTokens"], then["version"]) == (1024, 1)
    gone = quorate("profiles", "show", "cheap_tech_analyst", "--version", 9)
    assert gone.code == 5
    assert "from 1 to 2" in gone.err


def test_the_history_says_who_changed_what(quorate):
    quorate("profiles", "budget", "power_macro_judge", "--day", "0.25")
    quorate("profiles", "disable", "trend")
    listed = quorate("profiles", "history", "power_macro_judge", "--json").json
    newest, first = listed["items"]
    assert (newest["kind"], newest["by"], newest["version"]) == ("changed", "command line", 2)
    assert newest["changes"] == [{"key": "budgetPerDayUsd", "before": None, "after": "0.25"}]
    assert (first["kind"], first["version"]) == ("registered", 1)
    (line, _) = quorate("profiles", "history", "power_macro_judge").lines
    assert line.endswith("changed by command line: budgetPerDayUsd none -> 0.25")
    assert "disabled by command line" in quorate("profiles", "history", "trend").lines[0]


def test_a_budget_is_set_and_given_back(quorate):
    quorate("profiles", "budget", "power_macro_judge", "--day", "0.25", "--run", "0.05")
    done = quorate("profiles", "budget", "power_macro_judge", "--run", "none", "--json").json
    assert (done["budgetPerDayUsd"], done["budgetPerRunUsd"]) == ("0.25", None)


def test_an_archived_profile_leaves_the_list_and_keeps_its_history(quorate):
    done = quorate("profiles", "archive", "trend")
    assert done.lines == ["trend is archived: it never runs again."]
    assert quorate("profiles", "archive", "trend").lines == [
        "trend is already archived: it never runs again."
    ]
    names = {item["name"] for item in quorate("profiles", "--json").json["items"]}
    everyone = quorate("profiles", "list", "--archived", "--json").json["items"]
    assert "trend" not in names
    assert [item["name"] for item in everyone if item["archived"]] == ["trend"]
    assert quorate("profiles", "history", "trend").lines[0].endswith("archived by command line")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("add", "x", "--role", "oracle"), "a role is one of", id="no such role"),
        pytest.param(("add", "x", "--role", "bull"), "provider and a model", id="no model"),
        pytest.param(("edit", "trend", "--model", "gpt"), "trend is code", id="a rule agent"),
        pytest.param(
            ("edit", "cheap_tech_analyst", "--prompt", "judge/1"),
            "is one of a judge",
            id="another role's prompt",
        ),
        pytest.param(("edit", "trend"), "nothing is to be changed", id="nothing"),
        pytest.param(("budget", "power_macro_judge", "--day", "much"), "dollars", id="no amount"),
        pytest.param(
            ("edit", "power_macro_judge", "--tools", "orders"), "no tool orders", id="tool"
        ),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(quorate, fake_app, words, said):
    shown = quorate("profiles", *words)
    assert shown.code == 2
    assert said in shown.err
    assert fake_app.known_profiles.events == []


def test_a_name_that_is_taken_is_a_conflict(quorate):
    quorate(*ADD)
    assert quorate(*ADD).code == 8
