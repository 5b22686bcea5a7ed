"""`make paper-check`: hold the contract of every broker against the real paper account, and say what it kept.

Ends with 0 when everything was kept, 3 when something was not, 4 without keys, 78 when the endpoint is refused.
"""

from __future__ import annotations

import asyncio
import inspect
import secrets
import sys
from collections import Counter

from quorate.adapters.clock.system import SystemClock
from quorate.bootstrap.broking import KEY_ID, SECRET_KEY, OpenedBroker, open_broker
from quorate.cli.failures import ExitCode, exit_code
from quorate.config import load_settings
from quorate.kernel.errors import QuorateError
from tests.paper_check.account import NeedsAMarketError, OwnOrders, PaperStage
from tests.paper_check.contract import PaperContract

KEPT, BROKEN, MARKET, CLOSED = "kept", "BROKEN", "needs a market of one's own", "market closed"
REPLACING = "replace"
"""The broker replaces only what it works on, which it does in the hours of its market."""


async def check() -> ExitCode:
    """Check every promise in turn."""
    async with open_broker(load_settings(), SystemClock()) as broker:
        if broker is None:
            sys.stderr.write(
                f"error: no keys of a paper account. Nothing was asked. Fix: export {KEY_ID} and "
                f"{SECRET_KEY}, or quorate keys set alpaca\n"
            )
            return ExitCode.CREDENTIALS
        print(
            f"paper-check at {broker.host}: orders of AAPL that rest far away are placed and cancelled, "
            "12 USD of BTC/USD are bought and sold again; of paper money."
        )
        is_open = (await broker.account.clock()).is_open
        found = Counter([await _checked(broker, name, is_open=is_open) for name in _promises()])
    print(", ".join(f"{count} {what}" for what, count in sorted(found.items())))
    return ExitCode.PROBLEMS_FOUND if found[BROKEN] else ExitCode.DONE


def _promises() -> list[str]:
    members = inspect.getmembers(PaperContract, inspect.iscoroutinefunction)
    return [name for name, _ in members if name.startswith("test_")]


async def _checked(broker: OpenedBroker, name: str, *, is_open: bool) -> str:
    if REPLACING in name and "does_not_exist" not in name and not is_open:
        return _said(CLOSED, name)
    own = OwnOrders(broker.account, SystemClock(), secrets.token_hex(8))
    try:
        await getattr(PaperContract(), name)(PaperStage(own, broker.data))
    except NeedsAMarketError:
        return _said(MARKET, name)
    except (AssertionError, QuorateError, TimeoutError, KeyError, AttributeError) as error:
        return _said(BROKEN, name, f": {type(error).__name__} {error}".rstrip())
    finally:
        await own.clear()
    return _said(KEPT, name)


def _said(what: str, name: str, why: str = "") -> str:
    print(f"  {what:<28} {name.removeprefix('test_').replace('_', ' ')}{why}")
    return what


def main() -> int:
    """Check, and return how it ended."""
    try:
        return asyncio.run(check())
    except QuorateError as error:
        sys.stderr.write(f"error: {error}\n")
        return exit_code(error)


if __name__ == "__main__":
    sys.exit(main())
