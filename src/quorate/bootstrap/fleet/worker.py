"""A worker, wired: its connection, its files, its models, and the handlers of what it can do. It opens no database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from random import SystemRandom
from typing import Final

from quorate import __version__
from quorate.adapters.clock.system import RandomIds, SystemClock
from quorate.adapters.files.worker_home import FileAnswers, FileSeries, FileSpool, WorkerHome
from quorate.adapters.telemetry.logs import configure_logs
from quorate.adapters.worker_socket.client import HubClient, open_hub
from quorate.adapters.worker_socket.endpoint import HubEndpoint
from quorate.bootstrap.fleet.worker_models import opened_models
from quorate.bootstrap.fleet.worker_tasks import AnalysisWork, SignalWork
from quorate.bootstrap.hub_api import checked_token
from quorate.config import Settings, environment_of
from quorate.fleet.capability import canonical_capability, is_capable
from quorate.fleet.outcome import TRADING_ANALYSIS, TRADING_SIGNAL
from quorate.fleet.ports import Handler, Told
from quorate.fleet.service import Worker
from quorate.fleet.worker_policy import WorkerIdentity, WorkerPolicy
from quorate.kernel.secret import Secret

TOKEN_VARIABLE: Final = "QUORATE_WORKER_TOKEN"  # noqa: S105  (a name, no token)
"""Where a worker's token stands; a command line can be read by every other process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerWish:
    """Which worker is wanted; without a `name` it is called after its machine."""

    hub: str
    token: Secret = field(repr=False)
    capabilities: tuple[str, ...]
    name: str = ""
    slots: int = 4
    policy: WorkerPolicy = field(default_factory=WorkerPolicy)


def worker_token(content: str = "") -> Secret:
    """Return the token in a file's `content`, or without one that of the environment.

    Raises:
        RejectedError: there is none, or none that a hub made (slug `unauthenticated`).
    """
    return checked_token(
        content or environment_of([TOKEN_VARIABLE]).get(TOKEN_VARIABLE, ""),
        effect="the worker was not started",
        fix=f"make one there: quorate tokens create NAME --scope worker, and export {TOKEN_VARIABLE}",
    )


@asynccontextmanager
async def opened_worker(
    settings: Settings, wish: WorkerWish, tell: Told, own: Mapping[str, Handler] | None = None
) -> AsyncIterator[Worker]:
    """Yield a worker that is ready to run; `own` handlers stand in for those that Quorate has.

    Raises:
        RejectedError: it cannot be started as wished.
    """
    configure_logs(settings.log.level)
    endpoint = HubEndpoint.at(wish.hub, wish.token)
    capabilities = {canonical_capability(name): True for name in wish.capabilities}
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        home = WorkerHome.claimed(settings.home, wish.name)
        stack.callback(home.close)
        hub = await stack.enter_async_context(open_hub(endpoint))
        worker = Worker(
            hub=hub,
            identity=WorkerIdentity(
                agent_id=home.name, capabilities=capabilities, version=__version__, slots=wish.slots
            ),
            spool=FileSpool(home.folder / "spool"),
            clock=clock,
            draw=SystemRandom().random,
            tell=tell,
            policy=wish.policy,
        )
        if own is None:
            worker.handlers = await _handlers(settings, worker, hub, home, stack)
        else:
            worker.handlers = own
        yield worker


async def _handlers(
    settings: Settings, worker: Worker, hub: HubClient, home: WorkerHome, stack: AsyncExitStack
) -> Mapping[str, Handler]:
    """Return the handlers of the types that the worker's capabilities are enough for."""
    handlers: dict[str, Handler] = {}
    able = worker.identity.capabilities
    if is_capable(TRADING_SIGNAL, able):
        handlers[TRADING_SIGNAL] = SignalWork()
    if is_capable(TRADING_ANALYSIS, able):
        models = await stack.enter_async_context(
            opened_models(
                settings,
                worker.asking,
                FileAnswers(home.folder / "answers"),
                worker.clock,
                RandomIds(),
            )
        )
        if not models.providers:
            worker.tell("no_provider", {"fix": "export a provider's key, or quorate keys set NAME"})
        handlers[TRADING_ANALYSIS] = AnalysisWork(
            models=models,
            policy=settings.agents,
            source=hub,
            cache=FileSeries(settings.home / "worker" / "series"),
            clock=worker.clock,
        )
    return handlers
