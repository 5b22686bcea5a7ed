"""The program as a whole: where options may stand, what a failure looks like, how it ends."""

import errno
import json
import subprocess
import sys

import pytest

from quorate.kernel.errors import (
    ConflictError,
    InvariantBrokenError,
    RejectedError,
    UnavailableError,
)


def test_without_a_command_it_shows_what_there_is(quorate):
    shown = quorate()
    assert shown.code == 0
    assert "run " in shown.out
    assert "replay" in shown.out


def test_version_is_said(quorate):
    assert quorate("--version").out == "quorate 0.1.0\n"


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("--json", "profiles", "list"), id="before"),
        pytest.param(("profiles", "--json", "list"), id="between"),
        pytest.param(("profiles", "list", "--json"), id="after"),
        pytest.param(("profiles", "--json"), id="bare noun"),
    ],
)
def test_a_global_option_may_stand_anywhere(quorate, words):
    assert {"readAt", "items", "nextCursor"} == set(quorate(*words).json)


@pytest.mark.parametrize("noun", ["runs", "profiles", "data", "budget"])
def test_a_bare_noun_lists(quorate, noun):
    assert quorate(noun).out == quorate(noun, "list").out


@pytest.mark.parametrize("noun", ["audit", "db"])
def test_a_noun_without_a_list_shows_its_verbs(quorate, noun):
    shown = quorate(noun)
    assert shown.code == 0
    assert "Commands:" in shown.out


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        pytest.param(RejectedError("no"), 2, 422, id="rejected"),
        pytest.param(RejectedError("no", slug="not-found"), 5, 404, id="not found"),
        pytest.param(RejectedError("no", slug="invalid-cursor"), 2, 400, id="cursor"),
        pytest.param(ConflictError("no"), 8, 409, id="conflict"),
        pytest.param(UnavailableError("no", source="x"), 7, 503, id="unreachable"),
        pytest.param(
            UnavailableError("no", source="database", slug="storage-full"), 1, 507, id="disk full"
        ),
        pytest.param(InvariantBrokenError("no"), 1, 500, id="our own bug"),
        pytest.param(KeyError("no"), 1, 500, id="unforeseen"),
        pytest.param(
            ExceptionGroup("tasks", [ValueError("x"), ConflictError("no")]),
            8,
            409,
            id="from a task",
        ),
    ],
)
def test_a_failure_is_one_line_one_code_and_one_object(quorate, fake_app, error, code, status):
    fake_app.failure = error
    shown = quorate("profiles", "--json")
    assert shown.code == code
    assert shown.json["error"]["status"] == status
    assert set(shown.json["error"]) == {
        "type",
        "title",
        "status",
        "detail",
        "traceId",
        "retryable",
    }
    assert len(shown.err.splitlines()) == 1
    assert shown.err.startswith("error: ")


def test_without_json_a_failure_says_nothing_on_stdout(quorate, fake_app):
    fake_app.failure = RejectedError("the cause", effect="nothing was written", fix="do this")
    shown = quorate("profiles")
    assert shown.out == ""
    assert shown.err == "error: the cause. Nothing was written. Fix: do this\n"


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("nonsense",), id="no such command"),
        pytest.param(("run",), id="missing symbol"),
        pytest.param(("run", "AAPL", "--nonsense"), id="no such option"),
        pytest.param(("runs", "--limit", "0"), id="limit too small"),
        pytest.param(("runs", "--limit", "201"), id="limit too large"),
        pytest.param(("runs", "--limit"), id="limit without number"),
        pytest.param(("replay", "--sessions", "0"), id="no sessions"),
    ],
)
def test_a_line_that_cannot_be_understood_does_nothing(quorate, fake_app, words):
    shown = quorate(*words, "--json")
    assert shown.code == 2
    assert shown.json["error"]["type"] == "validation-failed"
    assert "Nothing was done".lower() in shown.err.lower()
    assert "--help" in shown.err
    assert len(shown.err.splitlines()) == 1
    assert fake_app.requests == []


def test_a_mistyped_command_is_answered_with_its_likely_meaning(quorate):
    assert "No such command 'profile'. Nothing was done. Fix: did you mean 'profiles'" in (
        quorate("profile").err
    )


def test_a_traceback_is_shown_only_on_request(quorate, fake_app):
    fake_app.failure = KeyError("no")
    assert "Traceback" not in quorate("profiles").err
    assert "Traceback" in quorate("profiles", "-v").err


def test_a_refused_configuration_ends_with_78_and_names_every_key(quorate, quorate_home):
    (quorate_home / "quorate.toml").write_text("[arena]\nquorum = 0\nquorim = 2\n")
    shown = quorate("profiles", "--json")
    assert shown.code == 78
    assert shown.json["error"]["type"] == "config-refused"
    assert [error["code"] for error in shown.json["error"]["errors"]] == [
        "CONFIG_RANGE",
        "CONFIG_UNKNOWN_KEY",
    ]


def test_notices_of_the_start_go_to_stderr_unless_quiet(quorate, fake_app):
    fake_app.started = ("resumed run_9, left by a killed process",)
    assert "resumed run_9" in quorate("runs").err
    assert quorate("runs", "-q").err == ""


def test_ctrl_c_ends_with_130(quorate, fake_app):
    fake_app.failure = KeyboardInterrupt()
    shown = quorate("profiles")
    assert shown.code == 130
    assert "interrupted" in shown.err


def test_json_is_one_line(quorate):
    assert len(quorate("data", "--json").lines) == 1
    json.loads(quorate("data", "--json").out)


def test_a_usage_error_points_at_the_command_that_was_meant(quorate):
    assert "quorate runs list --help" in quorate("runs", "list", "--nonsense").err
    assert "quorate runs show --help" in quorate("runs", "show").err


def test_a_negative_amount_is_called_so(quorate):
    said = quorate("budget", "set", "daily", "-1")
    assert said.code == 2
    assert "A number below 0 is nothing that a command takes" in said.err


def test_a_word_without_end_is_cut_in_prose(quorate):
    said = quorate("runs", "show", "x" * 5000).err
    assert "x" * 59 + "..." in said
    assert len(said) < 400


def test_a_disk_that_is_full_of_output_is_no_error_of_ours(quorate, fake_app):
    fake_app.failure = OSError(errno.ENOSPC, "No space left on device")
    shown = quorate("profiles")
    assert shown.code == 1
    assert shown.err == (
        "error: there is no room for the output (No space left on device). What the journal holds stands, "
        "the answer was not written. Fix: make room, or send it elsewhere\n"
    )


@pytest.mark.parametrize("closed", [">&-", ">&- 2>&-"])
def test_a_shell_may_close_what_it_does_not_want_to_read(closed):
    program = (
        "import sys; from quorate.cli.main import main; sys.exit(main(['profiles', '--help']))"
    )
    line = f'exec "$0" -c "$1" {closed}'
    ended = subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", line, sys.executable, program],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")
