"""The audit's address: read as it is written, and short."""

from urllib.parse import parse_qs, urlsplit

import pytest

from quorate.arbiter.constitution.listing import VerdictKind
from quorate.arbiter.task import TaskType
from quorate.hub.pages.audit.query import AuditQuery, Outcome, Tab, read_query

ROWS = AuditQuery(stream="run:*", type="vote.cast", trace="ab" * 16, cursor="abc")
VERDICTS = AuditQuery(
    tab=Tab.VERDICTS,
    kind=VerdictKind.TASK,
    task_type=TaskType.ORDER,
    outcome=Outcome.FAILED,
)


def test_the_usual_goes_unsaid():
    assert AuditQuery().href == "/admin/audit"
    assert read_query({}) == AuditQuery()
    assert not AuditQuery(tab=Tab.WAIVERS).is_filtered


@pytest.mark.parametrize("query", [ROWS, VERDICTS, AuditQuery(tab=Tab.TRACES)])
def test_an_address_is_read_back(query):
    assert read_query(parse_qs(urlsplit(query.href).query)) == query


@pytest.mark.parametrize("name", ["tab", "kind", "taskType", "outcome", "trace", "stream", "type"])
def test_what_cannot_be_understood_asks_for_nothing(name):
    assert read_query({name: ["no such thing!"]}) == AuditQuery()


def test_a_list_is_asked_for_what_its_address_says():
    assert (ROWS.events.stream, ROWS.events.type, ROWS.events.trace_id) == (
        "run:*",
        "vote.cast",
        "ab" * 16,
    )
    wanted = VERDICTS.verdicts
    assert (wanted.kind, wanted.passed, wanted.task_type) == (VerdictKind.TASK, False, "order")
    assert AuditQuery().verdicts.passed is None
    assert VERDICTS.cleared == "/admin/audit?tab=verdicts"
    assert "outcome" not in VERDICTS.shows(None)
