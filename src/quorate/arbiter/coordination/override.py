"""Override: a person decides of a task what its rules would not, says why, and signs with their name. Source: R-135."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from quorate.kernel.errors import RejectedError
from quorate.kernel.journal import Event

OVERRIDDEN: Final = "task.overridden"

SHORTEST: Final = 10
LONGEST: Final = 1000
"""A justification is a sentence, not a word, and no letter. In characters. Ours."""


class Act(StrEnum):
    """What a person may decide of a task. No override makes a failed check pass: a verdict is never written by hand."""

    RETRY = "retry"
    """It is tried again although it ended."""
    CANCEL = "cancel"
    """It is given up although it could go on."""
    ACCEPT_LOSS = "accept_loss"
    """It failed, and nothing more is to be done about it."""


class RecordedOverride(NamedTuple):
    """An override as it stands on record."""

    override_id: str
    task_id: str
    act: str
    justification: str
    approver: str
    made_at: str


def override_event(
    override_id: str, task_id: str, act: Act, *, justification: str, approver: str
) -> Event:
    """Return the row of an override.

    Raises:
        RejectedError: it lacks an approver, or a justification of 10 to 1000 characters.
    """
    said = justification.strip()
    if not SHORTEST <= len(said) <= LONGEST:
        raise _refused(f"a justification has {SHORTEST} to {LONGEST} characters")
    if not approver.strip():
        raise _refused("an override names who approved it")
    return Event(
        stream=f"task:{task_id}",
        type=OVERRIDDEN,
        payload={
            "overrideId": override_id,
            "taskId": task_id,
            "act": act.value,
            "justification": said,
            "approver": approver.strip(),
        },
    )


def _refused(cause: str) -> RejectedError:
    return RejectedError(
        cause, effect="nothing was changed", fix="say why, and who", slug="validation-failed"
    )
