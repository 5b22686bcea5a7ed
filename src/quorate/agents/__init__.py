"""The agents room: who may speak, what a keyless agent says, and how far it is believed."""

from quorate.agents.defaults import DEFAULT_PROFILES, KEYLESS_PROFILES, MODEL_PROFILES
from quorate.agents.policy import AgentsPolicy
from quorate.agents.profile import RULES, AgentProfile, Mode, Role, Tool
from quorate.agents.registry import from_payload, to_payload
from quorate.agents.rule_agents import RULE_AGENTS, RuleAgent, rule_agent
from quorate.agents.track_record import TrackRecord
from quorate.llm.tier import Tier

__all__ = [
    "DEFAULT_PROFILES",
    "KEYLESS_PROFILES",
    "MODEL_PROFILES",
    "RULES",
    "RULE_AGENTS",
    "AgentProfile",
    "AgentsPolicy",
    "Mode",
    "Role",
    "RuleAgent",
    "Tier",
    "Tool",
    "TrackRecord",
    "from_payload",
    "rule_agent",
    "to_payload",
]
