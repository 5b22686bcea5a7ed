"""docs/cli.md against the program: a command, option or exit code in one only is a failure."""

import re
from pathlib import Path

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.main import app

DOCS = (Path(__file__).parents[3] / "docs" / "cli.md").read_text()


def commands(group, path=()):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            if options(command):
                yield " ".join((*path, name)), command
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def options(command):
    return {opt for p in command.params for opt in p.opts if opt.startswith("-")} - {"-h", "--help"}


def test_every_command_is_documented_with_its_options():
    documented = {
        re.match(r"quorate ([a-z]+(?:[ -][a-z]+)*)", line)[1]: set(re.findall(r"--[a-z-]+", line))
        for line in re.findall(r"^\| `(quorate [^`]+)` \|", DOCS, re.MULTILINE)
    }
    built = {path: options(command) for path, command in commands(typer.main.get_command(app))}
    assert documented == built


def test_every_global_option_is_documented():
    rows = re.findall(r"^\| (`-[^|]+) \|", DOCS, re.MULTILINE)
    documented = {option for row in rows for option in re.findall(r"--?[a-z-]+", row)}
    root = typer.main.get_command(app)
    hidden = {opt for p in root.params if getattr(p, "hidden", False) for opt in p.opts}
    assert documented == options(root) - hidden


def test_every_exit_code_is_documented():
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", DOCS, re.MULTILINE)} == set(ExitCode)


def test_every_command_explains_itself(quorate):
    for path, _ in commands(typer.main.get_command(app)):
        shown = quorate(*path.split(), "--help")
        assert shown.code == 0
        assert shown.out.startswith(f"Usage: quorate {path}")
