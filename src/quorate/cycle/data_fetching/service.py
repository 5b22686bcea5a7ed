"""Data fetching: what we believe is brought up to the broker's truth, then the market is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from quorate.cycle.ports import Fetched, FetchedSymbol, Market, StepResult, Venue
from quorate.cycle.record import RecordedCycle
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import UnavailableError
from quorate.kernel.stamps import stamp
from quorate.kernel.step_message import StepName


class DataFetching:
    """The first step. Source: R-010."""

    name: Final = StepName.DATA_FETCHING

    def __init__(self, market: Market, venue: Venue) -> None:
        self._market = market
        self._venue = venue

    async def run(self, cycle: RecordedCycle) -> StepResult:
        """Say what the market was at the close of the cycle's session, and which symbols had to be left out.

        Raises:
            UnavailableError: no bar of any symbol could be had, or the broker told nothing.
        """
        await self._venue.ready()
        fetched = await self._market.fetched(cycle.facts.symbols, cycle.facts.session)
        if not fetched.symbols:
            reasons = "; ".join(f"{symbol}: {why}" for symbol, why in fetched.left_out.items())
            raise UnavailableError(
                f"no symbol has bars that can be used ({reasons})", source=fetched.source
            )
        return StepResult(data=_told(fetched))


def _told(fetched: Fetched) -> Mapping[str, JsonValue]:
    return {
        "asOf": fetched.as_of.isoformat(),
        "snapshotHash": fetched.snapshot_hash,
        "source": fetched.source,
        "fetchedAt": stamp(fetched.fetched_at),
        "symbols": {str(symbol): _symbol(each) for symbol, each in fetched.symbols.items()},
        "leftOut": {str(symbol): why for symbol, why in fetched.left_out.items()},
    }


def _symbol(fetched: FetchedSymbol) -> dict[str, JsonValue]:
    return {
        "close": format(fetched.close, "f"),
        "previousClose": format(fetched.previous_close, "f"),
        "session": fetched.session.isoformat(),
        "stale": fetched.stale or None,
    }
