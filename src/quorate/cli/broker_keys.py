"""`quorate keys ... alpaca`: the two keys of the broker, and a look at its account that orders nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation
from quorate.cli.progress import waiting

if TYPE_CHECKING:
    from quorate.cli.broker_ports import BrokerKeyChange
    from quorate.cli.ports import App

BROKER: Final = "alpaca"
"""The name that stands for the broker where a provider of models could stand."""


async def set_keys(app: App, call: Invocation, typed: Callable[[str], str]) -> ExitCode:
    """Store both keys; `typed` asks for each."""
    from quorate.kernel.secret import Secret  # noqa: PLC0415  (help must not wait)

    key_id, secret = Secret(typed("alpaca's key id")), Secret(typed("alpaca's secret key"))
    change = await app.broker.store_keys(key_id, secret)
    _reply(call, change, f"The keys of {BROKER} are {'' if change.applied else 'already '}stored.")
    return ExitCode.DONE


async def remove_keys(app: App, call: Invocation) -> ExitCode:
    """Take the stored keys away."""
    change = await app.broker.remove_keys()
    said = "were taken away" if change.applied else "were not stored"
    _reply(call, change, f"The keys of {BROKER} {said}.")
    return ExitCode.DONE


async def test_keys(app: App, call: Invocation) -> ExitCode:
    """Ask the account, its clock and the market data; 3 where the account takes no orders."""
    with waiting(call.terminal, f"{BROKER} is asked"):
        told = (await app.broker.test()).as_json()
    call.terminal.reply(told, _lines(told))
    return ExitCode.DONE if told["ok"] else ExitCode.PROBLEMS_FOUND


def _lines(told: Mapping[str, object]) -> Iterator[str]:
    yield f"{told['name']}: {'answers' if told['ok'] else 'takes no orders from this account'}"
    yield f"  host     {told['host']}"
    yield f"  account  equity ${told['equity']}, cash ${told['cash']}"
    yield f"  market   {'open' if told['marketOpen'] else 'closed'}"
    yield f"  data     {'quotes come' if told['marketData'] else 'no quote came'}"


def _reply(call: Invocation, change: BrokerKeyChange, said: str) -> None:
    broker = change.broker
    tree = {"target": BROKER, "applied": change.applied, "dryRun": False, **broker.as_json()}
    call.terminal.reply(tree, [said])
    if broker.key_source == "env":
        call.terminal.note(
            f"{broker.key_variable} is set and goes before the stored keys (it ends in {broker.last4 or '...'})."
        )
