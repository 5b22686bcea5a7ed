"""`quorate profiles`: who may speak."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.listing import Row, part, show_list
from quorate.cli.noun import noun
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import ProfileName

if TYPE_CHECKING:
    from quorate.agents.profile import AgentProfile
    from quorate.cli.ports import App

Name = Annotated[str, typer.Argument(metavar="NAME", help="A profile's name.")]
COLUMNS = ("name", "role", "provider", "model", "tier", "mode", "enabled", "voter")


def _list(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _show_profiles(app, call))


app = noun("Profiles of agents; the bare noun lists them.", _list)


@app.command("list")
def list_(context: typer.Context) -> ExitCode:
    """List the profiles."""
    return _list(context)


@app.command()
def show(context: typer.Context, name: Name) -> ExitCode:
    """Show everything about a profile."""
    call = invocation(context)
    return call.with_app(lambda app: _show_profile(app, call, name))


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


async def _show_profiles(app: App, call: Invocation) -> ExitCode:
    profiles = sorted(await app.profiles(), key=lambda profile: profile.name)
    page = part(profiles, lambda profile: profile.name, limit=call.limit, cursor=call.cursor)
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[_row(profile) for profile in page.items],
        next_cursor=page.next_cursor,
        columns=COLUMNS,
    )
    return ExitCode.DONE


async def _show_profile(app: App, call: Invocation, name: str) -> ExitCode:
    named = [profile for profile in await app.profiles() if profile.name == name]
    if not named:
        raise RejectedError(
            f"there is no profile {name!r}",
            effect="nothing was shown",
            fix="quorate profiles list",
            slug="not-found",
        )
    tree = _details(named[0])
    call.terminal.reply(tree, [f"{field:<16} {value}" for field, value in tree.items()])
    return ExitCode.DONE


async def _switch(app: App, call: Invocation, name: str, *, enabled: bool) -> ExitCode:
    change = await app.set_profile_enabled(ProfileName(name), enabled)
    state = "enabled" if enabled else "disabled"
    tree = {"target": name, "applied": change.applied, "dryRun": False, **_row(change.profile)}
    already = "" if change.applied else "already "
    call.terminal.reply(tree, [f"{name} is {already}{state}."])
    return ExitCode.DONE


def _row(profile: AgentProfile) -> Row:
    return {
        "name": profile.name,
        "role": profile.role,
        "provider": profile.provider,
        "model": profile.model,
        "tier": profile.tier,
        "mode": profile.mode,
        "enabled": profile.enabled,
        "voter": profile.voter,
    }


def _details(profile: AgentProfile) -> Row:
    from quorate.agents.registry import to_payload  # noqa: PLC0415  (slow; help must not wait)
    from quorate.kernel.canonical import as_json  # noqa: PLC0415

    stored = {key: as_json(value) for key, value in to_payload(profile).items()}
    return {**_row(profile), **stored}
