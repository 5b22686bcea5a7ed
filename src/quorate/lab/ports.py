"""What the lab asks of the world: a journal, somebody who asks models, and the purse's word on what it would allow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from quorate.kernel.journal import Committed, Event
from quorate.llm.answer import GatewayAnswer
from quorate.llm.budget import ReservationRequest
from quorate.llm.gateway import GatewayPolicy, LogicalCall


class LabJournal(Protocol):
    """The part of the journal that the lab writes."""

    async def commit(self, decide: Callable[[object], Sequence[Event]]) -> Committed:
        """Return once the events of `decide` are durable; see the kernel's port."""
        ...


class Asker(Protocol):
    """The gateway, as far as the lab needs it."""

    policy: GatewayPolicy

    async def ask(self, call: LogicalCall) -> GatewayAnswer:
        """Return a model's answer; see `Gateway.ask`."""
        ...


class Probe(Protocol):
    """The purse asked what it would do."""

    async def require_room_for(self, wanted: ReservationRequest) -> None:
        """Return where `wanted` would be reserved now; nothing is set aside and nothing written.

        Raises:
            BudgetExhaustedError: a limit has no room for it.
            UnavailableError: the database gave no answer.
        """
        ...
