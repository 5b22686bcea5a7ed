"""`quorate runs replay|compare|trace`: a recorded run once more, beside another, and over time."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.typed import RunId
from quorate.kernel.errors import RejectedError
from quorate.kernel.stamps import stamp

if TYPE_CHECKING:
    from quorate.arena.rerun import WhatIfRequest
    from quorate.cli.ports import App

Other = Annotated[str, typer.Argument(metavar="OTHER", help="The run beside it.")]
Swaps = Annotated[
    list[str] | None,
    typer.Option("--swap", metavar="WHAT=NAME:VALUE", help="Ask what if; may stand repeatedly."),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(replay)
    app.command()(compare)
    app.command()(trace)


def replay(
    context: typer.Context,
    run: RunId,
    *,
    swap: Swaps = None,
    free: Annotated[
        bool, typer.Option("--free", help="Ask no model, whatever is missing.")
    ] = False,
    max_cost: Annotated[
        str | None, typer.Option(metavar="USD", help="What asking again may cost.")
    ] = None,
) -> ExitCode:
    """Recompute a run from its record for nothing, or ask what it had come to with something swapped."""
    call = invocation(context)
    if not swap:
        if free or max_cost is not None:
            raise RejectedError(
                "a replay from the record asks nobody, so it costs nothing",
                effect="nothing was replayed",
                fix="leave --free and --max-cost out, or add --swap",
            )
        return call.with_app(lambda app: _replay(app, call, run))
    wanted = _what_if(run, swap, free=free, max_cost=max_cost)
    return call.with_app(lambda app: _ask(app, call, wanted))


def compare(context: typer.Context, run: RunId, other: Other) -> ExitCode:
    """Lay two runs side by side: what they started from, who said what, what was decided."""
    call = invocation(context)
    return call.with_app(lambda app: _compare(app, call, run, other))


def trace(context: typer.Context, run: RunId) -> ExitCode:
    """Show a run over time: its task's states, the answers and the decisions, each with its journal row."""
    call = invocation(context)
    return call.with_app(lambda app: _trace(app, call, run))


def _what_if(run: str, swaps: list[str], *, free: bool, max_cost: str | None) -> WhatIfRequest:
    from quorate.arena.request import checked_cost  # noqa: PLC0415  (slow; help must not wait)
    from quorate.arena.rerun import WhatIfRequest  # noqa: PLC0415

    limit = None if max_cost is None else checked_cost(max_cost)
    return WhatIfRequest(run_id=run, swaps=tuple(swaps), max_cost=limit, free=free)


async def _replay(app: App, call: Invocation, run_id: str) -> ExitCode:
    found = await app.reruns.replay(run_id)
    call.terminal.reply(
        {"readAt": stamp(app.clock.now()), **found.as_json()},
        [
            f"identical: {'true' if found.identical else 'false'}",
            f"digest: {found.digest}",
            *(f"recorded: {found.recorded_digest}" for _ in range(not found.identical)),
            *(
                f"differs: {each.conclusion} {each.field}: {each.recorded} -> {each.recomputed}"
                for each in found.differences
            ),
            *(f"not recorded: {step}" for step in found.unrecorded),
            "cost: $0, nobody was asked, nothing was written",
        ],
    )
    return ExitCode.DONE if found.identical else ExitCode.PROBLEMS_FOUND


async def _ask(app: App, call: Invocation, wanted: WhatIfRequest) -> ExitCode:
    from quorate.cli.interrupts import Interrupts  # noqa: PLC0415  (slow; help must not wait)
    from quorate.cli.progress import waiting  # noqa: PLC0415

    with Interrupts(call.terminal) as interrupts, waiting(call.terminal, "the agents argue"):
        found = await app.reruns.what_if(wanted)
    sides = found.as_json()
    tree = {
        "readAt": stamp(app.clock.now()),
        "runId": found.b.run_id,
        "replayOf": found.a.run_id,
        "swaps": list(wanted.swaps),
        **sides,
    }
    _show(call, tree, f"what-if {found.b.run_id} of {found.a.run_id}: {', '.join(wanted.swaps)}")
    return ExitCode.INTERRUPTED if interrupts.asked else ExitCode.DONE


async def _compare(app: App, call: Invocation, run_id: str, other: str) -> ExitCode:
    found = await app.reruns.compare(run_id, other)
    tree = {"readAt": stamp(app.clock.now()), **found.as_json()}
    _show(call, tree, f"{found.a.run_id} beside {found.b.run_id}")
    return ExitCode.DONE


def _show(call: Invocation, tree: Mapping[str, object], title: str) -> None:
    from quorate.cli.comparison_view import comparison_lines  # noqa: PLC0415  (slow)

    drawn = call.terminal.is_interactive
    width = shutil.get_terminal_size().columns
    call.terminal.reply(tree, [title, *comparison_lines(tree, drawn=drawn, width=width)])


async def _trace(app: App, call: Invocation, run_id: str) -> ExitCode:
    from quorate.arena.record.trace import read_trace  # noqa: PLC0415  (slow; help must not wait)
    from quorate.cli.trace_view import span_tree, trace_lines  # noqa: PLC0415

    entries = await app.run_entries(run_id)
    found = read_trace(entries)
    first = next(row for row in entries if row.stream.startswith("run:"))
    full_id = first.stream.removeprefix("run:")
    tree = {
        "readAt": stamp(app.clock.now()),
        "runId": full_id,
        "traceId": first.trace_id,
        "totalMs": found.total_ms,
        "spans": [span_tree(span) for span in found.spans],
    }
    call.terminal.reply(tree, trace_lines(full_id, found))
    return ExitCode.DONE
