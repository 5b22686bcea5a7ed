"""`--server URL`: the same commands, asked of a hub that another process serves; no home is opened for them."""

import json

import pytest

from tests.e2e.conftest import Home
from tests.integration.hub.served import free_port

SCOPES = ("read", "run", "trade", "safety", "admin")
SAME = (
    ("runs", "list"),
    ("runs", "show", "{run}"),
    ("runs", "why", "{run}"),
    ("orders", "list"),
    ("positions", "list"),
    ("outcomes", "list"),
    ("results",),
    ("tasks", "show", "{task}"),
    ("profiles", "list"),
    ("strategies", "list"),
    ("cycle", "status"),
)
MOMENTS = {"readAt", "asOf", "nextCursor", "reconciledAt", "at"}
HERE_ALONE = (("doctor",), ("audit", "verify"), ("up",), ("config", "validate"))


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home in which a run stands."""
    made = Home(tmp_path_factory.mktemp("home"))
    assert made.run("run", "AAPL").code == 0
    return made


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """A machine with no home of its own: whatever opens one there leaves it behind."""
    return Home(tmp_path_factory.mktemp("elsewhere"))


@pytest.fixture(scope="module")
def hub(home):
    """The URL of the home's hub, which a process of its own serves."""
    up = home.start("up", "--port", free_port(), "--json")
    try:
        yield json.loads(up.stdout.readline())["launch"]["url"]
    finally:
        up.terminate()
        up.communicate()


def token_of(home, *scopes):
    named = [word for scope in scopes for word in ("--scope", scope)]
    return home.run("tokens", "create", "-".join(scopes), *named, "--json").json["secret"]


@pytest.fixture(scope="module")
def asked(home, hub, elsewhere):
    """What asks the hub, as somebody whose token may do everything unless another is shown."""
    everything = token_of(home, *SCOPES)

    def ask(*words, token=everything, server=hub):
        return elsewhere.run(*words, "--server", server, QUORATE_TOKEN=token)

    return ask


def ids(home):
    run = home.run("runs", "--json").json["items"][-1]
    listed = home.run("tasks", "list", "--type", "arena_run", "--json")
    assert listed.code == 0, listed.out
    tasks = listed.json["items"]
    return {"run": run["runId"], "task": tasks[-1]["taskId"]}


def within(told, more):
    """Whether everything that `told` says is said by `more` too, moments of reading aside."""
    if isinstance(told, dict):
        return isinstance(more, dict) and all(
            name in more and (name in MOMENTS or within(value, more[name]))
            for name, value in told.items()
        )
    if isinstance(told, list):
        return isinstance(more, list) and len(told) == len(more) and all(map(within, told, more))
    return told == more


def test_what_is_read_is_what_the_machine_of_the_home_shows(home, asked):
    known = ids(home)
    for words in SAME:
        typed = [word.format(**known) for word in words]
        here, there = home.run(*typed, "--json"), asked(*typed, "--json")
        assert (there.code, there.err) == (here.code, ""), typed
        assert within(here.json, there.json), (typed, here.json, there.json)
    assert asked("runs").out == home.run("runs").out


def test_a_list_is_paged_by_the_hubs_cursor(asked):
    first = asked("tasks", "--limit", 1, "--json").json
    rest = asked("tasks", "--limit", 1, "--cursor", first["nextCursor"], "--json").json
    assert first["items"] != rest["items"]
    wrong = asked("tasks", "--cursor", "nonsense", "--json")
    assert (wrong.code, wrong.json["error"]["type"]) == (2, "invalid-cursor")
    assert len(wrong.json["error"]["traceId"]) == 32


def test_a_run_is_asked_for_and_waited_for(home, asked):
    looked = asked("run", "IBM", "--dry-run", "--json").json
    assert (looked["dryRun"], looked["symbols"], looked["worstCostUsd"]) == (True, ["IBM"], "0")
    made = asked("run", "IBM", "--json")
    assert made.code == 0
    shown = home.run("runs", "show", made.json["runId"], "--json").json
    assert [decision["symbol"] for decision in shown["decisions"]] == ["IBM"]
    missing = asked("run", "NOPE", "--json")
    here = home.run("run", "NOPE", "--json")
    assert (missing.code, missing.json["error"]["type"]) == (here.code, here.json["error"]["type"])


def test_trading_is_halted_and_resumed_under_the_tokens_name(home, asked):
    halted = asked("halt", "--reason", "odd fills", "--json")
    assert (halted.code, halted.json["applied"], halted.json["state"]) == (0, True, "HALTED")
    rows = home.run("audit", "events", "--type", "trading.moved", "--json").json["items"]
    assert rows[0]["payload"]["by"] == "-".join(SCOPES)
    refused = asked("resume", "--json")
    assert (refused.code, refused.json["error"]["type"]) == (2, "validation-failed")
    again = asked("resume", "--reason", "looked", "--json").json
    assert (again["applied"], again["state"]) == (True, "ACTIVE")


def test_a_cycle_is_walked_to_its_end(home, asked):
    walked = asked("cycle", "once", "--json")
    assert (walked.code, len(walked.json["trace"])) == (0, 7)
    assert walked.json["cycleId"] == home.run("cycle", "status", "--json").json["cycleId"]


def test_a_profile_is_switched_and_a_strategy_written(home, asked):
    off = asked("profiles", "disable", "trend", "--json").json
    assert (off["applied"], off["enabled"]) == (True, False)
    assert asked("profiles", "enable", "trend").out == "trend is enabled.\n"
    words = ("strategies", "add", "calm", "--symbols", "AAPL", "--threshold", "min_confidence=0.7")
    written = asked(*words, "--json").json
    assert (written["version"], written["thresholds"]) == (1, {"min_confidence": "0.7"})
    here = home.run("strategies", "show", "calm", "--json").json
    assert (here["hash"], here["enabled"]) == (written["hash"], False)


def test_a_token_is_held_to_its_scopes(home, asked):
    refused = asked("profiles", "disable", "trend", "--json", token=token_of(home, "read"))
    assert (refused.code, refused.json["error"]["type"]) == (4, "forbidden")
    stranger = asked("runs", "--json", token="arn_nobody")  # noqa: S106  (no token of anybody)
    assert (stranger.code, stranger.json["error"]["type"]) == (4, "unauthenticated")
    assert asked("runs", token="").code == 4
    assert asked("halt", "--reason", "watchdog", token=token_of(home, "safety")).code == 0
    assert asked("resume", "--reason", "tried it").code == 0


def test_what_needs_the_machine_of_the_home_says_so(asked, elsewhere):
    for words in HERE_ALONE:
        refused = asked(*words, "--json")
        assert refused.code == 2, words
        assert "machine of its home" in refused.json["error"]["detail"]
    assert list(elsewhere.path.iterdir()) == []


def test_no_hub_a_wrong_url_and_a_token_in_the_clear_are_told_apart(asked):
    nobody = asked("runs", "--json", server=f"http://127.0.0.1:{free_port()}")
    assert (nobody.code, nobody.json["error"]["type"]) == (7, "unavailable")
    assert asked("runs", "--json", server="ftp://x").code == 2
    clear = asked("runs", "--json", server="http://192.0.2.1:8600")
    assert "in the clear" in clear.json["error"]["detail"]
