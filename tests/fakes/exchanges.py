"""A simulated broker on a market that a test makes up session by session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from quorate.adapters.simulated_broker.account import SimulatedAccount
from quorate.adapters.simulated_broker.broker import SimulatedBroker, SimulatedMarket
from quorate.kernel.ids import BookName, Symbol
from quorate.market.actions import CorporateAction
from quorate.market.bar import Bar
from quorate.portfolio import PortfolioPolicy, SessionMarket
from tests.fakes.rows import RowsAlone

AAPL = Symbol("AAPL")
BOOK = BookName("replay")
FIRST = date(2012, 3, 1)
SESSIONS = tuple(FIRST + timedelta(days=day) for day in range(20))


def bar(session, opened, high, low, close, volume=1_000_000) -> Bar:
    return Bar(session, *(Decimal(str(each)) for each in (opened, high, low, close, volume)))


def broker_on(journal, policy: PortfolioPolicy | None = None) -> SimulatedBroker:
    return SimulatedBroker(
        BOOK,
        journal,
        SimulatedMarket(sessions=SESSIONS, symbols=frozenset({AAPL})),
        policy or PortfolioPolicy(),
        SimulatedAccount(session=FIRST - timedelta(days=1), cash=Decimal(100_000)),
    )


@dataclass
class SimulatedStage:
    """The broker, and a market in which all of a session's prices are the one that the test names."""

    journal: object = field(default_factory=RowsAlone)
    policy: PortfolioPolicy = field(default_factory=PortfolioPolicy)
    broker: SimulatedBroker = field(init=False)

    def __post_init__(self) -> None:
        self.broker = broker_on(self.journal, self.policy)
        self.played = 0

    async def trade(self, symbol: str, price: str) -> None:
        """Trade at a price within the session that is open."""
        session = SESSIONS[self.played]
        await self.broker.trade({Symbol(symbol): bar(session, price, price, price, price)})

    async def opened(self) -> SimulatedStage:
        """Open the first session, in which AAPL has traded at 100."""
        session = SESSIONS[self.played]
        bars = {AAPL: bar(session, 100, 100, 100, 100)}
        await self.broker.begin(SessionMarket(session=session, bars=bars))
        return self

    async def day(
        self,
        opened,
        high,
        low,
        close,
        volume: int = 1_000_000,
        actions: Sequence[CorporateAction] = (),
    ) -> None:
        """Play the next session whole."""
        await self.morning(opened, high, low, close, volume, actions)
        await self.broker.finish()

    async def morning(self, opened, high, low, close, volume=1_000_000, actions=()) -> None:
        """Begin the next session."""
        self.played += 1
        session = SESSIONS[self.played]
        market = SessionMarket(
            session=session,
            bars={AAPL: bar(session, opened, high, low, close, volume)},
            actions={AAPL: actions} if actions else {},
        )
        await self.broker.begin(market)


async def staged(**parts) -> SimulatedStage:
    """Return a stage whose first session is over: AAPL closed at 100."""
    stage = await SimulatedStage(**parts).opened()
    await stage.broker.finish()
    return stage
