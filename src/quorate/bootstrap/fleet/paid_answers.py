"""Paid answers: a task that is begun again by the same worker asks no model for what it was answered already.

prompt -> kept under (task, prompt)? -> that answer, at no further cost
       -> else the gateway -> kept -> the hub is told what it cost
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import msgspec

from quorate.bootstrap.fleet.remote_purse import RemotePurse
from quorate.llm.answer import GatewayAnswer, Hop
from quorate.llm.budget import Charge
from quorate.llm.call import ModelId, ToolCall
from quorate.llm.gateway import LogicalCall
from quorate.llm.service import Gateway


class Answers(Protocol):
    """Where answers are kept over a crash of the worker."""

    async def recall(self, task_id: str, prompt_hash: str) -> bytes | None:
        """Return what was answered, None where nothing was."""
        ...

    async def keep(self, task_id: str, prompt_hash: str, content: bytes) -> None:
        """Keep an answer."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """An answer with its hops, so that a task which uses it again tells its cost; `owed` may not be told yet."""

    content: bytes
    tool_calls: tuple[ToolCall, ...]
    model_asked: ModelId
    model_served: str
    fallback_used: bool
    fallback_reason: str
    hops: tuple[Hop, ...]
    latency_ms: float
    owed: dict[str, Charge]

    @property
    def answer(self) -> GatewayAnswer:
        return GatewayAnswer(
            content=self.content,
            tool_calls=self.tool_calls,
            model_asked=self.model_asked,
            model_served=self.model_served,
            fallback_used=self.fallback_used,
            fallback_reason=self.fallback_reason,
            hops=self.hops,
            latency_ms=self.latency_ms,
            events=(),
        )


@dataclass(slots=True, kw_only=True)
class TaskGateway(Gateway):
    """The gateway of one task: asks through `shared`, whose breakers all tasks share, and keeps what it paid for."""

    task_id: str
    shared: Gateway
    money: RemotePurse
    paid: Answers

    async def ask(self, call: LogicalCall) -> GatewayAnswer:
        """Return the answer that was paid for already, else ask; see `Gateway.ask`."""
        place = f"{call.prompt.hash} {call.purpose} {call.max_tokens}"
        kept = await self.paid.recall(self.task_id, place)
        known = None if kept is None else _read(kept)
        if known is None:
            known = await self._bought(call, place)
        for call_id, charge in known.owed.items():
            await self.money.told(self.task_id, call_id, charge)
        return known.answer

    async def keep(self, call: LogicalCall, answer: GatewayAnswer) -> None:
        """Remember nothing beyond the task: the hub's own memory of answers is the hub's."""

    async def _bought(self, call: LogicalCall, place: str) -> _Kept:
        self.money.begin(call.logical_id, self.task_id)
        answer = await self.shared.ask(call)
        made = [hop.call_id for hop in answer.hops]
        owed = {each: self.money.owed.pop(each) for each in made if each in self.money.owed}
        known = _Kept(
            content=answer.content,
            tool_calls=answer.tool_calls,
            model_asked=answer.model_asked,
            model_served=answer.model_served,
            fallback_used=answer.fallback_used,
            fallback_reason=answer.fallback_reason,
            hops=answer.hops,
            latency_ms=answer.latency_ms,
            owed=owed,
        )
        await self.paid.keep(self.task_id, place, msgspec.json.encode(known))
        return known


def task_gateway(shared: Gateway, task_id: str, money: RemotePurse, paid: Answers) -> TaskGateway:
    """Return the gateway of one task."""
    return TaskGateway(
        models=shared.models,
        purse=shared.purse,
        prices=shared.prices,
        clock=shared.clock,
        ids=shared.ids,
        draw=shared.draw,
        policy=shared.policy,
        task_id=task_id,
        shared=shared,
        money=money,
        paid=paid,
    )


def _read(content: bytes) -> _Kept | None:
    """Return what was kept, None where it cannot be read: then the model is asked again."""
    try:
        return msgspec.json.decode(content, type=_Kept)
    except msgspec.MsgspecError:
        return None
