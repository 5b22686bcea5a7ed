"""docs/api.md: its tables are those of the kept description, its problems those of the list."""

import json
import re

import pytest

from quorate.hub.api.reference import as_markdown
from quorate.kernel.problems import OUR_FAULT, STATUSES
from tests.architecture.repository import ROOT

DOCUMENT = ROOT / "docs" / "api.md"
SNAPSHOT = ROOT / "tests" / "integration" / "hub" / "openapi.json"
OPERATIONS = "## Operations\n\n"


def test_the_tables_are_made_from_the_description_that_is_kept():
    """A change of the API shows here: delete what stands below Operations, and the next run of this test writes it."""
    intro, heading, tables = DOCUMENT.read_text().partition(OPERATIONS)
    assert heading
    made = as_markdown(json.loads(SNAPSHOT.read_text()))
    if not tables.strip():
        DOCUMENT.write_text(intro + OPERATIONS + made)
        pytest.fail("the tables were not there and are kept now: read them")
    assert tables == made


def test_every_problem_of_the_list_is_told_with_its_status():
    told = re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \|$", DOCUMENT.read_text(), re.MULTILINE)
    known = {slug: status for slug, status in STATUSES.items() if status != OUR_FAULT}
    assert {slug: int(status) for slug, status in told} == known | {"internal-error": OUR_FAULT}
