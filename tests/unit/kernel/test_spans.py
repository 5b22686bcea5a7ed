"""Spans: nobody is told unless somebody listens, and what a traceparent says."""

from contextlib import nullcontext

import pytest

from quorate.kernel.spans import is_listened_to, listen, span, trace_headers, trace_id_in

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"


class Listener:
    def __init__(self):
        self.told = []

    def span(self, name, trace_id, facts):
        self.told.append((name, trace_id, dict(facts)))
        return nullcontext()

    def headers(self):
        return {"traceparent": "here"}


@pytest.fixture
def listener():
    found = Listener()
    listen(found)
    yield found
    listen(None)


def test_without_a_listener_a_span_is_one_empty_block():
    assert span("run", trace_id=TRACE) is span("task")
    assert dict(trace_headers()) == {}
    assert not is_listened_to()


def test_a_listener_hears_name_trace_and_facts(listener):
    with span("run", trace_id=TRACE, runId="run_1"):
        pass
    assert listener.told == [("run", TRACE, {"runId": "run_1"})]
    assert trace_headers() == {"traceparent": "here"}


@pytest.mark.parametrize(
    ("header", "trace"),
    [
        pytest.param(f"00-{TRACE}-{PARENT}-01", TRACE, id="sound"),
        pytest.param(f" 00-{TRACE}-{PARENT}-00 ", TRACE, id="not sampled"),
        pytest.param(f"cc-{TRACE}-{PARENT}-01-more", TRACE, id="a later version"),
        pytest.param(f"ff-{TRACE}-{PARENT}-01", "", id="the forbidden version"),
        pytest.param(f"00-{TRACE}-{PARENT}-01-more", "", id="more than version 00 has"),
        pytest.param(f"00-{'0' * 32}-{PARENT}-01", "", id="no trace"),
        pytest.param(f"00-{TRACE}-{'0' * 16}-01", "", id="no parent"),
        pytest.param(f"00-{TRACE.upper()}-{PARENT}-01", "", id="upper case"),
        pytest.param(f"00-{TRACE[:-1]}-{PARENT}-01", "", id="short"),
        pytest.param("", "", id="empty"),
        pytest.param("x" * 5000, "", id="long"),
    ],
)
def test_a_traceparent_names_a_trace_or_nothing(header, trace):
    assert trace_id_in(header) == trace
