"""docs/security.md: every item has a row, its modules and tests are there, and no row of the corpus is left out."""

import ast
import json
import re
from collections import Counter

import pytest

from tests.architecture.repository import PACKAGE, ROOT, modules, name_of, tree_of
from tests.architecture.test_reality_matrix import node_ids

PAGE = (ROOT / "docs" / "security.md").read_text()
CELLS = r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| (`[^|]+`) \|$"
ROWS = re.findall(CELLS, PAGE, re.MULTILINE)
CHECKLIST = [str(number) for number in range(1, 20)]
BESIDE = re.findall(r"^\| (\w+) \| (\d+) \| (`[^|]+`) \|$", PAGE, re.MULTILINE)
CORPUS = [
    json.loads(line)
    for line in (ROOT / "tests" / "data" / "bad_inputs.jsonl").read_text().splitlines()
]

every_row = pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])


def spans(cell):
    return re.findall(r"`([^`]+)`", cell)


def missing_tests(cell):
    """Return the tests of a cell that are not there."""
    proofs = [(span, *span.partition("::")) for span in spans(cell)]
    assert proofs
    return [
        span
        for span, file, _, name in proofs
        if not (ROOT / file).is_file() or name not in set(node_ids(ROOT / file))
    ]


def test_every_item_of_the_checklist_has_a_row_in_order():
    assert [row[0] for row in ROWS][: len(CHECKLIST)] == CHECKLIST
    assert len(ROWS) > len(CHECKLIST)


@every_row
def test_the_modules_of_a_row_exist(row):
    assert spans(row[3])
    assert [name for name in spans(row[3]) if not (PACKAGE / name).is_file()] == []


@every_row
def test_the_tests_of_a_row_exist(row):
    assert missing_tests(row[4]) == []


def test_every_boundary_of_the_corpus_has_its_rows_and_tests():
    told = {boundary: int(count) for boundary, count, _ in BESIDE}
    assert told == Counter(row["boundary"] for row in CORPUS)
    assert [missing for *_, cell in BESIDE for missing in missing_tests(cell)] == []


def test_no_row_of_the_corpus_is_put_off():
    tests = list((ROOT / "tests").rglob("test_*bad_inputs.py"))
    assert tests
    put_off = [
        name_of(file)
        for file in tests
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Name) and node.id == "NOT_YET"
    ]
    assert put_off == []


PROVING = ("signature", "proof", "csrf", "secret", "credential", "hmac")
"""What a name says that holds something by which somebody proves to be somebody."""


def test_what_proves_somebody_is_compared_in_constant_time():
    found = [
        f"{name_of(file)}:{node.lineno}"
        for file in modules()
        if file.is_relative_to(PACKAGE / "hub") or file.is_relative_to(PACKAGE / "access")
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Compare)
        and any(isinstance(each, ast.Eq | ast.NotEq) for each in node.ops)
        and any(_proves(each) for each in (node.left, *node.comparators))
    ]
    assert found == []


def _proves(node):
    name = node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")
    return any(word in name.lower() for word in PROVING)
