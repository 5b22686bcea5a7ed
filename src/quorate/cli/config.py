"""`quorate config`: what is in force, and whether it is allowed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.noun import noun

if TYPE_CHECKING:
    from quorate.config import ConfigError


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
