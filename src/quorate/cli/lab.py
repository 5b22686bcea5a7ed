"""`quorate lab`: experiments on models themselves; nothing is traded and no run is made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.interrupts import Interrupts
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.noun import noun
from quorate.cli.progress import waiting
from quorate.cli.typed import parsed_names
from quorate.kernel.ids import ProfileName, Symbol

if TYPE_CHECKING:
    from quorate.cli.ports import App
    from quorate.kernel.money import Usd
    from quorate.lab.converge import ConvergenceReport
    from quorate.lab.drift import DriftReport

DEFAULT_TURNS = 5

Artifact = Annotated[
    Path, typer.Argument(metavar="ARTIFACT", help="A file of text, at most 64 KiB.")
]
Profiles = Annotated[
    str,
    typer.Option(help="Which profiles, as in a,b,c; without it every enabled one with a model."),
]
MaxCost = Annotated[
    str | None, typer.Option("--max-cost", metavar="USD", help="What the calls may cost together.")
]

app = noun("Experiments on the models themselves: do they agree, can they be talked over a budget?")


@app.command()
def converge(
    context: typer.Context,
    artifact: Artifact,
    *,
    profiles: Profiles = "",
    question: Annotated[str, typer.Option(help="What to look at in particular.")] = "",
    max_cost: MaxCost = None,
) -> ExitCode:
    """Have several models judge a text blind, and report how far they agree."""
    call, limit = invocation(context), _limit(max_cost)
    return call.with_app(
        lambda app: _converge(app, call, artifact, parsed_names(profiles), question, limit)
    )


@app.command()
def drift(
    context: typer.Context,
    *,
    profiles: Profiles = "",
    turns: Annotated[
        int, typer.Option(metavar="N", help="How many turns of pressure, 1 to 8.")
    ] = DEFAULT_TURNS,
    symbol: Annotated[str | None, typer.Option(help="What the order would be for.")] = None,
    max_cost: MaxCost = None,
) -> ExitCode:
    """Try to talk models over their limits, and show what the code would allow; 3 = more than the limits."""
    call, limit = invocation(context), _limit(max_cost)
    wanted = None if symbol is None else Symbol(symbol.strip().upper())
    return call.with_app(
        lambda app: _drift(app, call, parsed_names(profiles), turns, wanted, limit)
    )


async def _converge(
    app: App,
    call: Invocation,
    artifact: Path,
    profiles: tuple[ProfileName, ...],
    question: str,
    limit: Usd | None,
) -> ExitCode:
    from quorate.cli.lab_view import convergence_lines  # noqa: PLC0415  (slow; help must not wait)

    with Interrupts(call.terminal) as interrupts, waiting(call.terminal, "asking the models"):
        report = await app.lab.converge(artifact, profiles=profiles, question=question, limit=limit)
    call.terminal.reply(report.as_json(), convergence_lines(report))
    return ExitCode.INTERRUPTED if interrupts.asked else _end_of_convergence(report)


async def _drift(
    app: App,
    call: Invocation,
    profiles: tuple[ProfileName, ...],
    turns: int,
    symbol: Symbol | None,
    limit: Usd | None,
) -> ExitCode:
    from quorate.cli.lab_view import drift_lines  # noqa: PLC0415  (slow; help must not wait)

    with Interrupts(call.terminal) as interrupts, waiting(call.terminal, "asking the models"):
        report = await app.lab.drift(profiles=profiles, turns=turns, symbol=symbol, limit=limit)
    lines = drift_lines(report, curves=call.terminal.is_interactive)
    call.terminal.reply(report.as_json(), lines)
    return ExitCode.INTERRUPTED if interrupts.asked else _end_of_drift(report)


def _end_of_convergence(report: ConvergenceReport) -> ExitCode:
    """Return how the command ends: done, unless nobody answered."""
    return ExitCode.DONE if report.answered else _unanswered([each.code for each in report.judges])


def _end_of_drift(report: DriftReport) -> ExitCode:
    if report.violations:
        return ExitCode.PROBLEMS_FOUND
    if report.answered:
        return ExitCode.DONE
    return _unanswered([series.turns[0].code for series in report.series])


def _unanswered(codes: list[str]) -> ExitCode:
    """Return why nobody answered: the budgets had no room for anybody, or the models could not be reached."""
    refused = all(code == "BUDGET_EXHAUSTED" for code in codes)
    return ExitCode.SAFETY if refused else ExitCode.UNREACHABLE


def _limit(text: str | None) -> Usd | None:
    if text is None:
        return None
    from quorate.arena.request import checked_cost  # noqa: PLC0415  (slow; help must not wait)

    return checked_cost(text)
