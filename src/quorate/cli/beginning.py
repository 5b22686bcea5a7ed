"""`quorate init`: a home with its database, its packaged history and a configuration file to write in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation

if TYPE_CHECKING:
    from quorate.cli.ports import App

FIRST_FILE: Final = """\
# The configuration of this home. Every key has a default: `quorate config show` tells what is in force,
# `quorate config set KEY VALUE` writes here, `quorate config validate` says what is wrong.
# Keys of providers and of the broker never stand here: quorate keys set NAME
"""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(init)


def init(context: typer.Context) -> ExitCode:
    """Make a home: folder, configuration file, database and history. What is there already stays as it is."""
    call = invocation(context)
    settings = call.settings()
    made = list(call.compose().mend_home(settings))
    made += _config_file()
    return call.with_app(lambda app: _shown(app, call, made))


def _config_file() -> Iterator[str]:
    from quorate.config import config_file  # noqa: PLC0415  (slow; help must not wait)

    file = config_file()
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(FIRST_FILE)
        yield f"{file} was written"


async def _shown(app: App, call: Invocation, made: list[str]) -> ExitCode:
    series = await app.series_listing()
    tree = {
        "target": str(app.home),
        "applied": bool(made),
        "dryRun": False,
        "made": made,
        "symbols": [one.symbol for one in series],
        "next": ["quorate doctor", "quorate run AAPL", "quorate up --open"],
    }
    said = made or [f"{app.home} is there already."]
    call.terminal.reply(
        tree,
        [*said, f"{len(series)} symbols of history.", "Next: quorate run AAPL, quorate up --open"],
    )
    return ExitCode.DONE
