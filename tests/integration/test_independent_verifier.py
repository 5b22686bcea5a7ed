"""An export proves itself to somebody who has none of our code (R-071, RELIABILITY 4.3)."""

import ast
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
BOTH = pytest.mark.parametrize("kind", ["run.json", "journal.jsonl"])


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def exports(home):
    """A run export and a journal export of one home, as text."""
    settings = {"JOURNAL__CHECKPOINT_ROWS": "40"}
    _, run_id, _ = made_home(home, **settings)
    return made_exports(home, run_id, **settings)


@pytest.fixture
def trees(exports):
    """Each export as its lines' trees; a run's is one line."""
    lines = exports["journal.jsonl"].removesuffix("\n").split("\n")
    return {
        "run.json": [json.loads(exports["run.json"])],
        "journal.jsonl": [json.loads(line) for line in lines],
    }


def holder_of(tree: object, place: tuple[str | int, ...]) -> object:
    for name in place[:-1]:
        tree = tree[name]
    return tree


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
            other = not value
        case int():
            other = value + 1
        case float():
            other = math.nextafter(value, math.inf)
        case str() if value:
            at = chance.randrange(len(value))
            letter = chance.choice([c for c in "0aA=+ \n\u00e9{" if c != value[at]])
            other = value[:at] + letter + value[at + 1 :]
        case _:
            other = " " if value == "" else 0
    return other


def written(lines: list[object]) -> str:
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def is_accepted(text: str) -> bool:
    try:
        return verify.proven(text) > 0
    except verify.RefusedError:
        return False


def seeded() -> random.Random:
    return random.Random(20261121)  # noqa: S311  (a sample, no secret)


def test_the_verifier_shares_no_line_with_what_it_verifies():
    tree = ast.parse(VERIFIER.read_text())
    imported = {
        name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    }
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    rooms = {name.partition(".")[0] for name in imported}
    assert rooms - set(sys.stdlib_module_names) == {"cryptography"}


@BOTH
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


@BOTH
def test_writing_the_same_tree_again_changes_nothing(trees, kind):
    """So that the tests below fail for what they change, not for how they write it."""
    assert is_accepted(written(trees[kind]))


@BOTH
def test_one_changed_character_in_any_field_is_refused(trees, kind):
    chance, tree, accepted = seeded(), trees[kind], []
    lines = [written([line]) for line in tree]
    places = list(leaves(tree))
    for place in places:
        holder = holder_of(tree, place)
        kept = holder[place[-1]]
        holder[place[-1]] = changed(kept, chance)
        line = written([tree[place[0]]])
        if is_accepted("".join([*lines[: place[0]], line, *lines[place[0] + 1 :]])):
            accepted.append((place, kept, holder[place[-1]]))
        holder[place[-1]] = kept
    assert accepted == []
    assert len(places) > 700


@BOTH
def test_one_changed_character_in_any_name_is_refused(trees, kind):
    tree, accepted = trees[kind], []
    places = [place for place in names(tree) if place[-1] != UNPROVEN]
    for place in seeded().sample(places, 200):
        holder = holder_of(tree, place)
        kept = dict(holder)
        renamed = {f"{name}x" if name == place[-1] else name: part for name, part in kept.items()}
        holder.clear()
        holder.update(renamed)
        if is_accepted(written(tree)):
            accepted.append(place)
        holder.clear()
        holder.update(kept)
    assert accepted == []


@BOTH
@pytest.mark.parametrize("place", [1, 7, -2, -1], ids=["first", "eighth", "last but one", "last"])
def test_a_missing_row_is_refused(trees, kind, place):
    tree = trees[kind]
    rows = tree if kind == "journal.jsonl" else tree[0]["rows"]
    del rows[place]
    assert not is_accepted(written(tree))


@BOTH
def test_a_name_that_stands_twice_is_refused(exports, kind):
    """Most readers take the last one: what a person sees first would not be what counts."""
    twice = exports[kind].replace('"tenant": "local"', '"tenant": "forged", "tenant": "local"', 1)
    assert twice != exports[kind]
    assert not is_accepted(twice)


@BOTH
def test_only_the_key_that_one_trusts_signs_for_the_export(exports, trees, kind):
    (public,) = trees[kind][0]["publicKeys"].values()
    assert verify.proven(exports[kind], public)
    with pytest.raises(verify.RefusedError, match="trusted key"):
        verify.proven(exports[kind], "00" * 32)


@pytest.mark.parametrize("text", ["", "{}", "[]", "{\n}", "null", "{", "\x00"])
def test_what_is_no_export_is_refused(tmp_path, text):
    (tmp_path / "file").write_text(text)
    assert not is_accepted(text)
    assert verify.main([str(tmp_path / "file")]) == 3


def test_the_sentences_of_a_run_cite_rows_that_the_export_holds(trees):
    """They are not proven themselves, so they are worth what one finds where they point."""
    (export,) = trees["run.json"]
    decisions = export["run"]["decisions"]
    told = [row for made in decisions for said in made["why"] for row in said["evidence"]]
    assert [made["symbol"] for made in decisions] == ["AAPL", "IBM"]
    assert {int(row.removeprefix("journal:")) for row in told} <= {
        row["seq"] for row in export["rows"]
    }
