"""Composing: the words of one call, richest evidence that fits the budget first.

common rules and schema | evidence, news: the same for every agent of a run | the role's task, what came before
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from quorate.agents.prompts.evidence import BookView, Evidence, EvidenceTier, evidence_text
from quorate.agents.prompts.news import news_text
from quorate.agents.prompts.templates import COMMON, PromptTemplate
from quorate.agents.prompts.tokens import BUDGET_TOKENS
from quorate.kernel.canonical import canonical_json, digest
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import Symbol
from quorate.llm.decode import ANSWER_SCHEMA
from quorate.llm.tokens import safe_tokens
from quorate.market import NewsItem, Snapshot

ANSWER_SCHEMA_TEXT: Final = canonical_json(ANSWER_SCHEMA)
"""The schema as the rules state it: the very one that the decoder holds an answer to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Briefing:
    """What every agent of a run is shown: the same snapshot, symbols, book and news."""

    snapshot: Snapshot
    symbols: tuple[Symbol, ...]
    book: BookView
    news: tuple[NewsItem, ...] = ()
    _evidence: dict[EvidenceTier, Evidence] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def evidence(self, tier: EvidenceTier) -> Evidence:
        """Return the evidence with the history of `tier`, written once for all agents of a run."""
        if tier not in self._evidence:
            self._evidence[tier] = evidence_text(self.snapshot, self.symbols, self.book, tier)
        return self._evidence[tier]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What a model is told: `shared` is the same for every agent of a run, `task` is the agent's own.

    `tokens` is an upper estimate of both.
    """

    rules: str
    shared: str
    task: str
    tier: EvidenceTier
    template_id: str
    tokens: int


def compose(template: PromptTemplate, briefing: Briefing, *, before: str = "") -> Prompt:
    """Return the prompt of one agent with as much history as fits into BUDGET_TOKENS.

    `before` is what was said so far: the votes and arguments that a judge reads.

    Raises:
        RejectedError: not even the indicators fit (slug `context-too-large`).
    """
    rules = frame_text(", ".join(briefing.symbols))
    told = news_text(briefing.news)
    task = f"{template.text}\n\n{before}" if before else template.text
    fixed = safe_tokens(rules) + safe_tokens(told) + safe_tokens(task)
    evidence = _fitting(briefing, BUDGET_TOKENS - fixed)
    shared = f"{evidence.text}\n\n{told}" if told else evidence.text
    return Prompt(
        rules=rules,
        shared=shared,
        task=task,
        tier=evidence.tier,
        template_id=template.template_id,
        tokens=fixed + safe_tokens(evidence.text),
    )


def frame_text(symbols: str) -> str:
    """Return what every agent is told before its task: the rules and the schema, which no prompt can take away."""
    return COMMON.format(schema=ANSWER_SCHEMA_TEXT, symbols=symbols)


def prompt_hash(prompt: Prompt) -> str:
    """Return the hash of all that the model is told (R-067)."""
    return digest([prompt.rules, prompt.shared, prompt.task])


def _fitting(briefing: Briefing, tokens: int) -> Evidence:
    for tier in EvidenceTier:
        evidence = briefing.evidence(tier)
        if safe_tokens(evidence.text) <= tokens:
            return evidence
    raise RejectedError(
        "the evidence does not fit into a prompt, not even without its history",
        effect="the agent is not asked",
        fix="name fewer symbols in one run",
        slug="context-too-large",
    )
