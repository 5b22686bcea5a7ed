"""What the gateway asks of the world: models, money, and a memory of answers."""

from __future__ import annotations

from typing import Protocol

from quorate.kernel.journal import Event
from quorate.llm.budget import Charge, Reservation, ReservationRequest
from quorate.llm.call import ModelReply, ModelRequest
from quorate.llm.recall import RememberedAnswer


class LanguageModel(Protocol):
    """A provider of models."""

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Ask once, and return what came back; the adapter never retries.

        An empty answer, one that was cut off and one that was filtered are replies, not errors, so that
        their usage and cost come along: the gateway classifies them. A caller that is cancelled cancels the request.

        Raises:
            ModelCallError: no answer came, or none that is a chat completion.
        """
        ...


class Purse(Protocol):
    """The money for calls: durable, atomic across processes."""

    async def reserve(self, wanted: ReservationRequest) -> Reservation:
        """Set the worst case of one hop aside, durably, before the first byte is sent.

        Raises:
            RejectedError: a limit has no room for it (slug `budget-exhausted`); nothing was set aside.
            PricesMovedError: a price was stated since the worst case was computed; nothing was set aside.
            UnavailableError: the store gave no answer; then the call must not be made.
        """
        ...

    async def settle(self, reservation: Reservation, charge: Charge) -> None:
        """Replace what was set aside by what it cost; settling the same reservation again changes nothing.

        Raises:
            UnavailableError: the store gave no answer; the worst case stays set aside.
        """
        ...

    def settled(self, reservation: Reservation, charge: Charge) -> Event:
        """Return the settlement as an event, to be committed together with what the call led to."""
        ...

    def recalled(self, wanted: ReservationRequest, charge: Charge) -> Event:
        """Return the fact that a remembered answer was used: a call like any other, but nothing was spent."""
        ...


class AnswerCache(Protocol):
    """Remembers answers for a while, by `answer_key`."""

    async def recall(self, key: str) -> RememberedAnswer | None:
        """Return what was kept under `key`, None once it is no longer fresh, or never was there."""
        ...

    async def keep(self, key: str, answer: RememberedAnswer, fresh_for_s: float) -> None:
        """Remember `answer` for `fresh_for_s` seconds; a later one under the same key stands."""
        ...
