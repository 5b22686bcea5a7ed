"""The figures of the flow of results: how far what is published is behind what is committed."""

from __future__ import annotations

from collections.abc import Iterator

from quorate.adapters.telemetry.figure import Counted, Figure, Measured
from quorate.bootstrap.results.serving import Flow
from quorate.results.relay.service import StreamRelay
from quorate.results.result import PLACES


def figures_of_flow(flow: Flow | None, head: int) -> Iterator[Figure]:
    """Yield how the flow stands while results are served; `head` is the number of the newest result."""
    if flow is None:
        return
    behind = 0 if flow.relay.at is None else max(head - flow.relay.at, 0) / PLACES
    yield Measured(
        name="relay_lag_rows",
        help="Rows of the journal between the newest result and the newest that was relayed.",
        values={(): behind},
    )
    if isinstance(flow.relay, StreamRelay):
        yield Counted(
            name="relay_published",
            help="Results that this process published to the stream.",
            values={(): flow.relay.published},
        )
