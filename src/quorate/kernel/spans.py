"""Spans: what took place inside what, for whoever draws a trace; nobody is told unless somebody listens.

The trace is the journal's: a span carries the `trace_id` of the rows that its work writes. A service opens spans by
`span`; what they become is the listener's business, and without one they cost a comparison.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Final, Protocol

Fact = str | int | float | bool
"""What may stand in a span: names, ids, counts; never a prompt, an answer or a secret."""

_NOTHING: Final[AbstractContextManager[None]] = nullcontext()
_NO_HEADERS: Final[Mapping[str, str]] = {}


class Spans(Protocol):
    """Who listens to spans."""

    def span(
        self, name: str, trace_id: str, facts: Mapping[str, Fact]
    ) -> AbstractContextManager[None]:
        """Return a block that is one span, inside the one that is open; a failure that leaves it is told.

        `trace_id` begins a trace where none is open, or where it is another one's.
        """
        ...

    def headers(self) -> Mapping[str, str]:
        """Return what a request carries so that its other side goes on with the trace (W3C `traceparent`)."""
        ...


class _Listening:
    """Who listens in this process."""

    spans: Spans | None = None


def listen(spans: Spans | None) -> None:
    """Have `spans` told of every span of this process from now on; None for nobody."""
    _Listening.spans = spans


def is_listened_to() -> bool:
    """Return whether anybody is told."""
    return _Listening.spans is not None


def span(name: str, *, trace_id: str = "", **facts: Fact) -> AbstractContextManager[None]:
    """Return a block that is one span of the trace `trace_id`, or of the one that is open."""
    spans = _Listening.spans
    return _NOTHING if spans is None else spans.span(name, trace_id, facts)


def trace_headers() -> Mapping[str, str]:
    """Return the headers that pass the open span on; none where nobody listens."""
    spans = _Listening.spans
    return _NO_HEADERS if spans is None else spans.headers()


def trace_id_in(traceparent: str) -> str:
    """Return the trace id of a `traceparent` header, empty where it is none. Source: W3C Trace Context, 3.2."""
    version, _, rest = traceparent.strip().partition("-")
    trace, _, rest = rest.partition("-")
    parent, _, flags = rest.partition("-")
    parts = ((version, 2), (trace, 32), (parent, 16), (flags[:2], 2))
    is_hex = all(len(part) == size and not set(part) - _HEX for part, size in parts)
    if not is_hex or version == "ff" or (version == "00" and len(flags) != 2):
        return ""
    return trace if trace.strip("0") and parent.strip("0") else ""


_HEX: Final = frozenset("0123456789abcdef")
