"""The pages served without a socket: a home that tells what a test says, and somebody who is signed in."""

from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from litestar import Litestar
from litestar.testing import AsyncTestClient
from litestar.types import ASGIApp, Receive, Scope, Send

from quorate.access import Scope as Right
from quorate.agents.profile import AgentProfile
from quorate.agents.registry import RegisteredProfile
from quorate.arena.record import CostToday
from quorate.bootstrap import BookClock, Check, Page
from quorate.hub.pages import PAGES
from quorate.hub.pages.templating import template_config
from quorate.hub.security.principal import PRINCIPAL, RATES, Principal, PrincipalKind
from quorate.hub.security.rates import RateLimiter
from quorate.kernel.errors import QuorateError, UnavailableError
from quorate.kernel.ids import BookName
from tests.fakes.clock import FakeClock
from tests.fakes.registry import FakeRegistry
from tests.fakes.results import FakeResults
from tests.fakes.safety import FakeSafety
from tests.fakes.shown import FakeAlertDesk, FakeCycleShelf, FakeFleet, FakeTrading
from tests.unit.hub.pages.lines import ANALYST, MOMENTUM, SIZER, TREND, overview

OPERATOR = Principal(
    name="operator",
    kind=PrincipalKind.OPERATOR,
    scopes=frozenset(Right),
    csrf="a-token",
    session_id="a-session",
    fresh=True,
)
PART = {"HX-Request": "true"}


class Feed:
    async def head(self):
        return 7


@dataclass
class FakeHome:
    """What the pages may ask of the application; what stands in `broken` raises instead."""

    figures: Any = field(default_factory=overview)
    lines: list[Any] = field(default_factory=list)
    known: list[AgentProfile] = field(default_factory=lambda: [TREND, MOMENTUM, SIZER, ANALYST])
    checks: list[Check] = field(default_factory=list)
    finds: list[Any] = field(default_factory=list)
    broken: dict[str, QuorateError] = field(default_factory=dict)
    providers: frozenset[str] = frozenset()
    lines_of_money: list[Any] = field(default_factory=list)
    day_gauge: Any = None
    safety: FakeSafety = field(default_factory=FakeSafety)
    alerts: FakeAlertDesk = field(default_factory=FakeAlertDesk)
    results: FakeResults = field(default_factory=FakeResults)
    cycles: FakeCycleShelf = field(default_factory=FakeCycleShelf)
    trading: FakeTrading = field(default_factory=FakeTrading)
    clock: FakeClock = field(default_factory=FakeClock)
    fleet: FakeFleet = field(default_factory=FakeFleet)

    def __post_init__(self):
        """Register `known`; there is no provider unless a test says so."""
        held = {each.name: RegisteredProfile(each, 1) for each in self.known}
        self._registry = FakeRegistry(held=held, providers=self.providers)

    @property
    def registry(self):
        self._registry.failure = self.broken.get("profiles")
        return self._registry

    @property
    def prompts(self):
        return self._registry.prompts

    @property
    def money(self):
        return self

    async def gauge(self):
        """Return how full the day's limit is; it could not be read unless a test says so."""
        if self.day_gauge is None:
            raise UnavailableError("no gauge", source="database")
        return self.day_gauge

    async def budgets(self):
        return self._told("budgets", self.lines_of_money)

    def feed(self):
        return Feed()

    async def overview(self):
        return self._told("overview", self.figures)

    async def cost_today(self):
        return self._told(
            "cost_today", CostToday(self.figures.cost_today, self.figures.unpriced_today)
        )

    async def list_runs(self, _wanted, _limit, _after):
        return self._told("list_runs", Page(self.lines, None))

    async def book_clock(self):
        return self._told(
            "book_clock", BookClock(name=BookName("replay"), mode="REPLAY", as_of=date(2013, 3, 1))
        )

    async def profiles(self):
        return [each.profile for each in await self.registry.roster()]

    async def setup_checks(self):
        return self._told("setup_checks", self.checks)

    async def series_listing(self):
        return self._told("series_listing", [])

    async def find(self, _text, _limit):
        return self._told("find", self.finds)

    def _told(self, what, truth):
        if what in self.broken:
            raise self.broken[what]
        return truth


def signed_in(app: ASGIApp) -> ASGIApp:
    async def passed(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})[PRINCIPAL] = OPERATOR
        await app(scope, receive, send)

    return passed


@cache
def hub_of_pages() -> Litestar:
    """Return the pages' one application: its routes take longer to register than most tests take to run."""
    return Litestar(
        route_handlers=PAGES,
        template_config=template_config(),
        middleware=[signed_in],
        openapi_config=None,
        logging_config=None,
    )


@asynccontextmanager
async def visiting(home: FakeHome):
    """Yield a client that is signed in to pages over `home`; one home is visited at a time."""
    hub = hub_of_pages()
    assert not hub.state, "another home is being visited"
    hub.state.update({"app": home, RATES: RateLimiter(FakeClock())})
    try:
        async with AsyncTestClient(hub) as client:
            yield client
    finally:
        hub.state.clear()


Visit = Callable[..., Awaitable[Any]]


async def page_of(home: FakeHome, path: str, **headers: str) -> str:
    """Return the page at `path` as text; it must be there."""
    async with visiting(home) as client:
        answer = await client.get(path, headers=headers, follow_redirects=False)
        assert answer.status_code == 200, answer.text
        return str(answer.text)
