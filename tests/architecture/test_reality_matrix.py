"""docs/DOC_REALITY_MATRIX.json: each claim of the documents with the code and the test that stand behind it."""

import ast
import json
import re
from collections import Counter

import pytest

from tests.architecture.repository import ROOT, anchor, definitions, headings, sections, tree_of

MATRIX = json.loads((ROOT / "docs" / "DOC_REALITY_MATRIX.json").read_text())
ROWS = MATRIX["matrix"]
KEYS = {"id", "doc", "claim", "status", "codeRef", "evidence", "gap"}
STATUSES = {"VERIFIED": "verified", "PARTIAL": "partial", "MISSING": "missing"}
OUTDATED = "document outdated"
COVERED = [
    "README.md",
    "ARCHITECTURE.md",
    *sorted(f"docs/concepts/{page.name}" for page in (ROOT / "docs" / "concepts").glob("*.md")),
]

every_row = pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])


def node_ids(file):
    """Yield the node ids, without the file, of the tests that a file holds and expects to pass."""
    for node in tree_of(file).body:
        if isinstance(node, ast.ClassDef):
            yield from (f"{node.name}::{method.name}" for method in node.body if is_proof(method))
        elif is_proof(node):
            yield node.name


def is_proof(node):
    """Tell whether a node is a test that nobody marked as failing or left out."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    marks = " ".join(ast.unparse(decorator) for decorator in node.decorator_list)
    return not re.search(r"mark\.(xfail|skip)\b", marks)


@every_row
def test_a_row_is_complete(row):
    assert set(row) == KEYS
    assert row["status"] in STATUSES
    assert len(row["claim"]) > 10
    if row["status"] == "VERIFIED":
        assert row["codeRef"]
        assert row["evidence"]
        assert not row["gap"]
    else:
        assert row["gap"]


@every_row
def test_the_section_that_makes_the_claim_exists(row):
    path, _, fragment = row["doc"].partition("#")
    text = (ROOT / path).read_text()
    assert fragment in {anchor(title) for title in headings(text)}


@every_row
def test_the_code_behind_a_claim_exists(row):
    if row["codeRef"]:
        path, _, symbol = row["codeRef"].partition(":")
        assert (ROOT / path).exists()
        assert not symbol or symbol in set(definitions(ROOT / path))


@every_row
def test_the_test_behind_a_claim_exists(row):
    if row["evidence"]:
        path, _, node = row["evidence"].partition("::")
        assert path.startswith("tests/")
        assert (ROOT / path).exists()
        name = node.rpartition("::")[2]
        assert name.startswith("test_")
        assert node in set(node_ids(ROOT / path))


def test_the_ids_are_unique():
    assert [name for name, count in Counter(row["id"] for row in ROWS).items() if count > 1] == []


def test_the_summary_counts_the_rows():
    counts = Counter(STATUSES[row["status"]] for row in ROWS)
    outdated = sum(row["gap"].startswith(OUTDATED) for row in ROWS)
    assert MATRIX["summary"] == {
        **{name: counts[name] for name in STATUSES.values()},
        "docOutdated": outdated,
    }
    assert set(MATRIX) == {"generatedAt", "auditScope", "summary", "matrix"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", MATRIX["generatedAt"])


@pytest.mark.parametrize("name", COVERED)
def test_every_section_has_a_row(name):
    covered = {row["doc"] for row in ROWS}
    wanted = {f"{name}#{anchor(title)}" for title in sections((ROOT / name).read_text())}
    assert wanted - covered == set()


def test_each_failure_of_the_architecture_names_its_row_and_its_test():
    text = (ROOT / "ARCHITECTURE.md").read_text()
    table = re.findall(r"^\| (F-\d+) \|.+\| `([^`]+)` \| (.+?) \|$", text, re.MULTILINE)
    rows = {row["id"]: row for row in ROWS if row["id"].startswith("F-")}
    assert [name for name, _, _ in table] == sorted(rows)
    for name, module, proof in table:
        assert rows[name]["codeRef"].startswith(f"src/quorate/{module}")
        evidence = rows[name]["evidence"]
        assert proof == (f"`{evidence.partition('::')[0]}`" if evidence else "none yet")
