"""`quorate completion` and `quorate openapi`: what a shell and a program learn of this version."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation

if TYPE_CHECKING:
    from quorate.cli.ports import App

VARIABLE = "_QUORATE_COMPLETE"
"""By it a shell asks for what may stand next, as typer has it."""


class Shell(StrEnum):
    """The shells that can be completed in."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


Name = Annotated[Shell, typer.Argument(help="bash, zsh or fish.")]
Markdown = Annotated[bool, typer.Option("--markdown", help="As the tables of docs/api.md.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(completion)
    app.command()(openapi)


def completion(context: typer.Context, shell: Name) -> ExitCode:
    """Print what makes a shell complete the words of quorate: `eval "$(quorate completion bash)"`."""
    from typer.completion import (  # type: ignore[attr-defined]  # noqa: PLC0415
        get_completion_script,
    )

    call = invocation(context)
    script = get_completion_script(
        prog_name="quorate", complete_var=VARIABLE, shell=shell.value
    ).strip()
    call.terminal.reply({"shell": shell.value, "script": script}, script.splitlines())
    return ExitCode.DONE


def openapi(context: typer.Context, *, markdown: Markdown = False) -> ExitCode:
    """Print the description of the API (OpenAPI 3.1), as a hub serves it at /api/openapi.json."""
    call = invocation(context)
    return call.with_app(lambda app: _describe(app, call, markdown=markdown))


async def _describe(app: App, call: Invocation, *, markdown: bool) -> ExitCode:
    import json  # noqa: PLC0415

    from quorate.hub.described import described  # noqa: PLC0415  (slow; help must not wait)

    tree, tables = described(app)
    lines = tables if markdown else json.dumps(tree, indent=1, ensure_ascii=False)
    call.terminal.reply(tree, lines.splitlines())
    return ExitCode.DONE
