"""An export proves itself to somebody who has none of our code (R-071, RELIABILITY 4.3)."""

import ast
import copy
import json
import math
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.homes import made_exports, made_home
from tests.verifier import verify

pytestmark = pytest.mark.integration

VERIFIER = Path(verify.__file__)
UNPROVEN = "why"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def exports(home):
    """A run export and a journal export of one home, as text."""
    settings = {"JOURNAL__CHECKPOINT_ROWS": "40"}
    _, run_id, _ = made_home(home, **settings)
    return made_exports(home, run_id, **settings)


@pytest.fixture(scope="module")
def trees(exports):
    """Each export as one tree, a journal's lines as a list."""
    lines = exports["journal.jsonl"].splitlines()
    return {
        "run.json": json.loads(exports["run.json"]),
        "journal.jsonl": [json.loads(line) for line in lines],
    }


def leaves(tree: object, *place: str | int) -> Iterator[tuple[str | int, ...]]:
    """The places of all values that are no object and no list, but for those that prove nothing."""
    if isinstance(tree, dict | list):
        parts = tree.items() if isinstance(tree, dict) else enumerate(tree)
        for name, part in parts:
            if name != UNPROVEN:
                yield from leaves(part, *place, name)
    else:
        yield place


def names(tree: object, *place: str | int) -> Iterator[tuple[str | int, ...]]:
    """The places of all names in objects."""
    if isinstance(tree, dict | list):
        parts = tree.items() if isinstance(tree, dict) else enumerate(tree)
        for name, part in parts:
            if isinstance(name, str):
                yield (*place, name)
            if name != UNPROVEN:
                yield from names(part, *place, name)


def changed(value: object, chance: random.Random) -> object:
    """The value with the smallest change that its kind knows: another character, the next number."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case float():
            return math.nextafter(value, math.inf)
        case None:
            return 0
        case "":
            return " "
        case str():
            at = chance.randrange(len(value))
            other = chance.choice([c for c in "0aA=+ \n\u00e9{" if c != value[at]])
            return value[:at] + other + value[at + 1 :]
    raise AssertionError(value)


def written(kind: str, tree: object, path: Path) -> Path:
    lines = tree if kind == "journal.jsonl" else [tree]
    indent = None if kind == "journal.jsonl" else 1
    texts = (json.dumps(line, ensure_ascii=False, indent=indent) for line in lines)
    path.write_text("".join(f"{text}\n" for text in texts))
    return path


def is_accepted(path: Path) -> bool:
    try:
        return verify.verified(path) > 0
    except verify.RefusedError:
        return False


def test_the_verifier_shares_no_line_with_what_it_verifies():
    tree = ast.parse(VERIFIER.read_text())
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    rooms = {name.partition(".")[0] for name in imported}
    assert rooms - set(sys.stdlib_module_names) == {"cryptography"}


@pytest.mark.parametrize("kind", ["run.json", "journal.jsonl"])
def test_an_export_is_accepted_as_it_was_written(home, exports, kind):
    assert exports[kind]
    told = subprocess.run(  # noqa: S603  (our own script on our own file)
        [sys.executable, "-I", str(VERIFIER), str(home / kind)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert "all as they were written and signed" in told.stdout


@pytest.mark.parametrize("kind", ["run.json", "journal.jsonl"])
def test_writing_the_same_tree_again_changes_nothing(trees, tmp_path, kind):
    """So that the tests below fail for what they change, not for how they write it."""
    assert is_accepted(written(kind, trees[kind], tmp_path / kind))


@pytest.mark.parametrize("kind", ["run.json", "journal.jsonl"])
def test_one_changed_character_in_any_field_is_refused(trees, tmp_path, kind):
    chance, tree = random.Random(20261121), copy.deepcopy(trees[kind])
    places, accepted = list(leaves(tree)), []
    for place in places:
        holder = tree
        for name in place[:-1]:
            holder = holder[name]
        kept = holder[place[-1]]
        holder[place[-1]] = changed(kept, chance)
        if is_accepted(written(kind, tree, tmp_path / kind)):
            accepted.append((place, kept, holder[place[-1]]))
        holder[place[-1]] = kept
    assert accepted == []
    assert len(places) > 700


@pytest.mark.parametrize("kind", ["run.json", "journal.jsonl"])
def test_one_changed_character_in_any_name_is_refused(trees, tmp_path, kind):
    tree, accepted = copy.deepcopy(trees[kind]), []
    places = [place for place in names(tree) if place[-1] != UNPROVEN]
    for place in random.Random(20261121).sample(places, 300):
        holder = tree
        for name in place[:-1]:
            holder = holder[name]
        kept = dict(holder)
        renamed = {f"{name}x" if name == place[-1] else name: part for name, part in kept.items()}
        holder.clear()
        holder.update(renamed)
        if is_accepted(written(kind, tree, tmp_path / kind)):
            accepted.append(place)
        holder.clear()
        holder.update(kept)
    assert accepted == []


@pytest.mark.parametrize("kind", ["run.json", "journal.jsonl"])
@pytest.mark.parametrize("place", [1, 7, -2, -1], ids=["first", "eighth", "last but one", "last"])
def test_a_missing_row_is_refused(trees, tmp_path, kind, place):
    tree = copy.deepcopy(trees[kind])
    rows = tree if kind == "journal.jsonl" else tree["rows"]
    del rows[place]
    assert not is_accepted(written(kind, tree, tmp_path / kind))


@pytest.mark.parametrize("kind", ["run.json", "journal.jsonl"])
def test_a_name_that_stands_twice_is_refused(exports, tmp_path, kind):
    """Most readers take the last one: what a person sees first would not be what counts."""
    twice = exports[kind].replace('"tenant": "local"', '"tenant": "forged", "tenant": "local"', 1)
    assert twice != exports[kind]
    (tmp_path / kind).write_text(twice)
    assert not is_accepted(tmp_path / kind)


@pytest.mark.parametrize("kind", ["run.json", "journal.jsonl"])
def test_only_the_key_that_one_trusts_signs_for_the_export(trees, home, tmp_path, kind):
    tree = trees[kind]
    (public,) = (tree if kind == "run.json" else tree[0])["publicKeys"].values()
    assert verify.verified(home / kind, public)
    with pytest.raises(verify.RefusedError, match="trusted key"):
        verify.verified(home / kind, "00" * 32)


@pytest.mark.parametrize("text", ["", "{}", "[]", "{\n}", "null", "{", "\x00"])
def test_what_is_no_export_is_refused(tmp_path, text):
    (tmp_path / "file").write_text(text)
    assert not is_accepted(tmp_path / "file")
    assert verify.main([str(tmp_path / "file")]) == 3


def test_the_run_in_the_export_is_the_run_that_the_home_shows(trees, exports):
    assert exports
    run = trees["run.json"]["run"]
    assert [made["symbol"] for made in run["decisions"]] == ["AAPL", "IBM"]
    assert all(len(made["votes"]) >= 4 for made in run["decisions"])
    cited = {row["seq"] for row in trees["run.json"]["rows"]}
    told = [row for made in run["decisions"] for said in made["why"] for row in said["evidence"]]
    assert {int(row.removeprefix("journal:")) for row in told} <= cited
