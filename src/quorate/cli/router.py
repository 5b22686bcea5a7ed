"""`quorate router`, `quorate tracker` and `quorate control`: what was learned, what turns came to, what is taken."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode, usage_error
from quorate.cli.invocation import OPERATOR, Invocation, invocation
from quorate.cli.listing import cell, show_list
from quorate.cli.noun import noun
from quorate.kernel.errors import RejectedError

if TYPE_CHECKING:
    from quorate.cli.ports import App

ARM_COLUMNS = ("agent", "pulls", "open", "closed", "meanReward", "low", "high", "explored")
TURN_COLUMNS = ("name", "turns", "successRate", "quality", "outcomes", "latencyP95Ms", "costUsd")

Reason = Annotated[str, typer.Option(help="Why; it is kept in the journal with your name.")]
By = Annotated[str, typer.Option(help="agent, model or role.")]
Days = Annotated[int, typer.Option(min=1, max=90, help="How far back, in days.")]
Floor = Annotated[float, typer.Option(min=0.0, max=1.0, help="The least quality of a record.")]
Most = Annotated[int, typer.Option(min=1, max=5000, help="So many records at the most.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="One JSON object a line.")]


def _bare(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _arms(app, call))


app = noun("Who is asked, by what was learned; the bare noun lists the arms.", _bare)


@app.command()
def arms(context: typer.Context) -> ExitCode:
    """List what is known of each agent: views asked for, outcomes known, mean reward with its 95 % interval."""
    return _bare(context)


@app.command()
def rollback(context: typer.Context, *, reason: Reason = "") -> ExitCode:
    """Ask each in turn, whatever was learned, until `router restore`."""
    call = invocation(context)
    return call.with_app(lambda app: _turn(app, call, reason, back=True))


@app.command()
def restore(context: typer.Context, *, reason: Reason = "") -> ExitCode:
    """Choose by what was learned again."""
    call = invocation(context)
    return call.with_app(lambda app: _turn(app, call, reason, back=False))


def _turns(context: typer.Context) -> ExitCode:
    return summary(context)


tracker = noun("What turns of agents came to; the bare noun lists it by agent.", _turns)


@tracker.command()
def summary(context: typer.Context, *, by: By = "agent", days: Days = 30) -> ExitCode:
    """List what turns came to: how many, how many answered, how good, how fast, how dear."""
    call = invocation(context)
    return call.with_app(lambda app: _summary(app, call, by, days))


@tracker.command()
def export(
    context: typer.Context, file: File, *, floor: Floor = 0.7, most: Most = 5000, days: Days = 90
) -> ExitCode:
    """Write records to learn from that name nobody; what fails a gate is counted, not written."""
    call = invocation(context)
    return call.with_app(lambda app: _export(app, call, file, (floor, most, days)))


def _control(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _state(app, call))


control = noun("Whether new tasks are taken; the bare noun shows it.", _control)


@control.command()
def check(context: typer.Context) -> ExitCode:
    """Look for a task that completed without a valid verdict; 3 = one was found, and everything was stopped."""
    call = invocation(context)
    return call.with_app(lambda app: _check(app, call))


@control.command()
def resume(context: typer.Context, *, reason: Reason = "") -> ExitCode:
    """Take new tasks again after a shutdown; trading is resumed by `quorate resume`."""
    call = invocation(context)
    return call.with_app(lambda app: _resume(app, call, reason))


@control.command()
def override(
    context: typer.Context,
    task: Annotated[str, typer.Argument(metavar="TASK", help="A task's whole id.")],
    act: Annotated[str, typer.Argument(metavar="ACT", help="retry, cancel or accept_loss.")],
    *,
    reason: Reason = "",
    approved_by: Annotated[str, typer.Option(metavar="NAME", help="Who approves it.")] = "",
) -> ExitCode:
    """Decide of a task what its rules would not, with a justification and a name."""
    call = invocation(context)
    return call.with_app(lambda app: _override(app, call, task, act, (reason, approved_by)))


async def _arms(app: App, call: Invocation) -> ExitCode:
    state = await app.routing.arms()
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[{**arm.as_json(), "router": state.as_json()} for arm in state.arms],
        next_cursor=None,
        columns=ARM_COLUMNS,
        empty="Nobody was asked yet.",
    )
    return ExitCode.DONE


async def _turn(app: App, call: Invocation, reason: str, *, back: bool) -> ExitCode:
    turn = app.routing.roll_back if back else app.routing.restore_learning
    applied = await turn(reason=reason, by=OPERATOR)
    way = "by turn" if back else "by what was learned"
    said = f"Agents are chosen {way}." if applied else f"Agents were chosen {way} already."
    call.terminal.reply({"target": "router", "applied": applied, "dryRun": False}, [said])
    return ExitCode.DONE


async def _summary(app: App, call: Invocation, by: str, days: int) -> ExitCode:
    from quorate.scoring.sample import GroupBy  # noqa: PLC0415  (help must not wait)

    if by not in list(GroupBy):
        raise RejectedError(
            f"turns are not added up by '{by}'",
            effect="nothing is shown",
            fix=f"choose from {', '.join(GroupBy)}",
        )
    found = await app.routing.tracker.aggregates(GroupBy(by), timedelta(days=days))
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[
            {
                "name": each.name,
                "turns": each.turns,
                "successRate": round(each.success_rate, 4),
                "fallbackRate": round(each.fallback_rate, 4),
                "quality": None if each.quality is None else round(each.quality, 4),
                "outcomes": each.outcomes,
                "latencyP50Ms": each.latency_p50_ms,
                "latencyP95Ms": each.latency_p95_ms,
                "costUsd": f"{each.cost:f}",
                "unpriced": each.unpriced,
                "tokens": each.tokens,
            }
            for each in found
        ],
        next_cursor=None,
        columns=TURN_COLUMNS,
        empty="Nobody was asked in that time.",
    )
    return ExitCode.DONE


async def _export(app: App, call: Invocation, file: Path, told: tuple[float, int, int]) -> ExitCode:
    floor, most, days = told
    found = await app.routing.tracker.export(floor=floor, most=most, days=days)
    lines = [json.dumps(point, sort_keys=True, separators=(",", ":")) for point in found.points]
    await asyncio.to_thread(_write, file, "".join(f"{line}\n" for line in lines))
    tree = {
        "file": str(file),
        "records": len(lines),
        "below": found.below,
        "pending": found.pending,
        "left": found.left,
        "quarantined": [{"id": id_, "errors": list(why)} for id_, why in found.quarantined],
        "warnings": dict(found.warnings),
        "enoughFor": list(found.enough_for),
    }
    said = (
        f"{len(lines)} records written to {file}; {found.below} below the floor,"
        f" {found.pending} without an outcome yet, {len(found.quarantined)} quarantined."
    )
    call.terminal.reply(tree, [said])
    return ExitCode.DONE


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RejectedError(
            f"{file} cannot be written ({error.strerror})",
            effect="no record was exported",
            fix="name a file in a folder that exists and has room",
        ) from error


async def _state(app: App, call: Invocation) -> ExitCode:
    tree = (await app.coordination.state()).as_json()
    call.terminal.reply(tree, [f"{key:12} {cell(value)}" for key, value in tree.items()])
    return ExitCode.DONE


async def _check(app: App, call: Invocation) -> ExitCode:
    found = await app.coordination.inspect()
    said = (
        f"{len(found)} tasks completed without a valid verdict: {', '.join(found[:5])}. Stopped."
        if found
        else "Every completed task has a valid verdict."
    )
    call.terminal.reply({"unjudged": list(found)}, [said])
    return ExitCode.PROBLEMS_FOUND if found else ExitCode.DONE


async def _resume(app: App, call: Invocation, reason: str) -> ExitCode:
    applied = await app.coordination.resume(reason=reason, by=OPERATOR)
    said = "New tasks are taken." if applied else "New tasks were taken already."
    call.terminal.reply({"target": "intake", "applied": applied, "dryRun": False}, [said])
    return ExitCode.DONE


async def _override(
    app: App, call: Invocation, task: str, act: str, told: tuple[str, str]
) -> ExitCode:
    from quorate.arbiter.coordination import Act  # noqa: PLC0415  (help must not wait)

    if act not in list(Act):
        raise usage_error(f"there is no act '{act}'", "quorate control override TASK retry")
    reason, approver = told
    made = await app.coordination.override(task, Act(act), justification=reason, approver=approver)
    tree = {"target": task, "applied": True, "dryRun": False, "overrideId": made.override_id}
    call.terminal.reply(tree, [f"{made.override_id}: {act} of {task}, approved by {approver}."])
    return ExitCode.DONE
