"""Exporting: where spans go; needs the extra `otel`, so it is imported by those who want to export."""

from __future__ import annotations

from typing import Final

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

from quorate.adapters.telemetry.tracing import SERVICE, WANTED, OtelSpans

CLOSING_MS: Final = 2_000
"""How long a batch may take, the last one too; what is left is lost, for it is no audit row."""


class _JournalIds(RandomIdGenerator):
    """A trace begins with the id that the journal has for it."""

    def generate_trace_id(self) -> int:
        """Return the wanted id, else a random one."""
        wanted = WANTED.get()
        return int(wanted, 16) if wanted else super().generate_trace_id()


class Exporting:
    """An open exporter; `spans` is what a process listens with."""

    def __init__(self, exporter: SpanExporter, *, version: str = "") -> None:
        self._provider = TracerProvider(
            resource=Resource.create({"service.name": SERVICE, "service.version": version}),
            id_generator=_JournalIds(),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self.spans = OtelSpans(self._provider)

    def close(self) -> None:
        """Send what waits, for a while."""
        self._provider.force_flush(CLOSING_MS)
        self._provider.shutdown()


def otlp_exporter(endpoint: str) -> SpanExporter:
    """Return the exporter of OTLP over HTTP; an empty `endpoint` leaves it to the OTEL_* variables."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415  (slow)
        OTLPSpanExporter,
    )

    return OTLPSpanExporter(endpoint=endpoint or None, timeout=CLOSING_MS / 1000)
