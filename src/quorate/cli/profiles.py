"""`quorate profiles`: who may speak."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli import profile_changes
from quorate.cli.failures import ExitCode
from quorate.cli.invocation import OPERATOR, Invocation, invocation
from quorate.cli.listing import cell, part, show_list
from quorate.cli.noun import noun
from quorate.cli.profile_view import COLUMNS, details, history_line, history_tree, row
from quorate.cli.typed import ProfileArgument as Name
from quorate.kernel.ids import ProfileName
from quorate.kernel.stamps import stamp

if TYPE_CHECKING:
    from quorate.cli.ports import App

Archived = Annotated[
    bool, typer.Option("--archived", help="Also those that were archived, which never run again.")
]
Version = Annotated[int | None, typer.Option("--version", min=1, help="As it was in this version.")]


def _list(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _show_profiles(app, call, archived=False))


app = noun("Profiles of agents; the bare noun lists them.", _list)


@app.command("list")
def list_(context: typer.Context, *, archived: Archived = False) -> ExitCode:
    """List the profiles."""
    call = invocation(context)
    return call.with_app(lambda app: _show_profiles(app, call, archived=archived))


@app.command()
def show(context: typer.Context, name: Name, *, version: Version = None) -> ExitCode:
    """Show everything about a profile, as it is or as it was."""
    call = invocation(context)
    return call.with_app(lambda app: _show_profile(app, call, name, version))


@app.command()
def history(context: typer.Context, name: Name) -> ExitCode:
    """Show who changed what of a profile, and when, newest first."""
    call = invocation(context)
    return call.with_app(lambda app: _show_history(app, call, name))


@app.command()
def enable(context: typer.Context, name: Name) -> ExitCode:
    """Let a profile take part in runs."""
    call = invocation(context)
    return call.with_app(lambda app: _switch(app, call, name, enabled=True))


@app.command()
def disable(context: typer.Context, name: Name) -> ExitCode:
    """Keep a profile out of runs."""
    call = invocation(context)
    return call.with_app(lambda app: _switch(app, call, name, enabled=False))


profile_changes.add_to(app)


async def _show_profiles(app: App, call: Invocation, *, archived: bool) -> ExitCode:
    roster = [each for each in await app.registry.roster() if archived or not each.profile.archived]
    roster.sort(key=lambda each: each.profile.name)
    page = part(roster, lambda each: each.profile.name, limit=call.limit, cursor=call.cursor)
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[row(each) for each in page.items],
        next_cursor=page.next_cursor,
        columns=COLUMNS,
    )
    return ExitCode.DONE


async def _show_profile(app: App, call: Invocation, name: str, version: int | None) -> ExitCode:
    registered = await app.registry.profile(name)
    if version is not None:
        from quorate.agents.history import version_in  # noqa: PLC0415  (slow; help must not wait)
        from quorate.agents.registry import RegisteredProfile  # noqa: PLC0415

        step = version_in(await app.registry.history(name), version)
        registered = RegisteredProfile(step.profile, step.version)
    tree = details(registered)
    call.terminal.reply(tree, [f"{field:<16} {cell(value)}" for field, value in tree.items()])
    return ExitCode.DONE


async def _show_history(app: App, call: Invocation, name: str) -> ExitCode:
    steps = list(reversed(await app.registry.history(name)))
    page = part(steps, lambda step: str(step.seq), limit=call.limit, cursor=call.cursor)
    tree = {
        "readAt": stamp(app.clock.now()),
        "items": [history_tree(step) for step in page.items],
        "nextCursor": page.next_cursor,
    }
    call.terminal.reply(tree, [history_line(step) for step in page.items])
    if page.next_cursor and not call.terminal.as_json:
        call.terminal.note(f"More: add --cursor {page.next_cursor}")
    return ExitCode.DONE


async def _switch(app: App, call: Invocation, name: str, *, enabled: bool) -> ExitCode:
    change = await app.registry.switch(ProfileName(name), enabled=enabled, by=OPERATOR)
    state = "enabled" if enabled else "disabled"
    tree = {
        "target": name,
        "applied": change.applied,
        "dryRun": False,
        **row(await app.registry.profile(name)),
    }
    already = "" if change.applied else "already "
    call.terminal.reply(tree, [f"{name} is {already}{state}."])
    return ExitCode.DONE
