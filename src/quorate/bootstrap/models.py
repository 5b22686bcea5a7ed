"""Models: the providers that are configured, the gateway to them, and the agents that ask through it.

Keys are looked at before every question: one that was stored meanwhile, by whichever process, is used from then on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, KeysView, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, TypeAlias

import structlog

from quorate.adapters.openai_compatible.configured import (
    ConfiguredProvider,
    configured_providers,
    endpoints_of,
    provider_variables,
)
from quorate.adapters.openai_compatible.keys import KEYS_FILE, keys_in
from quorate.adapters.sql.answers import SqlAnswers
from quorate.adapters.sql.purse import SqlPurse
from quorate.arena.ports import AgentRunner
from quorate.arena.service import AgentsByProvider, RuleAgents
from quorate.bootstrap.prompting import PromptShelf
from quorate.bootstrap.store import Store
from quorate.config import environment_of
from quorate.kernel.errors import RejectedError
from quorate.kernel.secret import Secret
from quorate.llm.catalogue import Catalogue
from quorate.llm.price_table import PriceTable

if TYPE_CHECKING:
    from quorate.adapters.openai_compatible.client import OpenAiCompatible
    from quorate.adapters.openai_compatible.connections import Connections
    from quorate.arena.model_agents import ModelAgents
    from quorate.arena.ports import Question
    from quorate.arena.voting import AgentReply
    from quorate.llm.call import ModelId
    from quorate.llm.failover import ModelHealth
    from quorate.llm.service import Gateway
    from quorate.resilience import BreakerPolicy

_LOG = structlog.get_logger()

_FileState: TypeAlias = "tuple[int, int, int, int] | None"


@dataclass(frozen=True, slots=True)
class Agents:
    """Who asks every profile's agent, and the models that some of them ask."""

    runner: AgentRunner
    models: Models

    @property
    def providers(self) -> Collection[str]:
        """Return the providers that can be asked, as they are at every look."""
        return self.models.providers


class Models:
    """The providers of one home in this process, and the gateway to them once somebody asks a model."""

    def __init__(self, store: Store, purse: SqlPurse, stack: AsyncExitStack) -> None:
        self._store = store
        self._purse = purse
        self._stack = stack
        self._file = store.settings.home / KEYS_FILE
        self._environment = environment_of(provider_variables(store.settings.providers))
        self._seen: _FileState = None
        self._opening = asyncio.Lock()
        self._connections: Connections | None = None
        self._agents: ModelAgents | None = None
        self._live: dict[str, OpenAiCompatible] = {}
        self._structured: set[str] = set()
        self.catalogue = Catalogue(store.settings.models)
        self.prices = PriceTable(stated=self.catalogue.prices, told=purse.prices)
        self.known: Sequence[ConfiguredProvider] = ()

    @property
    def keys_file(self) -> Path:
        """Return where stored keys are."""
        return self._file

    @property
    def providers(self) -> KeysView[str]:
        """Return the names of the providers that can be asked; the view goes on as they change."""
        return self._live.keys()

    def client(self, name: str) -> OpenAiCompatible | None:
        """Return the client of a provider, None where it cannot be asked."""
        return self._live.get(name)

    def would_be(self, keys: Mapping[str, Secret]) -> Sequence[ConfiguredProvider]:
        """Return the providers as they would be with `keys` in the file.

        Raises:
            RejectedError: a key or a URL cannot be used.
        """
        return configured_providers(self._store.settings.providers, self._environment, keys)

    async def open(self) -> None:
        """Learn which providers there are.

        Raises:
            RejectedError: a key, a URL or the file of keys cannot be used.
        """
        async with self._opening:
            seen = _state_of(self._file)
            await self._learn(self.would_be(keys_in(self._file)))
            self._seen = seen

    async def refresh(self) -> None:
        """Learn the providers anew if the file of keys was changed; raises as `open`."""
        if _state_of(self._file) != self._seen:
            await self.open()

    async def ask(self, question: Question) -> AgentReply:
        """Return what the profile's model says; see the arena's port."""
        try:
            await self.refresh()
        except RejectedError as error:
            _LOG.warning("keys_not_read", error=str(error))
        return await self.agents.ask(question)

    @property
    def agents(self) -> ModelAgents:
        """Return who asks models, made when it is first wanted: most commands never do, and all would wait for it."""
        if self._agents is None:
            self._agents = self._made()
        return self._agents

    @property
    def gateway(self) -> Gateway:
        """Return the one way to a model."""
        return self.agents.gateway

    @property
    def breaker_policy(self) -> BreakerPolicy:
        """Return when a model's breaker opens, and for how long."""
        return self._store.settings.gateway.breaker

    def healths(self) -> Mapping[ModelId, ModelHealth]:
        """Return what this process knows of the models that failed it; nothing before it asked one."""
        return {} if self._agents is None else self._agents.gateway.healths()

    def reset(self, model: ModelId) -> None:
        """Close the breaker of a model in this process."""
        if self._agents is not None:
            self._agents.gateway.reset(model)

    async def close(self) -> None:
        """Give up the requests whose callers left, and return once all are settled."""
        if self._agents is not None:
            await self._agents.gateway.close()

    async def _learn(self, known: Sequence[ConfiguredProvider]) -> None:
        endpoints = endpoints_of(known)
        live = {}
        if endpoints:
            from quorate.adapters.openai_compatible.client import (  # noqa: PLC0415  (slow)
                OpenAiCompatible,
            )

            connections = await self._connected()
            live = {
                each.name: OpenAiCompatible(each, connections, self._store.clock)
                for each in endpoints
            }
        for gone in self._live.keys() - live.keys():
            del self._live[gone]
        self._live.update(live)
        self._structured.clear()
        self._structured.update(each.name for each in endpoints if each.is_structured)
        self.known = known

    async def _connected(self) -> Connections:
        if self._connections is None:
            from quorate.adapters.openai_compatible.connections import (  # noqa: PLC0415  (slow)
                ConnectionPolicy,
                open_connections,
            )

            self._connections = await self._stack.enter_async_context(
                open_connections(ConnectionPolicy())
            )
        return self._connections

    def _made(self) -> ModelAgents:
        from quorate.arena.model_agents import ModelAgents  # noqa: PLC0415  (slow)
        from quorate.llm.service import Gateway  # noqa: PLC0415  (slow)

        store = self._store
        gateway = Gateway(
            models=self._live,
            purse=self._purse,
            prices=self.prices,
            clock=store.clock,
            ids=store.ids,
            draw=SystemRandom().random,
            policy=store.settings.gateway,
            answers=SqlAnswers(store.journal, store.database, store.tenant, store.clock),
        )
        return ModelAgents(
            gateway=gateway,
            catalogue=self.catalogue,
            providers=self.providers,
            structured=self._structured,
            clock=store.clock,
            ids=store.ids,
            prompts=PromptShelf(store),
        )


@asynccontextmanager
async def opened_agents(store: Store, purse: SqlPurse) -> AsyncIterator[Agents]:
    """Yield what asks agents; connections to models are opened only where a provider is configured.

    Raises:
        RejectedError: a key, a URL or the file of keys cannot be used.
    """
    async with AsyncExitStack() as stack:
        models = Models(store, purse, stack)
        await models.open()
        rules = RuleAgents(store.settings.agents, store.clock)
        try:
            yield Agents(AgentsByProvider(rules, models), models)
        finally:
            await models.close()


def _state_of(file: Path) -> _FileState:
    """Return what changes whenever the file is replaced, None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size, found.st_mode
