"""Language models that do what a test tells them, and remember when they were asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from quorate.kernel.ids import TraceId
from quorate.kernel.ports import Clock
from quorate.llm.call import ModelReply, ModelRequest, Usage

USAGE = Usage(prompt_tokens=1000, completion_tokens=100)


def reply(content: bytes = b"{}", **changes: object) -> ModelReply:
    """Return a whole answer, but for `changes`."""
    facts: dict[str, object] = {"model_served": "", "finish_reason": "stop", "usage": USAGE}
    return ModelReply(content=content, **{**facts, **changes})


@dataclass(frozen=True)
class Act:
    """What a model does when it is asked: `after_s` it replies or fails; with no outcome it never ends."""

    outcome: ModelReply | Exception | None
    after_s: float = 0.0


HANG = Act(None)


@dataclass
class ScriptedModel:
    """Plays `script`, an act a call and the last one for ever; one script for all models, or one by name.

    `asked` has the moment (monotonic seconds) and the request of every call, `cancelled` those that were broken off.
    """

    clock: Clock
    script: Sequence[Act] = (Act(reply()),)
    by_model: dict[str, Sequence[Act]] = field(default_factory=dict)
    asked: list[tuple[float, ModelRequest]] = field(default_factory=list)
    cancelled: list[ModelRequest] = field(default_factory=list)

    async def complete(self, request: ModelRequest) -> ModelReply:
        act = self._act(request)
        self.asked.append((self.clock.monotonic(), request))
        try:
            return await self._played(act)
        except asyncio.CancelledError:
            self.cancelled.append(request)
            raise

    def times(self, model: str) -> list[float]:
        """When `model` was asked."""
        return [moment for moment, request in self.asked if request.model.model == model]

    def _act(self, request: ModelRequest) -> Act:
        script = self.by_model.get(request.model.model, self.script)
        return script[min(len(self.times(request.model.model)), len(script) - 1)]

    async def _played(self, act: Act) -> ModelReply:
        if act.after_s:
            await self.clock.sleep(act.after_s)
        if act.outcome is None:
            await asyncio.Event().wait()
        if isinstance(act.outcome, Exception):
            raise act.outcome
        return act.outcome


@dataclass
class CountedIds:
    """Ids in order: call_1, call_2."""

    made: int = 0

    def ulid(self, prefix: str) -> str:
        self.made += 1
        return f"{prefix}{self.made}"

    def trace_id(self) -> TraceId:
        return TraceId("0" * 32)
