"""The fork of the imported program that tests command is the program: it ends and prints as one started afresh."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests import forked_program
from tests.integration.hub.served import free_port

pytestmark = pytest.mark.e2e


def test_a_fork_is_used_where_nothing_that_python_reads_at_its_start_differs(home):
    process = home.start("--version")
    assert isinstance(process, forked_program.Forked)
    assert process.communicate(timeout=20)[0].startswith("quorate ")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(["--version"], 0, id="done"),
        pytest.param(["runs", "list", "--limit", "3"], 0, id="from the database"),
        pytest.param(["providers", "--jq", ".items"], 0, id="as JSON"),
        pytest.param(["nonsense"], 2, id="no such command"),
        pytest.param(["runs", "show", "run_00000000000000000000000000"], 5, id="not there"),
        pytest.param(["run", "AAPL", "--as-of", "tomorrow", "--json"], 2, id="refused"),
    ],
)
def test_a_fork_ends_and_prints_as_a_process_started_afresh(shared_home, words, code):
    forked = shared_home.run(*words)
    process = shared_home.start_afresh(*words)
    out, err = process.communicate(timeout=60)
    assert (forked.code, forked.out, forked.err) == (process.returncode, out, err)
    assert forked.code == code


def test_a_variable_that_python_reads_at_its_start_starts_a_process_afresh(home):
    assert "quorate.cli.main" in home.run("--version", PYTHONVERBOSE="1").err


def test_a_fork_is_a_process_of_its_own_that_signals_reach(home):
    up = home.start("up", "--port", free_port(), "--json")
    try:
        assert '"launch"' in up.stdout.readline()
        assert Path(f"/proc/{up.pid}").exists() or not Path("/proc").exists()
        up.send_signal(signal.SIGINT)
        assert up.wait(20) in {0, 130}
    finally:
        up.kill()
        up.communicate()


def test_a_fork_that_takes_too_long_is_killed(home):
    words = ["up", "--port", str(free_port()), "--json"]
    with pytest.raises(subprocess.TimeoutExpired):
        forked_program.run(words, env=home.environment(), timeout=3)
    assert home.run("status").code == 3
