"""`quorate explain`: why did it take that trade, and what came of it? From the journal alone. Source: R-019."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.outcomes import DecisionArgument
from quorate.kernel.stamps import stamp

if TYPE_CHECKING:
    from quorate.cli.ports import App


def add_to(root: typer.Typer) -> None:
    """Add the command to the program."""

    @root.command()
    def explain(context: typer.Context, decision: DecisionArgument) -> ExitCode:
        """Say why a decision was taken and what came of it, from bars to outcome."""
        call = invocation(context)
        return call.with_app(lambda app: _explain(app, call, decision))


async def _explain(app: App, call: Invocation, decision: str) -> ExitCode:
    from quorate.cli.explain_view import story_lines  # noqa: PLC0415  (slow; help must not wait)
    from quorate.cycle.story import story_json  # noqa: PLC0415

    story = await app.orders.story(decision)
    tree = {"readAt": stamp(app.clock.now()), **story_json(story)}
    call.terminal.reply(tree, story_lines(story))
    return ExitCode.DONE
