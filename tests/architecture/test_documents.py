"""What the documents say of the repository is so: links, commands, targets, words, lengths."""

import re

import pytest
import typer

from quorate.cli.main import app
from tests.architecture.repository import (
    ROOT,
    anchor,
    code_blocks,
    documents,
    files_of,
    headings,
    name_of,
    prose,
)

LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
LONGEST = {"README.md": 150, "ARCHITECTURE.md": 250}
SUFFIXES = ("*.py", "*.toml", "*.md", "*.json", "*.jsonl")
NOT_OURS = frozenset(
    {
        "quorate.toml",
        "events.jsonl",
        "events/CYCLE/events.jsonl",
        "keys/alpaca.toml",
        "keys/providers.toml",
        "NNNN-title.md",
        "/api/openapi.json",
        "positions/NAME/position.jsonl",
        "NAME/position/position.jsonl",
        "merged.jsonl",
    }
)
"""Names of files that a user has or asks for, or that stand for many."""

ELSEWHERE = ("http://", "https://", "mailto:")

# Spelled in halves, so that this file does not hold what it looks for.
BOASTS = [f"{first}-{second}" for first, second in [
    ("production", "ready"), ("battle", "tested"), ("enterprise", "grade"), ("bullet", "proof"),
    ("industry", "leading"), ("world", "class"), ("state-of-the", "art"), ("blazing", "fast"),
]]  # fmt: skip
PRIVATE = [first + second for first, second in [
    ("/wo", "rk/"), ("/r", "oot/"), ("bash", "_jobs"), ("pypi", ".org"),
    ("pythonhosted", ".org"), ("npmjs", ".org"), ("golang", ".org"), ("--index", "-url"),
    ("issues", " show"), ("co-authored", "-by"),
]]  # fmt: skip
TEXTS = ("*.py", "*.md", "*.toml", "*.txt", "*.json", "*.yaml", "*.yml", "*.mako", "Makefile")


@pytest.mark.parametrize("name", documents())
def test_every_link_of_a_document_resolves(name):
    broken = []
    for target in LINK.findall(prose(documents()[name].read_text())):
        if target.startswith(ELSEWHERE):
            continue
        path, _, fragment = target.partition("#")
        file = (documents()[name].parent / path).resolve() if path else documents()[name]
        if not file.exists() or (
            fragment and fragment not in {anchor(title) for title in headings(file.read_text())}
        ):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("name", documents())
def test_every_command_that_a_document_shows_exists(name):
    text = documents()[name].read_text()
    blocks = "\n".join(code_blocks(text, "console")).splitlines()
    shown = [line.removeprefix("$ ") for line in blocks]
    shown += re.findall(r"`(quorate [^`]+)`", prose(text))
    wrong = [line for line in shown if line.startswith("quorate ") and not is_command(line)]
    assert wrong == []


def is_command(line):
    command = root = typer.main.get_command(app)
    words = line.partition("#")[0].replace("[", "").replace("]", "").split()[1:]
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
    known = {opt for each in (command, root) for param in each.params for opt in param.opts}
    options = [word for word in words if word.startswith("-")]
    pairs = zip(["", *words], words, strict=False)
    bare = [word for before, word in pairs if not (word.startswith("-") or before.startswith("-"))]
    if hasattr(command, "commands") and bare:
        return False  # a word that is neither a command nor an option, nor an option's value
    return set(options) <= known | {"--help"}


def test_a_command_that_does_not_exist_is_noticed():
    assert is_command("quorate runs why RUN")
    assert is_command("quorate runs")
    assert not is_command("quorate runs explain RUN")
    assert not is_command("quorate audit verify --deep")


def test_every_make_target_that_a_document_names_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set()
    for file in documents().values():
        text = file.read_text()
        console = "\n".join(code_blocks(text, "console"))
        named |= set(re.findall(r"^make ([a-z-]+)", console, re.MULTILINE))
        named |= set(re.findall(r"`make ([a-z-]+)", text))
    assert {"run", "test", "check", "bench", "soak"} <= named | targets
    assert named <= targets


def test_the_gate_runs_the_checks_and_the_tests_that_the_readme_names():
    gate = ROOT / ".ci" / "run"
    assert gate.stat().st_mode & 0o111
    assert {"make check", "make test"} <= set(re.findall(r"make [a-z]+", gate.read_text()))


def test_the_readme_begins_with_one_sentence_and_the_two_commands():
    title, promise, block = (ROOT / "README.md").read_text().split("\n\n")[:3]
    assert title == "# Quorate"
    assert re.fullmatch(r"[^.]+\.", promise)
    commands = [line.partition("#")[0].strip() for line in block.splitlines()]
    assert commands == ["```console", "make run", "make test", "```"]


@pytest.mark.parametrize(("name", "limit"), LONGEST.items())
def test_the_first_documents_stay_short(name, limit):
    assert len((ROOT / name).read_text().splitlines()) <= limit


@pytest.mark.parametrize("name", documents())
def test_no_document_boasts(name):
    text = documents()[name].read_text().lower()
    assert [word for word in BOASTS if word in text or word.replace("-", " ") in text] == []


def test_no_file_names_a_private_path_or_a_package_index():
    found = {
        f"{name_of(file)}: {word}"
        for pattern in TEXTS
        for file in (*files_of(pattern), *(ROOT / ".ci").iterdir())
        for word in PRIVATE
        if word in file.read_text(errors="replace").lower()
    }
    assert found == set()


def test_every_document_is_reached_from_the_readme():
    reached, waiting = set(), ["README.md"]
    while waiting:
        name = waiting.pop()
        if name in reached or name not in documents():
            continue
        reached.add(name)
        for target in LINK.findall(documents()[name].read_text()):
            if not target.startswith(ELSEWHERE):
                file = (documents()[name].parent / target.partition("#")[0]).resolve()
                waiting.append(name_of(file) if file.is_relative_to(ROOT) else "")
    assert set(documents()) - reached == set()


def test_the_licence_is_the_one_that_is_named():
    assert "Apache License" in (ROOT / "LICENSE").read_text()
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text()
    assert "Apache-2.0" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("name", documents())
def test_every_module_that_a_document_names_exists(name):
    spans = re.findall(r"`([\w./-]+\.(?:py|toml|md|jsonl?))`", prose(documents()[name].read_text()))
    ours = tuple(f"/{name_of(file)}" for pattern in SUFFIXES for file in files_of(pattern))
    missing = [span for span in spans if not any(path.endswith(f"/{span}") for path in ours)]
    assert set(missing) - NOT_OURS == set()


def test_every_fault_of_the_table_has_its_test():
    table = (ROOT / "docs" / "concepts" / "faults.md").read_text()
    rows = [line for line in table.splitlines() if line.startswith("| ") and "`test_" in line]
    tests = "\n".join(file.read_text() for file in (ROOT / "tests" / "fault").glob("test_*.py"))
    files = {file.name for file in (ROOT / "tests" / "fault").iterdir()}
    named = [name for row in rows for name in re.findall(r"`(test_[\w.]+)`", row)]
    assert len(rows) > 20
    assert [name for name in named if name not in files and f"def {name}(" not in tests] == []
