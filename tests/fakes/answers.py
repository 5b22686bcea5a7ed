"""Remembered answers in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from quorate.kernel.ports import Clock
from quorate.llm.recall import RememberedAnswer


@dataclass(slots=True, kw_only=True)
class RecentAnswers:
    """An `AnswerCache` that holds whatever it is given, each answer as long as it is fresh."""

    clock: Clock
    _kept: dict[str, tuple[float, RememberedAnswer]] = field(default_factory=dict, init=False)

    async def recall(self, key: str) -> RememberedAnswer | None:
        """Return what was kept under `key` while it is fresh; see the port."""
        until, answer = self._kept.get(key, (0.0, None))
        return None if self.clock.monotonic() >= until else answer

    async def keep(self, key: str, answer: RememberedAnswer, fresh_for_s: float) -> None:
        """Keep `answer`; see the port."""
        self._kept[key] = (self.clock.monotonic() + fresh_for_s, answer)
