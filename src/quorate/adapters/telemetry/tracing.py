"""Tracing: spans become OpenTelemetry spans with the journal's trace ids; needs the API alone, not the SDK."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from opentelemetry import trace

from quorate.kernel.errors import QuorateError
from quorate.kernel.spans import trace_id_in

if TYPE_CHECKING:
    from quorate.kernel.spans import Fact

SERVICE: Final = "quorate"

TRACE_ID_LENGTH: Final = 32
"""Hex digits of a bare trace id."""

WANTED: Final[ContextVar[str]] = ContextVar("wanted_trace_id", default="")
"""The id that the trace which is about to begin has in the journal."""


class OtelSpans:
    """Spans as OpenTelemetry knows them; see the kernel's port."""

    def __init__(self, provider: trace.TracerProvider) -> None:
        self._tracer = provider.get_tracer(SERVICE)

    def span(
        self, name: str, trace_id: str, facts: Mapping[str, Fact]
    ) -> AbstractContextManager[None]:
        """Return a block that is one span."""
        return self._spanned(name, trace_id, facts)

    @contextmanager
    def _spanned(self, name: str, trace_id: str, facts: Mapping[str, Fact]) -> Iterator[None]:
        opened = self._opened(name, trace_id, facts)
        with trace.use_span(
            opened, end_on_exit=True, record_exception=False, set_status_on_exception=False
        ):
            try:
                yield
            except BaseException as error:
                opened.set_status(trace.StatusCode.ERROR, _said(error))
                raise

    def _opened(self, name: str, trace_id: str, facts: Mapping[str, Fact]) -> trace.Span:
        attributes = {f"quorate.{key}": value for key, value in facts.items()}
        around = trace.get_current_span().get_span_context()
        named = trace_id_in(trace_id) or (trace_id if len(trace_id) == TRACE_ID_LENGTH else "")
        if not named or f"{around.trace_id:032x}" == named:
            return self._tracer.start_span(name, attributes=attributes)
        token = WANTED.set(named)
        try:
            return self._tracer.start_span(
                name,
                context=trace.set_span_in_context(_elsewhere(trace_id)),
                attributes=attributes,
                links=[trace.Link(around)] if around.is_valid else [],
            )
        finally:
            WANTED.reset(token)

    def headers(self) -> Mapping[str, str]:
        """Return the `traceparent` of the open span."""
        around = trace.get_current_span().get_span_context()
        if not around.is_valid:
            return {}
        flags = int(around.trace_flags)
        return {"traceparent": f"00-{around.trace_id:032x}-{around.span_id:016x}-{flags:02x}"}


def _elsewhere(trace_id: str) -> trace.Span:
    """Return the span in another process that a whole `traceparent` names; a bare trace id has none."""
    if not trace_id_in(trace_id):
        return trace.INVALID_SPAN
    _, trace_hex, span_hex, flags = trace_id.strip().split("-")[:4]
    return trace.NonRecordingSpan(
        trace.SpanContext(
            trace_id=int(trace_hex, 16),
            span_id=int(span_hex, 16),
            is_remote=True,
            trace_flags=trace.TraceFlags(int(flags, 16)),
        )
    )


def _said(error: BaseException) -> str:
    """Return what a span tells of a failure: our own words, of others the type alone (they may quote a prompt)."""
    return error.cause[:200] if isinstance(error, QuorateError) else type(error).__name__
