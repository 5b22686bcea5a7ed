"""`quorate presets`: which tiers of models the router may ask, and what that leaves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Final

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.listing import Row, part, show_list
from quorate.cli.noun import noun

if TYPE_CHECKING:
    from quorate.cli.ports import App
    from quorate.llm.model_listing import PresetView

DEFAULT: Final = "default"
"""The word that gives the choice back to the configuration."""

COLUMNS: Final = ("name", "active", "setBy", "tiers", "reachableModels")

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="free_only, cheap_first or cheap_and_power.")
]
Choice = Annotated[
    str,
    typer.Argument(metavar="NAME", help=f"A preset; '{DEFAULT}' for the configured one."),
]


def _list(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _show_presets(app, call))


app = noun("Router presets: which tiers of models may be asked; the bare noun lists them.", _list)


@app.command("list")
def list_(context: typer.Context) -> ExitCode:
    """List the presets, which one is in force, and who chose it."""
    return _list(context)


@app.command()
def show(context: typer.Context, name: Name) -> ExitCode:
    """Show a preset's ladders, the thresholds of an escalation, and which models can be asked now."""
    call = invocation(context)
    return call.with_app(lambda app: _show(app, call, name))


@app.command("apply")
def apply_(context: typer.Context, name: Choice) -> ExitCode:
    """Let a preset hold from the next run on, in every process."""
    call = invocation(context)
    return call.with_app(lambda app: _apply(app, call, name))


async def _show_presets(app: App, call: Invocation) -> ExitCode:
    listed = await app.models.presets.listed()
    page = part(listed, lambda view: view.preset.value, limit=call.limit, cursor=call.cursor)
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[_row(view) for view in page.items],
        next_cursor=page.next_cursor,
        columns=COLUMNS,
    )
    return ExitCode.DONE


async def _show(app: App, call: Invocation, name: str) -> ExitCode:
    view = await app.models.presets.shown(name)
    thresholds = (await app.models.presets.thresholds()).as_json()
    tree = {**view_tree(view), "thresholds": thresholds}
    call.terminal.reply(tree, _lines(view, thresholds))
    return ExitCode.DONE


async def _apply(app: App, call: Invocation, name: str) -> ExitCode:
    from quorate.llm.preset import preset_named  # noqa: PLC0415  (slow; help must not wait)

    wanted = None if name == DEFAULT else preset_named(name)
    change = await app.models.presets.apply(wanted)
    now = change.in_force
    tree = {
        "target": name,
        "applied": change.applied,
        "dryRun": False,
        "preset": now.preset.value,
        "setBy": now.source.value,
        "version": now.version,
        "configured": now.configured.value,
    }
    already = "" if change.applied else "already "
    said = f"The preset {now.preset} is {already}in force ({now.source}), from the next run on."
    call.terminal.reply(tree, [said])
    return ExitCode.DONE


def view_tree(view: PresetView) -> Row:
    """Return a preset as `--json` tells it."""
    return {
        **_row(view),
        "configured": view.in_force.configured.value,
        "version": view.in_force.version,
        "ladders": [
            {
                "name": ladder.name,
                "models": [
                    {
                        "model": str(rung.model),
                        "tier": rung.tier.value,
                        "reachable": rung.model in ladder.reachable,
                    }
                    for rung in ladder.rungs
                ],
            }
            for ladder in view.ladders
        ],
    }


def _row(view: PresetView) -> Row:
    return {
        "name": view.preset.value,
        "active": view.active,
        "setBy": view.in_force.source.value if view.active else None,
        "tiers": [tier.value for tier in view.tiers],
        "reachableModels": len(view.reachable),
    }


def _lines(view: PresetView, thresholds: Row) -> Iterator[str]:
    from quorate.llm.preset import ABOUT  # noqa: PLC0415  (slow; help must not wait)

    state = f"in force ({view.in_force.source})" if view.active else "not in force"
    yield f"{view.preset}: {state}. {ABOUT[view.preset]}"
    for ladder in view.ladders:
        yield f"  {ladder.name}"
        for rung in ladder.rungs:
            can = "reachable now" if rung.model in ladder.reachable else "no key"
            yield f"    {rung.model!s:<56} {rung.tier:<6} {can}"
    yield "  a power model is asked when"
    yield f"    disagreement is above {thresholds['maxDisagreement']}, confidence below {thresholds['minConfidence']},"
    yield (
        f"    or the order moves {thresholds['portfolioDeltaPct']} % of the portfolio; "
        f"at most {thresholds['powerCallsPerDay']} times a day"
    )
