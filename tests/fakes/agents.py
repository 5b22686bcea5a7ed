"""Agents that say what a test tells them, and remember who was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from quorate.arena.ports import AgentRunner, Question
from quorate.arena.voting import AgentReply


@dataclass
class ScriptedAgents:
    """Asks `others`, but fails as `failures` say, by the profile's name; `asked` lists every call."""

    others: AgentRunner
    failures: Mapping[str, Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def ask(self, question: Question) -> AgentReply:
        name = question.profile.name
        self.asked.append(name)
        if name in self.failures:
            raise self.failures[name]
        return await self.others.ask(question)
