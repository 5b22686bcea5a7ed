"""The decision records: numbered without gaps, one form, one page, all in the index."""

import re

import pytest

from tests.architecture.repository import ROOT, sections

FOLDER = ROOT / "docs" / "decisions"
RECORDS = sorted(FOLDER.glob("[0-9]*.md"))
FORM = ["Context", "Decision", "Consequences", "Alternatives", "References"]
A_PAGE = 60


def test_the_numbers_have_no_gap():
    assert [int(record.name[:4]) for record in RECORDS] == list(range(1, len(RECORDS) + 1))


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
def test_a_record_has_the_one_form_and_fits_a_page(record):
    text = record.read_text()
    assert re.match(rf"# {int(record.name[:4])}\. \S", text)
    assert re.search(
        r"^Status: (accepted|replaced by \[.+\]\(.+\)), \d{4}-\d\d-\d\d$", text, re.MULTILINE
    )
    assert sections(text) == FORM
    assert len(text.splitlines()) <= A_PAGE


def test_the_index_lists_every_record_once():
    listed = re.findall(
        r"^\| \[\d{4}\]\(([^)]+)\) \|", (FOLDER / "README.md").read_text(), re.MULTILINE
    )
    assert listed == [record.name for record in RECORDS]
