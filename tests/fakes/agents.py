"""Agents that say what a test tells them, and remember who was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from quorate.agents.profile import AgentProfile
from quorate.arena.ports import AgentRunner
from quorate.arena.voting import AgentReply
from quorate.market.snapshot import Snapshot


@dataclass
class ScriptedAgents:
    """Asks `others`, but fails as `failures` say, by the profile's name; `asked` lists every call."""

    others: AgentRunner
    failures: Mapping[str, Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def ask(self, profile: AgentProfile, snapshot: Snapshot) -> AgentReply:
        self.asked.append(profile.name)
        if profile.name in self.failures:
            raise self.failures[profile.name]
        return await self.others.ask(profile, snapshot)
