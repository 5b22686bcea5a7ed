"""What the API says of verdicts, waivers, journal rows and traces, and what it takes to add a waiver."""

from __future__ import annotations

from typing import Annotated

import msgspec

from quorate.hub.api.counting import Total
from quorate.hub.api.shape import Given, Moment, Shape, Usd

Tree = dict[str, object]


class VerdictItem(Shape):
    """A verdict on a task or an order; `about` is a task's subject or an order's decision."""

    verdict_id: str
    kind: str
    about: str
    task_id: str
    task_type: str
    symbol: str
    book: str
    decision: Annotated[str, msgspec.Meta(description="PASS or FAIL.")]
    verdict: str
    issued_at: Moment
    seq: int


class VerdictList(Shape):
    """Verdicts, newest first."""

    read_at: Moment
    items: tuple[VerdictItem, ...]
    next_cursor: str | None
    total: Total = None


class VerdictCheckShape(Shape):
    """Whether an envelope can be believed; its statement only where it can."""

    ok: bool
    problems: tuple[str, ...]
    key_id: str
    statement: Tree | None


class VerdictShape(VerdictItem):
    """A verdict with its DSSE envelope."""

    envelope: Tree
    trace_id: str
    verification: VerdictCheckShape
    others: tuple[str, ...]


class DeltaShape(Shape):
    """By how much a budget is raised."""

    usd: Usd
    power_calls: int
    wall_ms: int
    tokens: int
    portfolio_delta: str


class WaiverItem(Shape):
    """A waiver; status is active, expired or revoked."""

    waiver_id: str
    title: str
    reason: str
    gates: tuple[str, ...]
    operations: tuple[str, ...]
    delta: DeltaShape
    approved_by: str
    status: str
    created_at: Moment
    expires_at: Moment
    revoked_at: Moment | None
    revoked_by: str
    revoked_reason: str


class WaiverList(Shape):
    """Every waiver, newest first."""

    read_at: Moment
    items: tuple[WaiverItem, ...]
    next_cursor: str | None = None


class WaiverChanged(Shape):
    """What became of a wish; not `applied` when it was so already."""

    target: str
    applied: bool
    dry_run: bool
    waiver: WaiverItem


class NewDelta(Given):
    """By how much a waiver raises budgets."""

    usd: str = "0"
    power_calls: Annotated[int, msgspec.Meta(ge=0)] = 0
    wall_ms: Annotated[int, msgspec.Meta(ge=0)] = 0
    tokens: Annotated[int, msgspec.Meta(ge=0)] = 0
    portfolio_delta: str = "0"


class NewWaiver(Given):
    """A waiver to add; who asks for it approves it."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    reason: Annotated[str, msgspec.Meta(min_length=10, max_length=500)]
    gates: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=20)]
    days: Annotated[float, msgspec.Meta(gt=0, le=90)] = 7.0
    operations: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=10)] = ("*",)
    delta: NewDelta = msgspec.field(default_factory=NewDelta)


class Reasoned(Given):
    """Why something is taken back."""

    reason: Annotated[str, msgspec.Meta(min_length=10, max_length=500)]


class EventItem(Shape):
    """A journal row as it stands, with the hashes that chain it."""

    seq: int
    ts: Moment
    type: str
    stream: str
    book: str
    trace_id: str
    payload: Tree
    prev_hash: str
    hash: str


class ChainShape(Shape):
    """How long the chain is, and up to which row a checkpoint vouches for it."""

    head: int
    signed: int
    key_id: str


class EventList(Shape):
    """Journal rows, newest first."""

    read_at: Moment
    chain: ChainShape
    items: tuple[EventItem, ...]
    next_cursor: str | None
    total: Total = None


class TraceShape(Shape):
    """The rows of one trace across all streams, oldest first; `after` goes on behind `nextAfter`."""

    read_at: Moment
    trace_id: str
    items: tuple[EventItem, ...]
    next_after: int | None


class ChainVerified(Shape):
    """What a walk over the whole chain found."""

    ok: bool
    rows: int
    first_bad: int | None
    checkpoint: int | None
    problems: tuple[str, ...]
