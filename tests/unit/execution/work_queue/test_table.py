"""The table of a work item's states: closed, and drawn in the document as it is."""

from pathlib import Path

import pytest

from quorate.execution.work_queue import WORK_TABLE, WorkEvent, WorkState, work_table_page
from quorate.kernel.errors import ConflictError

PAGE = Path(__file__).parents[4] / "docs" / "concepts" / "work.md"
LEGAL = {
    (WorkState.PENDING, WorkEvent.CLAIMED): WorkState.RUNNING,
    (WorkState.FAILED, WorkEvent.CLAIMED): WorkState.RUNNING,
    (WorkState.RUNNING, WorkEvent.CLAIMED): WorkState.RUNNING,
    (WorkState.RUNNING, WorkEvent.DEFERRED): WorkState.PENDING,
    (WorkState.RUNNING, WorkEvent.SUCCEEDED): WorkState.SUCCEEDED,
    (WorkState.RUNNING, WorkEvent.FAILED): WorkState.FAILED,
    (WorkState.RUNNING, WorkEvent.BURIED): WorkState.DEAD_LETTER,
    (WorkState.DEAD_LETTER, WorkEvent.REVIVED): WorkState.PENDING,
}


@pytest.mark.parametrize("state", list(WorkState))
@pytest.mark.parametrize("event", list(WorkEvent))
def test_every_pair_is_a_known_move_or_refused(state, event):
    if (state, event) in LEGAL:
        assert WORK_TABLE.target(state, event) is LEGAL[state, event]
        return
    with pytest.raises(ConflictError) as refused:
        WORK_TABLE.target(state, event)
    assert refused.value.slug == "illegal-transition"


def test_only_success_is_for_ever():
    assert [state for state in WorkState if WORK_TABLE.is_terminal(state)] == [WorkState.SUCCEEDED]


def test_the_document_shows_the_table():
    text = PAGE.read_text()
    shown = text.partition("<!-- table: work -->")[2].partition("<!-- end: work -->")[0]
    assert shown.strip() == work_table_page()
