"""docs/ACCEPTANCE.md, STATUS.md and their like: what they name exists, and their figures are those measured."""

import json
import re

import pytest

from tests.architecture.repository import PACKAGE, ROOT, name_of
from tests.architecture.test_reality_matrix import node_ids
from tests.evidence.scenes import SCENES

DOCS = ROOT / "docs"
ROW = re.compile(r"^\| (R-1\d\d(?:\.\d)?) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
PAGE = (DOCS / "ACCEPTANCE.md").read_text()
ROWS = ROW.findall(PAGE)
CRITERIA = ["R-186", "R-187", "R-188", "R-189.4", "R-189.5", "R-189.6", "R-190"]
LINKED = re.compile(r"\]\(([^)\s]+)\)")

every_row = pytest.mark.parametrize(
    "row", ROWS, ids=[f"{row[0]}: {row[1]}".replace(" ", "-")[:60] for row in ROWS]
)


def test_every_criterion_has_its_points_in_order_and_its_wording():
    assert list(dict.fromkeys(row[0] for row in ROWS)) == CRITERIA
    assert re.findall(r"^\d\. (R-1\d\d(?:\.\d)?): ", PAGE, re.MULTILINE) == CRITERIA


@every_row
def test_every_point_has_tests_that_are_there(row):
    proofs = [span.partition("::") for span in re.findall(r"`([^`]+)`", row[2])]
    assert proofs
    for file, _, name in proofs:
        assert (ROOT / file).is_file(), file
        assert name in set(node_ids(ROOT / file)), name


@every_row
def test_every_point_has_evidence_that_is_there(row):
    evidence = LINKED.findall(row[3])
    assert evidence
    assert [name for name in evidence if not (DOCS / name).is_file()] == []


@pytest.mark.parametrize("name", SCENES)
def test_every_log_is_there_is_named_and_holds_what_was_typed_and_printed(name):
    log = (DOCS / "evidence" / f"{name}.txt").read_text()
    assert f"evidence/{name}.txt" in PAGE
    assert log.startswith("# R-1")
    assert re.search(r"^\$ ", log, re.MULTILINE)
    assert not re.search(r"^\[exit [^0]|Traceback|^error: ", log, re.MULTILINE)


def test_no_log_is_left_of_what_is_made_no_more():
    kept = {name_of(file) for file in (DOCS / "evidence").iterdir()}
    assert kept == {f"docs/evidence/{name}.txt" for name in SCENES}


def test_the_figures_of_the_status_are_those_of_the_benchmarks():
    measured = (DOCS / "benchmarks.md").read_text()
    told = (DOCS / "STATUS.md").read_text().partition("## Measured and reached")[2]
    lines = [line for line in told.splitlines() if line.startswith("| ")]
    figures = [line.strip("| ").split(" | ") for line in lines if not line.startswith("| What")]
    assert len(figures) > 10
    assert [
        what for what, *rest in figures if f"| {what} | {' | '.join(rest)} |" not in measured
    ] == []


def test_every_figure_that_misses_its_bar_stands_in_the_status():
    missed = re.findall(
        r"^\| ([^|]+) \| [^|]+ \| [^|]+ \| (?:\*\*no\*\*|no)[^|]*\|$",
        (DOCS / "benchmarks.md").read_text(),
        re.MULTILINE,
    )
    told = (DOCS / "STATUS.md").read_text().partition("## Measured and not reached")[2]
    known_by = {"one keyless run, persisted, alone", "replay of 85 sessions, 4 symbols"}
    assert missed
    assert [
        what
        for what in missed
        if f"| {what} |" not in told and not any(what.startswith(each) for each in known_by)
    ] == []


def test_the_scan_of_the_arena_names_what_is_there():
    page = (DOCS / "ARENA_REALITY_SCAN.md").read_text()
    rows = re.findall(
        r"^\| [^|]+ \| `([^`|]+)` \| ([^|]+) \| `([^`|]+)` \| [^|]+ \|$", page, re.MULTILINE
    )
    schema = "\n".join(file.read_text() for file in (PACKAGE / "adapters" / "sql").rglob("*.py"))
    assert len(rows) > 15
    for file, tables, proof in rows:
        assert (ROOT / file).exists(), file
        assert (ROOT / proof).exists(), proof
        named = re.findall(r"`(\w+)`", tables)
        assert named
        assert [table for table in named if f'"{table}"' not in schema] == []


def test_the_life_of_an_order_names_rows_tables_and_code_that_are_there():
    page = (DOCS / "ORDER_LIFECYCLE.md").read_text()
    rows = re.findall(
        r"^\| [^|]+ \| [^|]+ \| `([\w.]+)`[^|]* \| `(\w+)` \| ([^|]+) \|$", page, re.MULTILINE
    )
    source = "\n".join(file.read_text() for file in PACKAGE.rglob("*.py"))
    assert len(rows) > 9
    for event, table, code in rows:
        assert f'"{event}"' in source, event
        assert f'"{table}"' in source, table
        assert [p for p in re.findall(r"`([^`]+)`", code) if not (PACKAGE / p).exists()] == []


def test_every_message_of_the_troubleshooting_stands_in_the_code():
    page = (DOCS / "troubleshooting.md").read_text()
    source = "\n".join(file.read_text() for file in PACKAGE.rglob("*.py"))
    said = re.findall(r"^\| `([^`]+)` \| [^|]+ \| [^|]+ \|$", page, re.MULTILINE)
    assert len(said) > 30
    assert [words for words in said if words not in source] == []


def test_the_planted_bugs_that_are_told_are_planted_and_counted():
    from tests.fault.simulation.planted import PLANTED  # noqa: PLC0415  (it loads the worlds)

    page = (DOCS / "consensus-testing.md").read_text()
    told = re.findall(r"^\| [^|]+\(`(\w+)`\) \| (\d+)", page, re.MULTILINE)
    assert f"{len(PLANTED)} mistakes" in page
    assert len(told) > 6
    assert [name for name, number in told if PLANTED[name].invariant != number] == []
    kept = set(node_ids(ROOT / "tests/property/test_arena.py"))
    kept |= set(node_ids(ROOT / "tests/property/test_decode.py"))
    assert [name for name in re.findall(r"`(test_\w+)`", page) if name not in kept] == []


@pytest.mark.parametrize("name", ["consensus-testing.md"])
def test_the_examples_of_a_document_run(name):
    blocks = re.findall(
        r"^```python\n(.*?)^```", (DOCS / name).read_text(), re.MULTILINE | re.DOTALL
    )
    assert blocks
    for block in blocks:
        exec(compile(block, name, "exec"), {})  # noqa: S102  (our own example)


def test_the_diagram_of_a_cycle_has_the_seven_agents_in_order():
    from quorate.kernel.step_message import StepName  # noqa: PLC0415  (one test needs it)

    drawn = (ROOT / "ARCHITECTURE.md").read_text().partition("## Life of one cycle")[2]
    named = re.findall(r'\w\["([A-Za-z]+)<br/>', drawn.partition("subgraph")[0])
    assert named == [step.value for step in StepName]


def test_the_summary_of_the_log_of_documents_is_that_of_a_matrix():
    log = (DOCS / "evidence" / "documents.txt").read_text()
    summary = json.loads(re.search(r"^\{.*\}$", log, re.MULTILINE)[0])
    assert set(summary) == {"verified", "partial", "missing", "docOutdated"}
