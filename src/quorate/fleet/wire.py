"""The words that a worker and a hub say to each other over one WebSocket: each message one JSON text frame.

worker: register -> ready -> heartbeat ...    task_accepted -> reserve/settle ... -> task_complete | task_failed -> ...
hub:    registration_ack  heartbeat_ack ...   task_assignment   reserved/settled     task_complete_ack   drain  shutdown

`epoch` numbers a worker's sessions, `token` the holdings of a task: a message under an older one is refused.
Source: R-049, FM-TAW-001, 007, 008, 011.
"""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

import msgspec
from msgspec import Meta

PATH: Final = "/api/admin/agent/ws"
"""Where a hub takes workers in."""

SERIES_PATH: Final = "/api/admin/agent/series"
"""Where a worker fetches a series, by its SHA-256 behind a slash."""

FRAME_BYTES: Final = 1_048_576
"""No frame is larger, either way; a larger one closes the socket with 1009. Source: RELIABILITY 1.6 (2 MB)."""

AGENT_ID: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z"
"""How a worker is named: as machines are."""

AgentId: TypeAlias = Annotated[str, Meta(pattern=AGENT_ID)]
TaskName: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9A-Za-z_-]{1,64}\Z")]
CallName: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9A-Za-z_]{1,64}\Z")]
Word: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64)]
Line: TypeAlias = Annotated[str, Meta(max_length=500)]
ModelName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200)]
Digest: TypeAlias = Annotated[str, Meta(max_length=128)]
Amount: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9]{1,7}(\.[0-9]{1,18})?\Z")]
"""US dollars as exact decimal text; none is negative."""

Moment: TypeAlias = Annotated[str, Meta(min_length=20, max_length=35)]
"""RFC 3339 with a zone, by the sender's own clock: for people; nothing is decided by it."""

Token: TypeAlias = Annotated[int, Meta(ge=1, le=2**53)]
Epoch: TypeAlias = Annotated[int, Meta(ge=1, le=2**53)]
Tokens: TypeAlias = Annotated[int, Meta(ge=0, le=2**53)]


class Body(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Parent of all parts of a message; a name that nobody knows is refused, not passed over."""


class Message(Body, frozen=True, tag_field="type"):
    """Parent of all messages; `type` tells them apart."""


# -- parts -------------------------------------------------------------------------------------------------------------


class HeldTask(Body, frozen=True):
    """A task that a worker still works on, or whose result it has not delivered, and the token it got it under."""

    task_id: TaskName
    token: Token


class ChargeBody(Body, frozen=True):
    """How one call of a model ended and what it cost; the fields of `llm.budget.Charge`."""

    cost_usd: Amount | None
    cost_source: Word
    status: Word
    price_version: Digest = ""
    prompt_tokens: Tokens | None = None
    completion_tokens: Tokens | None = None
    cached_tokens: Tokens | None = None
    code: Digest = ""
    latency_ms: Annotated[float, Meta(ge=0)] = 0.0
    model_served: Annotated[str, Meta(max_length=200)] = ""
    prompt_hash: Digest = ""
    template: Digest = ""
    cache_hit: bool = False
    fallback_reason: Digest = ""
    usage_estimated: bool = False


class CallBody(Body, frozen=True):
    """A call that wants money; whose run, profile and book it is for, the hub knows from the task."""

    call_id: CallName
    logical_id: CallName
    purpose: Word
    tier: Word
    provider: Word
    model: ModelName
    worst_cost_usd: Amount | None
    price_edition: Annotated[int, Meta(ge=0, le=2**53)] = 0
    """Of the stated prices that the worst case was computed with."""


class PriceBody(Body, frozen=True):
    """A price that somebody stated, in dollars per million tokens; null once it was given back."""

    provider: Word
    model: ModelName
    prompt_usd_per_million: Amount | None
    completion_usd_per_million: Amount | None
    version: Annotated[int, Meta(ge=1)]


# -- from a worker -----------------------------------------------------------------------------------------------------


class Register(Message, frozen=True, tag="register"):
    """Who comes, what it can do, and what it still holds from an earlier session; the first message of a session.

    `slots` is how many tasks it works on at a time. A capability counts only with the value true.
    """

    agent_id: AgentId
    agent_type: Word
    capabilities: Annotated[dict[Word, bool], Meta(max_length=64)]
    capability_versions: Annotated[dict[Word, Word], Meta(max_length=64)] = {}
    version: Annotated[str, Meta(max_length=64)] = ""
    slots: Annotated[int, Meta(ge=1, le=64)] = 1
    resume: Annotated[list[HeldTask], Meta(max_length=64)] = []


class Ready(Message, frozen=True, tag="ready"):
    """The worker heard the acknowledgement of `epoch`: from here on it may be given tasks."""

    epoch: Epoch


class Heartbeat(Message, frozen=True, tag="heartbeat"):
    """The worker lives: every 15 s, from a task of its own."""

    agent_id: AgentId
    epoch: Epoch
    timestamp: Moment


class TaskAccepted(Message, frozen=True, tag="task_accepted"):
    """The worker has the assignment and begins; due within 10 s."""

    task_id: TaskName
    token: Token
    epoch: Epoch


class TaskComplete(Message, frozen=True, tag="task_complete"):
    """What came of a task; sent again until `task_complete_ack` answers it, also in a later session."""

    agent_id: AgentId
    task_id: TaskName
    token: Token
    epoch: Epoch
    result: dict[str, object]
    timestamp: Moment
    reasoning_steps: Annotated[list[Line], Meta(max_length=50)] = []


class TaskFailed(Message, frozen=True, tag="task_failed"):
    """Nothing came of a task, and whose fault that is: llm_timeout, network_error, worker_crash or rule (R-051)."""

    agent_id: AgentId
    task_id: TaskName
    token: Token
    epoch: Epoch
    failure_source: Word
    reason: Line


class Reserve(Message, frozen=True, tag="reserve"):
    """The worker is about to make a call for its task: set the worst case aside."""

    task_id: TaskName
    token: Token
    epoch: Epoch
    call: CallBody


class Settle(Message, frozen=True, tag="settle"):
    """A call ended that leads to no result of its own (a failed try, a late answer); others come with the result."""

    task_id: TaskName
    token: Token
    epoch: Epoch
    call_id: CallName
    charge: ChargeBody


class Draining(Message, frozen=True, tag="draining"):
    """The worker takes no more tasks and leaves once its own are done."""

    epoch: Epoch


class ShutdownAck(Message, frozen=True, tag="shutdown_ack"):
    """The worker heard `shutdown` and leaves."""

    epoch: Epoch


FromWorker: TypeAlias = (
    Register
    | Ready
    | Heartbeat
    | TaskAccepted
    | TaskComplete
    | TaskFailed
    | Reserve
    | Settle
    | Draining
    | ShutdownAck
)


# -- from a hub --------------------------------------------------------------------------------------------------------


class RegistrationAck(Message, frozen=True, tag="registration_ack"):
    """The worker is known under `epoch`; it answers with `ready`. `status` is registered, or quarantined."""

    status: Word
    epoch: Epoch
    heartbeat_seconds: Annotated[float, Meta(gt=0)]
    timestamp: Moment


class HeartbeatAck(Message, frozen=True, tag="heartbeat_ack"):
    """The heartbeat was heard."""

    epoch: Epoch
    timestamp: Moment


class TaskAssignment(Message, frozen=True, tag="task_assignment"):
    """Work for this worker, and no other, under `token`; to be accepted within 10 s, to be done within `deadline`."""

    task_id: TaskName
    token: Token
    task_type: Word
    description: Annotated[str, Meta(min_length=3, max_length=2000)]
    priority: Annotated[int, Meta(ge=0, le=10)]
    deadline_seconds: Annotated[float, Meta(gt=0)]
    metadata: dict[str, object]


class TaskResume(Message, frozen=True, tag="task_resume"):
    """The task is still this worker's under `token`: go on with it, or deliver what came of it."""

    task_id: TaskName
    token: Token


class TaskCompleteAck(Message, frozen=True, tag="task_complete_ack"):
    """A completion or a failure arrived: forget it. Not `accepted`: it came too late or broke a rule, see `reason`."""

    task_id: TaskName
    token: Token
    accepted: bool
    reason: Line = ""


class TaskCancel(Message, frozen=True, tag="task_cancel"):
    """The task is not this worker's any more: stop, and deliver nothing."""

    task_id: TaskName
    token: Token
    reason: Line = ""


class Reserved(Message, frozen=True, tag="reserved"):
    """The worst case is set aside, durably: the call may be made. `day` is whose budgets it stands in."""

    task_id: TaskName
    call_id: CallName
    reserved_usd: Amount
    day: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}\Z")]


class Refused(Message, frozen=True, tag="refused"):
    """No money was set aside, so the call must not be made; or a settlement was not taken.

    `code` is budget-exhausted (then `limit`, `size` and `left` say which limit, in dollars or calls), prices-moved
    (then `prices` are all stated ones: compute again), unavailable (ask again) or not-yours.
    """

    task_id: TaskName
    call_id: CallName
    code: Word
    cause: Line
    fix: Line = ""
    limit: Annotated[str, Meta(max_length=64)] = ""
    size: Annotated[str, Meta(max_length=40)] = ""
    left: Annotated[str, Meta(max_length=40)] = ""
    price_edition: Annotated[int, Meta(ge=0, le=2**53)] = 0
    prices: Annotated[list[PriceBody], Meta(max_length=1000)] = []


class Settled(Message, frozen=True, tag="settled"):
    """The settlement is durable."""

    task_id: TaskName
    call_id: CallName


class Drain(Message, frozen=True, tag="drain"):
    """Take no more tasks; finish what you hold, then leave. `stop` takes it back."""

    stop: bool = False


class Shutdown(Message, frozen=True, tag="shutdown"):
    """The hub ends or wants you gone: keep what you have not delivered, and come back unless `final`."""

    reason: Line
    final: bool = False


class Problem(Message, frozen=True, tag="problem"):
    """A message was refused, and why; the session goes on. `code` is stale-epoch, not-yours, malformed or not-now."""

    code: Word
    detail: Line
    task_id: Annotated[str, Meta(max_length=64)] = ""


FromHub: TypeAlias = (
    RegistrationAck
    | HeartbeatAck
    | TaskAssignment
    | TaskResume
    | TaskCompleteAck
    | TaskCancel
    | Reserved
    | Refused
    | Settled
    | Drain
    | Shutdown
    | Problem
)
