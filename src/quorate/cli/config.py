"""`quorate config`: what is in force, and whether it is allowed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.noun import noun
from quorate.kernel.errors import RejectedError

if TYPE_CHECKING:
    from quorate.config import ConfigError


Key = Annotated[str, typer.Argument(metavar="KEY", help="As in log.level.")]
Value = Annotated[
    str,
    typer.Argument(metavar="VALUE", help="As TOML has it, or bare text; default gives it back."),
]


def _show(context: typer.Context) -> ExitCode:
    from quorate.config import config_file  # noqa: PLC0415  (slow; help must not wait)

    call = invocation(context)
    settings = call.settings()
    file = config_file()
    tree = {
        "file": str(file) if file.exists() else None,
        "config": settings.effective(),
        "configHash": settings.config_hash,
    }
    call.terminal.reply(tree, _lines(tree))
    return ExitCode.DONE


app = noun("The configuration; the bare noun shows it.", _show)


@app.command()
def show(context: typer.Context) -> ExitCode:
    """Show every value in force, passwords masked."""
    return _show(context)


@app.command(name="get")
def get_(context: typer.Context, key: Key) -> ExitCode:
    """Show one value in force, as `quorate config get log.level`."""
    call = invocation(context)
    value = _found(call.settings().effective(), key)
    call.terminal.reply({"key": key, "value": value}, [_said(value)])
    return ExitCode.DONE


@app.command(name="set")
def set_(context: typer.Context, key: Key, value: Value) -> ExitCode:
    """Set a value in the configuration file, whose comments stay; refused as a whole where it would not be allowed."""
    from quorate.config.editing import GIVEN_BACK, edit_config  # noqa: PLC0415  (slow; help must not wait)
    from quorate.config.reloadable import RELOADABLE  # noqa: PLC0415

    call = invocation(context)
    done = edit_config({key: value})
    at_once = key in RELOADABLE
    tree = {
        "target": key,
        "applied": done.applied,
        "dryRun": False,
        "file": str(done.file),
        "value": _found(done.settings.effective(), key),
        "reloadable": at_once,
        "overridden": list(done.overridden),
        "configHash": done.settings.config_hash,
    }
    when = "a hub that is served takes it up" if at_once else "it holds from the next start on"
    act = "is the default's again, in" if value == GIVEN_BACK else "is set in"
    told = f"{key} {act} {done.file}; {when}." if done.applied else f"{key} is so already."
    call.terminal.reply(tree, [told])
    for name in done.overridden:
        call.terminal.note(f"{name} is set and goes before the file.")
    return ExitCode.DONE


@app.command()
def validate(context: typer.Context) -> ExitCode:
    """Name everything that is wrong with the configuration at once; 78 = it is refused."""
    from quorate.config import ConfigError  # noqa: PLC0415  (slow; help must not wait)

    call = invocation(context)
    try:
        settings = call.settings()
    except ConfigError as error:
        return _refused(call, error)
    tree = {"ok": True, "errors": [], "configHash": settings.config_hash}
    call.terminal.reply(tree, [f"ok: {settings.config_hash}"])
    return ExitCode.DONE


def _found(tree: Mapping[str, object], key: str) -> object:
    """Return the value of a key with dots.

    Raises:
        RejectedError: there is no such key.
    """
    found: object = tree
    for name in key.split("."):
        if not isinstance(found, Mapping) or name not in found:
            raise RejectedError(
                f"there is no key '{key}'",
                effect="nothing is shown",
                fix="quorate config show names every key",
                slug="not-found",
            )
        found = found[name]
    return found


def _said(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _refused(call: Invocation, error: ConfigError) -> ExitCode:
    errors = [{"key": e.key, "problem": e.problem, "code": e.code} for e in error.errors]
    call.terminal.reply({"ok": False, "errors": errors, "configHash": None}, map(str, error.errors))
    call.terminal.complain(
        f"error: {len(errors)} in the configuration, {error.effect}. Fix: {error.fix}"
    )
    return ExitCode.CONFIG


def _lines(tree: Mapping[str, object]) -> Iterator[str]:
    yield f"# file: {tree['file'] or 'none, defaults and environment only'}"
    yield f"# hash: {tree['configHash']}"
    sections = tree["config"]
    for name, section in sections.items() if isinstance(sections, dict) else ():
        if isinstance(section, dict):
            yield from ("", f"[{name}]", *(f"{key} = {value}" for key, value in section.items()))
        else:
            yield f"{name} = {section}"
