import pytest


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_told_how_to_complete(quorate, shell):
    shown = quorate("completion", shell)
    assert shown.code == 0
    assert f"complete_{shell}" in shown.out
    assert quorate("completion", shell, "--json").json["shell"] == shell


def test_another_shell_is_refused(quorate):
    assert quorate("completion", "cmd").code == 2


def test_options_that_may_stand_anywhere_reach_every_command(quorate):
    first = quorate("--yes", "--json", "runs", "list")
    last = quorate("runs", "list", "--json", "--yes")
    assert (first.code, first.json["items"]) == (last.code, last.json["items"])
