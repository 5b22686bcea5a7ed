"""Tracing as settings and the standard variables want it; without them nobody listens and nothing is imported."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

import structlog

from quorate import __version__
from quorate.adapters.clock.system import accept_trace
from quorate.config import Settings, environment_of
from quorate.kernel.spans import is_listened_to, listen, span

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
DISABLED: Final = "OTEL_SDK_DISABLED"
"""Source: OpenTelemetry, Environment Variable Specification."""

_LOG = structlog.get_logger()


@contextmanager
def traced(settings: Settings) -> Iterator[None]:
    """Send the spans of this process where the settings or the standard variables say, as long as the block lasts.

    A missing extra is said in the log and stops nothing; the first home that a process opens decides.
    """
    if is_listened_to() or not is_wanted(settings):
        yield
        return
    try:
        from quorate.adapters.telemetry.exporting import (  # noqa: PLC0415  (slow, and an extra)
            Exporting,
            otlp_exporter,
        )
    except ModuleNotFoundError as error:
        _LOG.warning("spans_not_exported", missing=error.name, fix="pip install 'quorate[otel]'")
        yield
        return
    exporting = Exporting(otlp_exporter(settings.telemetry.otlp_endpoint), version=__version__)
    listen(exporting.spans)
    try:
        yield
    finally:
        listen(None)
        exporting.close()


def accepted(method: str, path: str, traceparent: str | None) -> AbstractContextManager[None]:
    """Return the span of a request, which goes on with the trace that it came with; so does the work that it begins.

    A header that is no `traceparent` is passed over. Source: W3C Trace Context, 3.2.
    """
    accept_trace(traceparent)
    return span(f"{method} {path}", trace_id=traceparent or "")


def is_wanted(settings: Settings) -> bool:
    """Return whether spans are to be sent anywhere."""
    told = environment_of((*ENDPOINTS, DISABLED))
    if told.get(DISABLED, "").strip().lower() == "true":
        return False
    return bool(settings.telemetry.otlp_endpoint or any(told.get(name) for name in ENDPOINTS))
