"""The spool: what came of a task, kept by its worker until the hub says that it has it (FM-TAW-008)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from quorate.fleet.outcome import Done, Failed, FailedBy, Outcome
from quorate.kernel.errors import InvariantBrokenError


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The outcome of a task and the token under which the task was held; `task_id` says whose it is."""

    task_id: str
    token: int
    outcome: Outcome

    def under(self, token: int) -> Delivery:
        """Return the same outcome under another token."""
        return replace(self, token=token)


class _Kept(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    task_id: str
    token: int
    result: dict[str, object] | None = None
    steps: tuple[str, ...] = ()
    failed_by: FailedBy | None = None
    reason: str = ""


def to_bytes(delivery: Delivery) -> bytes:
    """Return a delivery as it is kept on disk."""
    task_id, token, outcome = delivery.task_id, delivery.token, delivery.outcome
    if isinstance(outcome, Done):
        result, steps = dict(outcome.result), outcome.steps
        kept = _Kept(task_id=task_id, token=token, result=result, steps=steps)
    else:
        kept = _Kept(task_id=task_id, token=token, failed_by=outcome.source, reason=outcome.reason)
    return msgspec.json.encode(kept)


def from_bytes(content: bytes) -> Delivery:
    """Return the delivery that `to_bytes` wrote.

    Raises:
        InvariantBrokenError: it is none: cut off, or somebody else's.
    """
    try:
        kept = msgspec.json.decode(content, type=_Kept)
    except msgspec.MsgspecError as error:
        raise InvariantBrokenError(f"a kept result cannot be read back: {error}") from error
    outcome: Outcome
    if kept.result is not None:
        outcome = Done(result=kept.result, steps=kept.steps)
    elif kept.failed_by is not None:
        outcome = Failed(source=kept.failed_by, reason=kept.reason)
    else:
        raise InvariantBrokenError("a kept result holds neither a result nor a failure")
    return Delivery(task_id=kept.task_id, token=kept.token, outcome=outcome)
