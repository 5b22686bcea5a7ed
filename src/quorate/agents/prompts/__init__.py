"""Prompts: what a model is told, in versions, and the evidence as text within a budget of tokens."""

from quorate.agents.prompts.composing import Briefing, Prompt, compose, frame_text, prompt_hash
from quorate.agents.prompts.evidence import BookView, Evidence, EvidenceTier, evidence_text
from quorate.agents.prompts.news import news_text
from quorate.agents.prompts.ports import Prompts
from quorate.agents.prompts.service import PackagedPrompts
from quorate.agents.prompts.templates import TEMPLATES, PromptTemplate, template_named
from quorate.agents.prompts.tokens import BUDGET_TOKENS

__all__ = [
    "BUDGET_TOKENS",
    "TEMPLATES",
    "BookView",
    "Briefing",
    "Evidence",
    "EvidenceTier",
    "PackagedPrompts",
    "Prompt",
    "PromptTemplate",
    "Prompts",
    "compose",
    "evidence_text",
    "frame_text",
    "news_text",
    "prompt_hash",
    "template_named",
]
