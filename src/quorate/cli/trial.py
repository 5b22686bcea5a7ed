"""`quorate profiles test`: a profile's real prompt, asked once at a stated cost; no run, and nothing moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer

from quorate.cli.consent import require_consent
from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.progress import waiting

if TYPE_CHECKING:
    from quorate.cli.model_ports import TrialPlan
    from quorate.cli.ports import App

Name = Annotated[str, typer.Argument(metavar="NAME", help="A profile that asks a model.")]
Symbol = Annotated[
    str | None, typer.Option("--symbol", help="Whose newest session it is shown; AAPL unless told.")
]

_CODES: Final[Mapping[str, ExitCode]] = {
    "": ExitCode.DONE,
    "timeout": ExitCode.UNREACHABLE,
    "provider_error": ExitCode.UNREACHABLE,
    "breaker_open": ExitCode.UNREACHABLE,
    "budget_exhausted": ExitCode.SAFETY,
    "power_calls_exhausted": ExitCode.SAFETY,
}
"""How a test ended -> exit code; every other failure is an answer that breaks the schema."""


def add_to(profiles: typer.Typer) -> None:
    """Add the command."""
    profiles.command("test")(try_)


def try_(context: typer.Context, name: Name, *, symbol: Symbol = None) -> ExitCode:
    """Ask a profile's model once, with its real prompt; the cost is stated first, and nothing is decided."""
    call = invocation(context)
    return call.with_app(lambda app: _test(app, call, name, symbol))


async def _test(app: App, call: Invocation, name: str, symbol: str | None) -> ExitCode:
    plan = await app.models.trials.plan(name, symbol)
    require_consent(call, cost_sentence(plan))
    with waiting(call.terminal, f"{name} is asked"):
        told = await app.models.trials.test(name, symbol)
    call.terminal.reply(told, _lines(told))
    failure = str(told["failure"])
    if failure:
        fix = _next_act(failure, plan.profile.provider)
        call.terminal.complain(
            f"error: {failure}. {told['detail']} Nothing was decided. Fix: {fix}"
        )
    return _CODES.get(failure, ExitCode.PROBLEMS_FOUND)


def _next_act(failure: str, provider: str) -> str:
    code = _CODES.get(failure, ExitCode.PROBLEMS_FOUND)
    if code == ExitCode.UNREACHABLE:
        return f"quorate keys test {provider} tries the key and the address"
    if code == ExitCode.SAFETY:
        return "quorate budget shows what is left, and until when"
    return "test again; where it happens often, give the profile another model or prompt"


def cost_sentence(plan: TrialPlan) -> str:
    """Return what a Test call costs at the most, before it is made."""
    asked = (
        f"Testing {plan.profile.name} on {plan.symbol}, {plan.as_of}: about {plan.prompt_tokens} tokens "
        f"to {plan.models[0]}"
    )
    if plan.once is None or plan.limit is None:
        return f"{asked}, at a price nobody knows: it counts as unpriced calls."
    once, limit = (f"{cost.amount.normalize():f}" for cost in (plan.once, plan.limit))
    return (
        f"{asked}. One answer costs at most ${once}; "
        f"with tools, a fallback and a repair the test is kept below ${limit}."
    )


def _lines(told: Mapping[str, object]) -> Iterator[str]:
    answers = told["answers"]
    for answer in answers if isinstance(answers, Sequence) else ():
        sure = f" {answer['confidence']}" if answer["confidence"] else ""
        reason = f" ({answer['reasonCode']})" if answer["reasonCode"] else ""
        yield f"{answer['symbol']}  {answer['action']}{sure}{reason}"
        yield f"  {answer['rationale']}"
    fallback = f", a fallback ({told['fallbackReason']})" if told["fallbackUsed"] else ""
    served = f"{told['modelAsked']}, served by {told['modelServed']}{fallback}"
    yield f"  asked    {served if told['modelAsked'] else 'in vain: no model answered'}"
    cost = "unpriced" if told["costUsd"] is None else f"${told['costUsd']}"
    stated = told["worstCostUsd"]
    bound = "" if stated is None else f"; at most ${stated} was stated"
    yield f"  cost     {cost} ({told['costSource']}){bound}"
    yield f"  took     {told['latencyMs']} ms, prompt {told['promptHash']}"
