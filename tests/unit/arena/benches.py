"""A bench of the five keyless agents, and the packaged stocks that have all of their history."""

from decimal import Decimal

from quorate.agents.defaults import KEYLESS_PROFILES
from quorate.agents.policy import AgentsPolicy
from quorate.arena.hindsight import Bench
from quorate.arena.policy import ArenaPolicy
from tests.unit.market.histories import AAPL, GOOG, IBM, MSFT, packaged

BENCH = Bench(
    profiles=tuple(sorted(KEYLESS_PROFILES, key=lambda profile: profile.name)),
    agents=AgentsPolicy(),
    arena=ArenaPolicy(),
    cash=Decimal(100_000),
)
STOCKS = {symbol: packaged()[symbol] for symbol in (AAPL, GOOG, IBM, MSFT)}
