"""Model agents: a profile's question to a language model, and its answer as the arena counts it."""

from quorate.arena.model_agents.service import ModelAgents, ModelAgentsPolicy

__all__ = ["ModelAgents", "ModelAgentsPolicy"]
