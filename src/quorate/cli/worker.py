"""`quorate worker`: take tasks from a hub, here or on another machine; no database is opened."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.typed import parsed_list
from quorate.cli.worker_view import said
from quorate.kernel.errors import RejectedError

if TYPE_CHECKING:
    from quorate.bootstrap.fleet.worker import WorkerWish
    from quorate.fleet.service import Worker

LONGEST_TOKEN_FILE: Final = 16_384

Hub = Annotated[
    str, typer.Option("--hub", metavar="URL", help="Where the hub is: https://HOST:PORT.")
]
Capabilities = Annotated[
    str, typer.Option("--capabilities", metavar="A,B", help="What it can do, with commas.")
]
TokenFile = Annotated[
    Path | None,
    typer.Option("--token-file", metavar="FILE", help="The token; else QUORATE_WORKER_TOKEN."),
]
Name = Annotated[str, typer.Option("--name", help="By which the hub knows it; else the machine's.")]
Slots = Annotated[int, typer.Option("--slots", min=1, max=64, help="Tasks at a time.")]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(worker)


def worker(
    context: typer.Context,
    *,
    hub: Hub = "http://127.0.0.1:8600",
    capabilities: Capabilities = "llm,trading_analysis",
    token_file: TokenFile = None,
    name: Name = "",
    slots: Slots = 4,
) -> ExitCode:
    """Work for a hub until Ctrl C: its tasks come here, its money and its journal stay there."""
    import asyncio  # noqa: PLC0415  (slow; help must not wait)

    from quorate.bootstrap.fleet.worker import (  # noqa: PLC0415  (slow)
        WorkerWish,
        worker_token,
    )

    call = invocation(context)
    wish = WorkerWish(
        hub=hub,
        token=worker_token(_content(token_file)),
        capabilities=parsed_list(capabilities),
        name=name,
        slots=slots,
    )
    return ExitCode(asyncio.run(_work(call, wish)))


async def _work(call: Invocation, wish: WorkerWish) -> int:
    from quorate.bootstrap.fleet.worker import opened_worker  # noqa: PLC0415  (slow)
    from quorate.kernel.stamps import stamp  # noqa: PLC0415
    from quorate.worker import run_until_told  # noqa: PLC0415  (slow)

    def tell(event: str, facts: Mapping[str, str | int | float]) -> None:
        at = stamp(running[0].clock.now()) if running else ""
        tree = {"event": event, "at": at, **facts}
        call.terminal.reply(tree, [f"{at[11:19]} {said(event, facts)}".strip()])

    running: list[Worker] = []
    async with opened_worker(call.settings(), wish, tell) as made:
        running.append(made)
        call.terminal.note(f"{made.identity.agent_id} works for {wish.hub}. Ctrl C stops it.")
        return await run_until_told(made)


def _content(file: Path | None) -> str:
    """Return what the file of the token holds, "" where none is named.

    Raises:
        RejectedError: it cannot be read (slug `unauthenticated`).
    """
    if file is None:
        return ""
    try:
        content = file.read_bytes()[:LONGEST_TOKEN_FILE].decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it holds no token"
        raise RejectedError(
            f"{file} cannot be read: {why}",
            effect="the worker was not started",
            fix="write the token there, alone, readable for you only",
            slug="unauthenticated",
        ) from None
    if not content:
        raise RejectedError(
            f"{file} is empty",
            effect="the worker was not started",
            fix="write the token there, alone",
            slug="unauthenticated",
        )
    return content
