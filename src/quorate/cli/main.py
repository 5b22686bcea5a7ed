"""The `quorate` program: its commands, and the one place where failures become exit codes."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.completion import completion_init  # type: ignore[attr-defined]

from quorate import __version__
from quorate.cli import (
    agents,
    audit,
    beginning,
    breakers,
    budget,
    compete,
    config,
    cost,
    cycle,
    data,
    database,
    debate,
    doctor,
    explain,
    halt,
    keys,
    lab,
    leaderboard,
    orders,
    outcomes,
    positions,
    presets,
    prices,
    profiles,
    providers,
    replay,
    results,
    router,
    run,
    runs,
    serving,
    shells,
    sign_ins,
    strategies,
    tasks,
    templates,
    tokens,
    tools,
    trial,
    up,
    verdicts,
    waivers,
    worker,
)
from quorate.cli.choosing import chooser, database_url
from quorate.cli.failures import (
    ExitCode,
    exit_code,
    failure_tree,
    internal_error,
    shortened,
    usage_error,
)
from quorate.cli.invocation import Invocation, Remote
from quorate.cli.root import MAX_LIMIT, RootGroup
from quorate.cli.terminal import Terminal
from quorate.kernel.errors import QuorateError, root_cause

if TYPE_CHECKING:
    from quorate.cli.ports import Compose, Composition

app = typer.Typer(
    cls=RootGroup,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="The options above may stand anywhere. A bare noun lists: `quorate runs`.",
)
up.add_to(app)
worker.add_to(app)
run.add_to(app)
replay.add_to(app)
halt.add_to(app)
explain.add_to(app)
results.add_to(app)
trial.add_to(profiles.app)
beginning.add_to(app)
serving.add_to(app)
shells.add_to(app)
for noun, commands in {
    "runs": runs.app,
    "cycle": cycle.app,
    "debate": debate.app,
    "compete": compete.app,
    "profiles": profiles.app,
    "templates": templates.app,
    "strategies": strategies.app,
    "orders": orders.app,
    "positions": positions.app,
    "outcomes": outcomes.app,
    "tasks": tasks.app,
    "agents": agents.app,
    "router": router.app,
    "tracker": router.tracker,
    "control": router.control,
    "lab": lab.app,
    "leaderboard": leaderboard.app,
    "providers": providers.app,
    "keys": keys.app,
    "presets": presets.app,
    "budget": budget.app,
    "cost": cost.app,
    "prices": prices.app,
    "tools": tools.app,
    "breakers": breakers.app,
    "data": data.app,
    "audit": audit.app,
    "verdicts": verdicts.app,
    "waivers": waivers.app,
    "tokens": tokens.app,
    "sign-ins": sign_ins.app,
    "db": database.app,
    "config": config.app,
}.items():
    app.add_typer(commands, name=noun)
doctor.add_to(app)


def _show_version(wanted: bool) -> None:  # noqa: FBT001  (typer calls it so)
    if wanted:
        typer.echo(f"quorate {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def quorate(  # noqa: PLR0913  (one parameter per global option)
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=MAX_LIMIT, help="Rows of a list.")] = 25,
    cursor: Annotated[str | None, typer.Option(help="Go on where a list ended.")] = None,
    jq: Annotated[
        str | None, typer.Option(metavar="EXPR", help="What of the JSON is wanted, as jq says it.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Agree beforehand to what is asked.")] = False,
    profile_dir: Annotated[
        str, typer.Option(metavar="DIR", help="The home; goes before QUORATE_HOME.")
    ] = "",
    db: Annotated[
        str, typer.Option(metavar="PATH", help="The database; goes before QUORATE_DATABASE_URL.")
    ] = "",
    server: Annotated[
        str, typer.Option(metavar="URL", help="Ask the hub there, with the token in QUORATE_TOKEN.")
    ] = "",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the result.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Trace a failure.")] = False,  # noqa: ARG001  (read by `main`)
    no_color: Annotated[bool, typer.Option("--no-color", help="Also: NO_COLOR=1.")] = False,
    no_color_wish: Annotated[str, typer.Option(envvar="NO_COLOR", hidden=True)] = "",
    version: Annotated[  # noqa: ARG001  (its callback acts)
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Say which.")
    ] = False,
) -> ExitCode:
    """Let a quorum of agents argue over a trade, and prove every step."""
    if profile_dir or db:
        from quorate.config import chosen  # noqa: PLC0415  (slow; help must not wait)

        context.with_resource(chosen(home=profile_dir, database=database_url(db)))
    context.obj = Invocation(
        terminal=Terminal(
            out=sys.stdout,
            err=sys.stderr,
            as_json=as_json or jq is not None,
            quiet=quiet,
            colour=not (no_color or no_color_wish),
            chosen=None if jq is None else chooser(jq),
        ),
        agreed=yes,
        limit=limit,
        cursor=cursor,
        compose=context.obj,
        remote=_remote(server, home=profile_dir or db),
    )
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
    return ExitCode.DONE


def _remote(url: str, *, home: str) -> Remote | None:
    if not url:
        return None
    if home:
        raise usage_error(
            "--server asks a running hub, so --profile-dir and --db have no meaning beside it",
            "quorate",
        )
    from quorate.cli.remote import RemoteHub  # noqa: PLC0415  (slow; help must not wait)

    return RemoteHub(url)


def main(arguments: Sequence[str] | None = None, compose: Compose | None = None) -> int:
    """Run one command and return its exit code; `compose` stands in for the real application."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    _open_streams()
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    command = typer.main.get_command(app)
    completion_init()
    try:
        code = command.main(words, "quorate", standalone_mode=False, obj=compose or _composition)
    except typer.TyperException as error:
        return _fail(usage_error(_message(error), _command(error)), words)
    except Exception as error:  # noqa: BLE001  (the edge: every failure becomes one line and a code)
        return _fail(error, words)
    if code == ExitCode.INTERRUPTED:
        _terminal(words).complain("interrupted; what the journal holds stands.")
    return int(code or ExitCode.DONE)


def _open_streams() -> None:
    """Put a stream that leads nowhere in the place of one that the shell closed (`>&-`)."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115


def _fail(error: Exception, words: Sequence[str]) -> ExitCode:
    """Say what happened on stderr, as JSON on stdout where that is wanted."""
    cause = root_cause(error)
    known = cause if isinstance(cause, QuorateError) else internal_error(cause)
    terminal = _terminal(words)
    if terminal.as_json:
        terminal.reply(failure_tree(known), ())
    if {"--verbose", "-v"}.intersection(words) and not isinstance(cause, QuorateError):
        traceback.print_exception(error)
    terminal.complain(f"error: {shortened(str(known))}")
    return exit_code(known)


def _terminal(words: Sequence[str]) -> Terminal:
    """Return a terminal for words that could perhaps not be parsed."""
    colour = "--no-color" not in words
    return Terminal(out=sys.stdout, err=sys.stderr, as_json=_wants_json(words), colour=colour)


def _wants_json(words: Sequence[str]) -> bool:
    return any(word.partition("=")[0] in {"--json", "--jq"} for word in words)


def _command(error: typer.TyperException) -> str:
    """Return the command that the words were meant for, as far as they could be read."""
    context = getattr(error, "ctx", None)
    return "quorate" if context is None else str(context.command_path)


def _message(error: typer.TyperException) -> str:
    formatted = getattr(error, "format_message", None)
    return " ".join((formatted() if formatted else str(error)).split())


def _composition() -> Composition:
    """Import the application; what is imported stays, so to look through it for garbage is a fifth of the start."""
    gc.disable()
    try:
        from quorate import bootstrap  # noqa: PLC0415  (slow; help must not wait)
    finally:
        gc.enable()
    gc.freeze()
    return bootstrap
