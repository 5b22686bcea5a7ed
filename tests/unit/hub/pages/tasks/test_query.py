"""The tasks' address: read as it is written, and short."""

import pytest

from quorate.arbiter.task import TaskState, TaskType
from quorate.hub.pages.tasks.query import TasksQuery, read_query

FULL = TasksQuery(
    type=TaskType.ORDER,
    state=TaskState.FAILED,
    worker="w-1",
    book="paper",
    stuck=True,
    cursor="abc",
)


def params(href):
    return {
        name: [value]
        for name, _, value in (pair.partition("=") for pair in href.partition("?")[2].split("&"))
    }


def test_the_usual_goes_unsaid():
    assert TasksQuery().href == "/admin/tasks"
    assert read_query({}) == TasksQuery()
    assert not TasksQuery().is_filtered


def test_an_address_is_read_back():
    assert read_query(params(FULL.href)) == FULL
    assert FULL.is_filtered


@pytest.mark.parametrize("name", ["type", "state", "book", "stuck"])
def test_what_cannot_be_understood_asks_for_nothing(name):
    assert read_query({name: ["NO SUCH THING!"]}) == TasksQuery()


def test_another_view_begins_at_its_first_page_under_the_same_filters():
    assert read_query(params(FULL.shows(state=TaskState.ROUTING))) == TasksQuery(
        type=TaskType.ORDER, state=TaskState.ROUTING, worker="w-1", book="paper"
    )
    assert FULL.wanted.worker == "w-1"
