"""docs/concepts/tasks.md draws the table that the code walks."""

import re

from quorate.arbiter.task import MAX_ATTEMPTS, TASK_TABLE, TERMINAL, TaskState
from tests.architecture.repository import ROOT, code_blocks

PAGE = (ROOT / "docs" / "concepts" / "tasks.md").read_text()


def test_the_diagram_is_the_table():
    (diagram,) = code_blocks(PAGE, "mermaid")
    drawn = set(re.findall(r"^ +(\w+) --> (\w+): (\w+)$", diagram, re.MULTILINE))
    assert drawn == {
        (state.value, target.value, event.value)
        for state, moves in TASK_TABLE.moves.items()
        for event, target in moves.items()
    }
    assert set(re.findall(r"^ +(\w+) --> \[\*\]$", diagram, re.MULTILINE)) == set(TERMINAL)
    assert re.findall(r"^ +\[\*\] --> (\w+)$", diagram, re.MULTILINE) == ["RECEIVED"]


def test_every_state_that_is_not_an_end_has_its_work_described():
    table = PAGE.partition("## What happens in a state")[2].partition("\n## ")[0]
    first_cells = re.findall(r"^\| ([A-Z_, ]+) \|", table, re.MULTILINE)
    described = {state for cell in first_cells for state in cell.split(", ")}
    assert described == set(TaskState) - set(TERMINAL)


def test_the_number_of_attempts_is_the_one_described():
    assert MAX_ATTEMPTS == 3
    assert "died three times" in PAGE
