"""`quorate keys`: keys of providers and of the broker: typed or piped in, never an argument, never shown again."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import TYPE_CHECKING, Annotated, Final

import typer

from quorate.cli.broker_keys import BROKER, remove_keys, set_keys, test_keys
from quorate.cli.failures import ExitCode
from quorate.cli.invocation import OPERATOR, Invocation, invocation
from quorate.cli.listing import part, show_list
from quorate.cli.noun import noun
from quorate.cli.providers import Model, Name, run_test
from quorate.kernel.errors import RejectedError

if TYPE_CHECKING:
    from quorate.cli.model_ports import KeyChange
    from quorate.cli.ports import App

COLUMNS: Final = ("name", "keySource", "last4", "keyStored", "keyVariable")
LONGEST_LINE: Final = 8192

Surplus = Annotated[list[str] | None, typer.Argument(hidden=True)]


def _list(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _show_keys(app, call))


app = noun(
    "The keys of providers and of the broker; the bare noun lists where each comes from.", _list
)


@app.command("list")
def list_(context: typer.Context) -> ExitCode:
    """List where each key comes from, and its last four characters."""
    return _list(context)


@app.command("set")
def set_(context: typer.Context, name: Name, surplus: Surplus = None) -> ExitCode:
    """Store a key, typed without echo or piped in, in a file that only you can read; alpaca has two, a line each."""
    if surplus:
        raise RejectedError(
            "a key is never an argument: it stands in your shell's history now",
            effect="no key was stored",
            fix=f"revoke that key, then quorate keys set {name}, and type the new one when asked",
        )
    call = invocation(context)
    if name == BROKER:
        return call.with_app(lambda app: set_keys(app, call, _typed))
    return call.with_app(lambda app: _set(app, call, name))


@app.command()
def remove(context: typer.Context, name: Name) -> ExitCode:
    """Take a stored key away; one in the environment stays."""
    call = invocation(context)
    if name == BROKER:
        return call.with_app(lambda app: remove_keys(app, call))
    return call.with_app(lambda app: _remove(app, call, name))


@app.command("test")
def try_(context: typer.Context, name: Name, *, model: Model = None) -> ExitCode:
    """Try a key: models, credit, then one call of a token whose cost is stated first; alpaca: a look at the account."""
    if name == BROKER:
        call = invocation(context)
        return call.with_app(lambda app: test_keys(app, call))
    return run_test(invocation(context), name, model)


@app.command("rotate")
def rotate(context: typer.Context) -> ExitCode:
    """Put a fresh signing key in the place of this home's; what the old one signed still verifies."""
    call = invocation(context)
    return call.with_app(lambda app: _rotate(app, call))


async def _rotate(app: App, call: Invocation) -> ExitCode:
    rotated = await app.law.rotate_key(OPERATOR)
    tree = {
        "target": rotated.new_key_id,
        "applied": True,
        "dryRun": False,
        "oldKeyId": rotated.old_key_id,
        "newKeyId": rotated.new_key_id,
        "publicKey": rotated.public_key,
    }
    call.terminal.reply(
        tree, [f"{rotated.new_key_id} signs from now on, after {rotated.old_key_id}."]
    )
    call.terminal.note("Processes that run go on with the old key until they are started again.")
    return ExitCode.DONE


async def _show_keys(app: App, call: Invocation) -> ExitCode:
    listed = await app.models.providers.listed()
    told = [each.as_json() for each in (await app.broker.shown(), *listed)]
    page = part(told, lambda each: str(each["name"]), limit=call.limit, cursor=call.cursor)
    rows = [{column: each[column] for column in COLUMNS} for each in page.items]
    show_list(
        call,
        read_at=app.clock.now(),
        rows=rows,
        next_cursor=page.next_cursor,
        columns=COLUMNS,
    )
    return ExitCode.DONE


async def _set(app: App, call: Invocation, name: str) -> ExitCode:
    from quorate.kernel.secret import Secret  # noqa: PLC0415  (help must not wait)

    await app.models.providers.named(name)
    change = await app.models.providers.store_key(name, Secret(_typed(f"Key of {name}")))
    already = "" if change.applied else "already "
    _reply(call, change, f"The key of {name} is {already}stored.")
    return ExitCode.DONE


async def _remove(app: App, call: Invocation, name: str) -> ExitCode:
    change = await app.models.providers.remove_key(name)
    said = "was taken away" if change.applied else "was not stored"
    _reply(call, change, f"The key of {name} {said}.")
    return ExitCode.DONE


def _reply(call: Invocation, change: KeyChange, said: str) -> None:
    provider = change.provider
    tree = {
        "target": provider.name,
        "applied": change.applied,
        "dryRun": False,
        **provider.as_json(),
    }
    call.terminal.reply(tree, [said])
    if provider.key_source == "env":
        call.terminal.note(
            f"{provider.key_variable} is set and goes before the stored key (it ends in {provider.last4 or '...'})."
        )


def _typed(what: str) -> str:
    """Return a key that somebody types without echo, or pipes in as one line."""
    if sys.stdin.isatty():
        return getpass(f"{what[:1].upper()}{what[1:]} (not shown): ")
    return sys.stdin.readline(LONGEST_LINE).rstrip("\r\n")
