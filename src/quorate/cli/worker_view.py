"""What happens to a worker, as a person reads it: one line an event."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_SAID: Final[Mapping[str, str]] = MappingProxyType(
    {
        "no_provider": "no provider has a key here, so models cannot be asked. Fix: {fix}",
        "registered": "registered ({status}), session {epoch}",
        "hub_unreachable": "{cause}. Trying again in {retryInSeconds} s.",
        "hub_lost": "connection lost: {cause}. Trying again in {retryInSeconds} s.",
        "task_accepted": "task {taskId} accepted: {taskType}",
        "task_passed_over": "task {taskId} left to others",
        "task_done": "task {taskId} done",
        "task_failed": "task {taskId} failed ({failureSource}): {cause}",
        "task_delivered": "task {taskId} delivered",
        "task_not_accepted": "task {taskId} not accepted: {cause}",
        "task_cancelled": "task {taskId} taken back: {cause}",
        "delivery_unanswered": "no acknowledgement of a result after {tries} tries: connecting anew",
        "settlement_unanswered": "no word on a cost after {tries} tries: connecting anew",
        "charge_refused": "the hub did not take the cost of {callId}: {cause}",
        "not_spooled": "the result of {taskId} could not be kept on disk: {cause}",
        "not_said": "a last word could not be sent: {cause}",
        "message_refused": "a message of the hub was not understood: {cause}",
        "problem": "the hub refused a message ({code}): {cause}",
        "draining": "draining: no new tasks",
        "draining_taken_back": "taking tasks again",
        "sent_away": "sent away by the hub: {cause}",
        "stopping": "stopping: {inHand} in hand, {undelivered} to deliver",
    }
)


def said(event: str, facts: Mapping[str, str | int | float]) -> str:
    """Return an event as a sentence; one that nobody wrote a sentence for is told by its name and facts."""
    sentence = _SAID.get(event)
    if sentence is not None:
        try:
            return sentence.format_map(facts)
        except KeyError:
            pass
    told = ", ".join(f"{name} {value}" for name, value in facts.items())
    return f"{event}: {told}" if told else event
