"""Nouns: groups of commands, of which the bare name does the harmless thing."""

from __future__ import annotations

from collections.abc import Callable

import typer

from quorate.cli.failures import ExitCode


def noun(about: str, bare: Callable[[typer.Context], ExitCode] | None = None) -> typer.Typer:
    """Return a group; its bare name does `bare`, or shows the help."""
    group = typer.Typer(help=about, rich_markup_mode=None, invoke_without_command=True)

    @group.callback()
    def _bare(context: typer.Context) -> ExitCode:
        if context.invoked_subcommand is not None:
            return ExitCode.DONE
        if bare is not None:
            return bare(context)
        typer.echo(context.get_help())
        return ExitCode.DONE

    return group
