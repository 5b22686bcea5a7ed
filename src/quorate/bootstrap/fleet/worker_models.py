"""A worker's models: its own providers and keys, the hub's money, breakers that all of its tasks share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import SystemRandom

from quorate.adapters.openai_compatible.client import OpenAiCompatible
from quorate.adapters.openai_compatible.configured import (
    configured_providers,
    endpoints_of,
    provider_variables,
)
from quorate.adapters.openai_compatible.connections import ConnectionPolicy, open_connections
from quorate.adapters.openai_compatible.keys import KEYS_FILE, keys_in
from quorate.agents.prompts.templates import PromptTemplate
from quorate.arena.model_agents import ModelAgents
from quorate.bootstrap.fleet.paid_answers import Answers, task_gateway
from quorate.bootstrap.fleet.remote_purse import RemotePurse
from quorate.config import Settings, environment_of
from quorate.fleet.ports import Treasury
from quorate.kernel.ports import Clock, IdSource
from quorate.llm.catalogue import Catalogue
from quorate.llm.price_table import PriceTable
from quorate.llm.service import Gateway


@dataclass(frozen=True, slots=True)
class AssignedPrompt:
    """The one prompt of a task, as the hub told it: a worker keeps none of its own."""

    template: PromptTemplate

    async def named(self, template_id: str) -> PromptTemplate:  # noqa: ARG002
        """Return it: the profile and its prompt were assigned together."""
        return self.template


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerModels:
    """Who asks models here; `structured` are the providers that are asked to keep to the answer's schema."""

    gateway: Gateway
    purse: RemotePurse
    catalogue: Catalogue
    providers: Collection[str]
    structured: Collection[str]
    clock: Clock
    ids: IdSource
    paid: Answers

    def agents_of(self, task_id: str, prompt: PromptTemplate) -> ModelAgents:
        """Return who takes the turn of a task: the same code as in the process of a run."""
        return ModelAgents(
            gateway=task_gateway(self.gateway, task_id, self.purse, self.paid),
            catalogue=self.catalogue,
            providers=self.providers,
            structured=self.structured,
            clock=self.clock,
            ids=self.ids,
            prompts=AssignedPrompt(prompt),
        )


@asynccontextmanager
async def opened_models(
    settings: Settings, treasury: Treasury, paid: Answers, clock: Clock, ids: IdSource
) -> AsyncIterator[WorkerModels]:
    """Yield what asks models with this machine's keys; calls under way are settled at the end.

    Raises:
        RejectedError: a key, a URL or the file of keys cannot be used.
    """
    known = configured_providers(
        settings.providers,
        environment_of(provider_variables(settings.providers)),
        keys_in(settings.home / KEYS_FILE),
    )
    endpoints = endpoints_of(known)
    catalogue = Catalogue(settings.models)
    purse = RemotePurse(treasury=treasury, clock=clock)
    async with open_connections(ConnectionPolicy()) as connections:
        live = {each.name: OpenAiCompatible(each, connections, clock) for each in endpoints}
        gateway = Gateway(
            models=live,
            purse=purse,
            prices=PriceTable(stated=catalogue.prices, told=purse.prices),
            clock=clock,
            ids=ids,
            draw=SystemRandom().random,
            policy=settings.gateway,
        )
        try:
            yield WorkerModels(
                gateway=gateway,
                purse=purse,
                catalogue=catalogue,
                providers=frozenset(live),
                structured=frozenset(each.name for each in endpoints if each.is_structured),
                clock=clock,
                ids=ids,
                paid=paid,
            )
        finally:
            await gateway.close()
