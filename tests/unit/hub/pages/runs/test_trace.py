import pytest

from quorate.arena.record.trace import RunTrace, SpanKind
from quorate.hub.pages.runs.trace import (
    ROWS_PER_PAGE,
    log_page,
    page_of,
    tree,
    waterfall,
)
from tests.unit.arena.casts import entries
from tests.unit.hub.pages.runs.cases import completed_rows, span

RUN = span(name="run", kind=SpanKind.RUN, depth=0, start_ms=0.0, end_ms=200.0)


def bars(*spans, total_ms=200.0):
    return waterfall(RunTrace(spans=spans, total_ms=total_ms)).bars


def test_a_span_stands_where_it_happened():
    whole, agent = bars(RUN, span(start_ms=50.0, end_ms=100.0))
    assert (whole.left, whole.width, whole.took) == (0.0, 100.0, "200 ms")
    assert (agent.left, agent.width, agent.took) == (25.0, 25.0, "50 ms")


def test_a_span_that_took_no_time_can_be_seen_and_stays_inside():
    _, done = bars(RUN, span(start_ms=200.0, end_ms=200.0))
    assert (done.left, done.width) == (99.5, 0.5)


def test_a_run_of_no_length_has_bars_too():
    [whole] = bars(span(start_ms=0.0, end_ms=0.0), total_ms=0.0)
    assert (whole.left, whole.width) == (0.0, 0.5)


def test_the_axis_goes_from_nothing_to_the_whole_time():
    falls = waterfall(RunTrace(spans=(RUN,), total_ms=200.0))
    assert falls.ticks == ("0", "40 ms", "80 ms", "120 ms", "160 ms", "200 ms")
    assert waterfall(RunTrace(spans=(), total_ms=0.0)).bars == ()


@pytest.mark.parametrize(
    ("kind", "name", "shown"),
    [
        pytest.param(SpanKind.RUN, "run", "arena run", id="the run"),
        pytest.param(SpanKind.TASK, "VALIDATING_SPEC", "validating spec", id="a task's state"),
        pytest.param(SpanKind.AGENT, "mean_reversion", "mean reversion", id="an agent"),
        pytest.param(SpanKind.RULE, "decide AAPL", "decide AAPL", id="a decision"),
    ],
)
def test_names_are_words(kind, name, shown):
    assert bars(span(kind=kind, name=name))[0].name == shown


def test_the_tree_nests_by_depth():
    task = span(name="EXECUTING", kind=SpanKind.TASK, depth=1)
    [root] = tree(bars(RUN, task, span(), span(), span(name="VERIFIED", depth=1)))
    assert [branch.bar.span.name for branch in root.inner] == ["EXECUTING", "VERIFIED"]
    assert len(root.inner[0].inner) == 2
    assert tree(()) == ()


def test_the_log_holds_every_row_with_its_whole_payload():
    log = log_page(completed_rows(), 1)
    assert (len(log.rows), log.pages, log.total) == (12, 1, 12)
    assert '"regime": null' in log.rows[1].payload
    assert log.rows[1].payload.startswith("{\n  ")


def test_a_long_log_is_shown_in_pages():
    rows = entries(("task.moved", {}) for _ in range(ROWS_PER_PAGE + 1))
    assert [len(log_page(rows, number).rows) for number in (1, 2)] == [ROWS_PER_PAGE, 1]
    assert log_page(rows, 99).number == 2
    assert log_page(rows, 0).number == 1
    assert log_page([], 1).pages == 1


def test_a_row_is_found_on_its_page():
    rows = entries(("task.moved", {}) for _ in range(ROWS_PER_PAGE + 1))
    assert page_of(rows, rows[-1].seq) == 2
    assert page_of(rows, 4) == 1
