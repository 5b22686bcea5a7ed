"""Tracing: spans of one run hang together under the journal's trace id; without an exporter there are none."""

from __future__ import annotations

import asyncio

import pytest

from quorate.adapters.clock.system import RandomIds, accept_trace
from quorate.adapters.telemetry.exporting import Exporting
from quorate.bootstrap import open_app
from quorate.bootstrap.telemetry.tracing import accepted, is_wanted
from quorate.kernel.errors import UnavailableError
from quorate.kernel.spans import is_listened_to, listen, span, trace_headers
from tests.fakes.homes import settings_of
from tests.integration.homes import REQUEST

sdk = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")

pytestmark = pytest.mark.integration

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
HEADER = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.fixture
def exported():
    """Return an exporter that keeps spans in memory, listened to."""
    exporter = sdk.InMemorySpanExporter()
    exporting = Exporting(exporter)
    listen(exporting.spans)

    def finished():
        exporting._provider.force_flush()
        return exporter.get_finished_spans()

    yield finished
    listen(None)
    exporting.close()


def trace_of(each):
    return f"{each.context.trace_id:032x}"


def parents(spans):
    """Return each span's name with that of the span around it."""
    names = {each.context.span_id: each.name for each in spans}
    return {(each.name, names.get(each.parent.span_id) if each.parent else None) for each in spans}


async def test_a_run_is_one_trace_and_its_id_is_the_journals(exported, tmp_path):
    async with open_app(settings_of(tmp_path)) as app:
        run = await app.run_arena(REQUEST)
        entries = await app.run_entries(run.run_id)
    spans = exported()
    assert {trace_of(each) for each in spans} == {entry.trace_id for entry in entries}
    assert {("run", None), ("task", "run"), ("analysis", "task")} <= parents(spans)
    (root,) = [each for each in spans if each.name == "run"]
    assert root.attributes["quorate.runId"] == run.run_id
    asked = [each.attributes["quorate.profile"] for each in spans if each.name == "analysis"]
    assert len(asked) == len(set(asked)) > 2


async def test_a_request_goes_on_with_the_trace_that_it_came_with(exported, tmp_path):
    async with open_app(settings_of(tmp_path)) as app:
        with accepted("POST", "/api/admin/runs", HEADER):
            run = await app.run_arena(REQUEST)
        entries = await app.run_entries(run.run_id)
    spans = exported()
    assert {entry.trace_id for entry in entries} == {TRACE}
    assert {trace_of(each) for each in spans} == {TRACE}
    (request,) = [each for each in spans if each.name.startswith("POST")]
    assert f"{request.parent.span_id:016x}" == "00f067aa0ba902b7"
    assert ("run", request.name) in parents(spans)


async def test_the_trace_of_a_request_reaches_the_journal_without_any_exporter(tmp_path):
    async with open_app(settings_of(tmp_path)) as app:
        with accepted("POST", "/api/admin/runs", HEADER):
            run = await app.run_arena(REQUEST)
        second = await app.run_arena(REQUEST)
        entries = await app.run_entries(run.run_id)
        others = await app.run_entries(second.run_id)
    assert {entry.trace_id for entry in entries} == {TRACE}
    assert TRACE not in {entry.trace_id for entry in others}


def test_an_accepted_trace_is_given_out_once():
    ids = RandomIds()
    accept_trace(HEADER)
    assert ids.trace_id() == TRACE
    assert ids.trace_id() != TRACE
    accept_trace("not a traceparent")
    assert ids.trace_id() != TRACE


async def test_what_is_sent_on_names_the_open_span(exported):
    with span("model call", trace_id=TRACE):
        header = trace_headers()["traceparent"]
    (each,) = exported()
    assert header.startswith(f"00-{TRACE}-{each.context.span_id:016x}-")
    assert dict(trace_headers()) == {}


async def test_a_failure_is_told_in_our_words_or_by_its_type_alone(exported):
    for error in (UnavailableError("the broker is silent", source="x"), ValueError("a secret")):
        with pytest.raises(type(error)), span("order", trace_id=TRACE):
            raise error
    ours, others = exported()
    assert ours.status.description == "the broker is silent"
    assert others.status.description == "ValueError"
    assert not ours.events
    assert not others.events


async def test_another_trace_inside_one_begins_anew_and_is_linked(exported):
    other = "0" * 31 + "7"
    with span("cycle", trace_id=TRACE):
        await asyncio.create_task(_inside(other))
    inner, outer = exported()
    assert (trace_of(inner), trace_of(outer)) == (other, TRACE)
    assert inner.parent is None
    assert inner.links[0].context.span_id == outer.context.span_id


async def _inside(trace):
    with span("run", trace_id=trace):
        pass


async def test_nobody_listens_unless_settings_or_the_standard_variables_want_it(
    tmp_path, monkeypatch
):
    settings = settings_of(tmp_path)
    assert not is_wanted(settings)
    async with open_app(settings):
        assert not is_listened_to()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    assert is_wanted(settings)
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert not is_wanted(settings)
    told = settings_of(tmp_path, TELEMETRY__OTLP_ENDPOINT="http://127.0.0.1:9/v1/traces")
    monkeypatch.delenv("OTEL_SDK_DISABLED")
    assert is_wanted(told)


async def test_a_collector_that_is_not_there_stops_nothing(tmp_path):
    settings = settings_of(tmp_path, TELEMETRY__OTLP_ENDPOINT="http://127.0.0.1:9/v1/traces")
    async with open_app(settings) as app:
        assert is_listened_to()
        run = await app.run_arena(REQUEST)
        assert run.run_id
    assert not is_listened_to()
