"""Asking about money: a reservation fails closed after a while, a settlement is insisted on.

reserve -> reserved | refused | no answer: the call is not made
settle -> settled, over as many connections as it takes
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from quorate.fleet.line import Line, within
from quorate.fleet.wire import CallBody, ChargeBody, Refused, Reserve, Reserved, Settle, Settled
from quorate.kernel.errors import UnavailableError

Word: TypeAlias = Reserved | Refused | Settled
"""What a hub says about the money for a call."""

UNAVAILABLE: Final = "unavailable"


@dataclass(slots=True, kw_only=True)
class Asking:
    """The treasury as a worker sees it; `token_of` says under which token a task is in hand, None where it is not."""

    line: Line
    token_of: Callable[[str], int | None]
    answer_s: float
    _reserving: dict[str, asyncio.Future[Reserved | Refused]] = field(
        default_factory=dict, init=False
    )
    _settling: dict[str, asyncio.Future[Settled | Refused]] = field(
        default_factory=dict, init=False
    )
    _tokens: dict[str, int] = field(default_factory=dict, init=False)

    async def reserve(self, task_id: str, call: CallBody) -> Reserved | Refused:
        """Return whether the call may be made; see the port. A connection that breaks meanwhile has it asked again."""
        token = self.token_of(task_id)
        if token is None:
            raise UnavailableError("the task is not this worker's any more", source="hub")
        answer: asyncio.Future[Reserved | Refused] = asyncio.get_running_loop().create_future()
        self._reserving[call.call_id] = answer
        self._tokens[call.call_id] = token
        try:
            said = await within(
                self.line.clock,
                self.answer_s,
                self.line.insist(
                    lambda epoch: Reserve(task_id=task_id, token=token, epoch=epoch, call=call),
                    answer,
                    "reservation_unanswered",
                ),
            )
        except TimeoutError:
            raise UnavailableError(
                f"the hub gave no word on money within {self.answer_s:g} s", source="hub"
            ) from None
        finally:
            self._reserving.pop(call.call_id, None)
        if isinstance(said, Refused):
            self._tokens.pop(call.call_id, None)
        return said

    async def settle(self, task_id: str, call_id: str, charge: ChargeBody) -> None:
        """Return once the hub has the charge, or said that it will not take it; see the port.

        A charge is told under the token its call was reserved under, even where the task went to somebody else since.
        """
        token = self.token_of(task_id) or self._tokens.get(call_id, 1)
        while True:
            answer: asyncio.Future[Settled | Refused] = asyncio.get_running_loop().create_future()
            self._settling[call_id] = answer
            try:
                said = await self.line.insist(
                    lambda epoch: Settle(
                        task_id=task_id, token=token, epoch=epoch, call_id=call_id, charge=charge
                    ),
                    answer,
                    "settlement_unanswered",
                )
            finally:
                self._settling.pop(call_id, None)
            if isinstance(said, Refused) and said.code == UNAVAILABLE:
                await self.line.clock.sleep(self.answer_s)
                continue
            self._tokens.pop(call_id, None)
            if isinstance(said, Refused):
                self.line.tell("charge_refused", {"callId": call_id, "cause": said.cause})
            return

    def hears(self, message: Word) -> None:
        """Take the hub's word to whoever waits for it; nobody waits for a repetition."""
        match message:
            case Reserved():
                _answer(self._reserving.get(message.call_id), message)
            case Settled():
                _answer(self._settling.get(message.call_id), message)
            case Refused():
                _answer(self._reserving.get(message.call_id), message)
                _answer(self._settling.get(message.call_id), message)


def _answer(waiting: asyncio.Future[Any] | None, message: Word) -> None:
    if waiting is not None and not waiting.done():
        waiting.set_result(message)
