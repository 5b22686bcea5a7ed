"""`quorate up`: serve the hub on this machine, and print the link to sign in by."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation

if TYPE_CHECKING:
    from quorate.access.policy import AdminPolicy
    from quorate.config import Settings
    from quorate.hub.server import Launch

Port = Annotated[
    int | None, typer.Option(min=1, max=65_535, help="Listen there; by default admin.port, 8600.")
]
Open = Annotated[bool, typer.Option("--open", help="Open the link in the browser.")]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(up)


def up(context: typer.Context, *, port: Port = None, open_: Open = False) -> ExitCode:
    """Serve the hub on this machine until Ctrl C; printed is a link that signs in once."""
    import asyncio  # noqa: PLC0415  (slow; help must not wait)

    call = invocation(context)
    settings = call.settings()
    policy = settings.admin if port is None else replace(settings.admin, port=port)
    try:
        asyncio.run(_serve(call, settings, policy, opens=open_))
    except asyncio.CancelledError:
        return ExitCode.INTERRUPTED
    return ExitCode.DONE


async def _serve(call: Invocation, settings: Settings, policy: AdminPolicy, *, opens: bool) -> None:
    from quorate.hub.server import serve_home  # noqa: PLC0415  (slow; help must not wait)

    def announce(launch: Launch) -> None:
        show_launch(call, launch)
        if opens:
            open_browser(launch.sign_in)

    await serve_home(settings, policy, announce=announce, note=call.terminal.note)


def show_launch(call: Invocation, launch: Launch) -> None:
    """Reply with the link alone, so that a script can take it; what else there is to say goes beside it."""
    facts = asdict(launch)
    tree = {"launch": {"signIn": facts.pop("sign_in"), **facts}}
    call.terminal.reply(tree, [launch.sign_in])
    if launch.serving:
        call.terminal.note(f"The hub is at {launch.url}; the link signs in once. Ctrl C stops it.")
    else:
        call.terminal.note(f"The hub of this home is served at {launch.url} already.")


def open_browser(link: str) -> None:
    """Open the link in the person's browser, without waiting for it."""
    import threading  # noqa: PLC0415  (slow; help must not wait)
    import webbrowser  # noqa: PLC0415

    threading.Thread(target=webbrowser.open, args=(link,), daemon=True).start()
