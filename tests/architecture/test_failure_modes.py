"""docs/failure-modes.md: every failure mode has a row, and its modules and tests are there and bear its id."""

import re

import pytest

from tests.architecture.repository import PACKAGE, ROOT
from tests.architecture.test_reality_matrix import node_ids

PAGE = (ROOT / "docs" / "failure-modes.md").read_text()
ROWS = re.findall(
    r"^\| (FM-(?:TAW|RF)-\d{3}) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE
)
EVERY = [
    *(f"FM-TAW-{number:03}" for number in range(1, 13)),
    *(f"FM-RF-{number:03}" for number in range(1, 5)),
]

every_row = pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])


def spans(cell):
    return re.findall(r"`([^`]+)`", cell)


def test_every_failure_mode_has_one_row_in_order():
    assert [row[0] for row in ROWS] == EVERY


@every_row
def test_the_modules_of_a_failure_mode_exist(row):
    *_, mechanism, _tests = row
    assert spans(mechanism)
    assert [name for name in spans(mechanism) if not (PACKAGE / name).is_file()] == []


@every_row
def test_the_tests_of_a_failure_mode_exist_and_bear_its_id(row):
    named = row[0].lower().replace("-", "_")
    proofs = [span.partition("::") for span in spans(row[-1])]
    assert proofs
    for file, _, name in proofs:
        assert (ROOT / file).is_file(), file
        assert name in set(node_ids(ROOT / file)), name
        assert name.startswith(f"test_{named}_"), name


def test_no_fault_test_bears_an_id_that_has_no_row():
    found = {
        re.match(r"test_(fm_(?:taw|rf)_\d{3})_", name)[1]
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in node_ids(file)
        if name.startswith("test_fm_")
    }
    assert found == {each.lower().replace("-", "_") for each in EVERY}
