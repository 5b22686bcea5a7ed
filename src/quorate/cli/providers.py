"""`quorate providers`: where models are asked, whether each can be, and a small paid test of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Final

import typer

from quorate.cli.consent import require_consent
from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.listing import Row, part, show_list
from quorate.cli.noun import noun
from quorate.cli.progress import waiting
from quorate.kernel.errors import RejectedError

if TYPE_CHECKING:
    from quorate.cli.ports import App
    from quorate.llm.model_listing import ModelLine
    from quorate.llm.probe import ProbePlan

Name = Annotated[str, typer.Argument(metavar="NAME", help="openrouter, openai, or one of yours.")]
AnyName = Annotated[
    str | None, typer.Argument(metavar="NAME", help="The first that has a key, unless told.")
]
Model = Annotated[
    str | None,
    typer.Option(
        "--model", help="The model to ask, as its provider names it; a cheap one unless told."
    ),
]
COLUMNS: Final = ("name", "configured", "keySource", "last4", "dialect", "models", "baseUrl")
MODEL_COLUMNS: Final = ("model", "tier", "prompt", "completion", "source", "reach")

_CODES: Final[Mapping[str, ExitCode]] = {
    "": ExitCode.DONE,
    "CREDENTIALS": ExitCode.CREDENTIALS,
    "BUDGET_EXHAUSTED": ExitCode.SAFETY,
}
"""How a test ended -> exit code; every other failure is a provider that cannot be reached."""


def _list(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _show_providers(app, call))


app = noun("The providers of models; the bare noun lists them.", _list)


@app.command("list")
def list_(context: typer.Context) -> ExitCode:
    """List the providers, where their keys come from, and what they lack."""
    return _list(context)


@app.command()
def models(context: typer.Context) -> ExitCode:
    """List the models of the catalogue: tier, price and its source, and whether each can be asked now."""
    call = invocation(context)
    return call.with_app(lambda app: _show_models(app, call))


@app.command("test")
def try_(context: typer.Context, name: AnyName = None, *, model: Model = None) -> ExitCode:
    """List a provider's models and its key's credit, then make one call of a token whose cost is stated first."""
    return run_test(invocation(context), name, model)


def run_test(call: Invocation, name: str | None, model: str | None) -> ExitCode:
    """Test a provider, the first one with a key where none is named."""
    return call.with_app(lambda app: _test(app, call, name, model))


async def _show_providers(app: App, call: Invocation) -> ExitCode:
    listed = await app.models.providers.listed()
    page = part(listed, lambda each: each.name, limit=call.limit, cursor=call.cursor)
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[each.as_json() for each in page.items],
        next_cursor=page.next_cursor,
        columns=COLUMNS,
    )
    for each in page.items:
        if each.lacks:
            call.terminal.note(f"{each.name} lacks {each.lacks}")
    return ExitCode.DONE


async def _show_models(app: App, call: Invocation) -> ExitCode:
    lines = await app.models.providers.models()
    page = part(lines, lambda line: str(line.model), limit=call.limit, cursor=call.cursor)
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[_model_row(line) for line in page.items],
        next_cursor=page.next_cursor,
        columns=MODEL_COLUMNS,
    )
    return ExitCode.DONE


async def _test(app: App, call: Invocation, name: str | None, model: str | None) -> ExitCode:
    chosen = name or await _first_with_key(app)
    plan = await app.models.probe.plan(chosen, model)
    require_consent(call, cost_sentence(chosen, plan))
    agreed_to = plan.rung.model.model if plan is not None else None
    with waiting(call.terminal, f"{chosen} is asked"):
        told = await app.models.probe.test(chosen, agreed_to)
    call.terminal.reply(told, _lines(told))
    code = str(told["code"])
    if code:
        fix = _next_act(code, chosen)
        call.terminal.complain(f"error: {told['detail']}. {chosen} gives no votes so. Fix: {fix}")
    return _CODES.get(code, ExitCode.UNREACHABLE)


def _next_act(code: str, provider: str) -> str:
    if code == "CREDENTIALS":
        return f"quorate keys set {provider}, or export the right key"
    if code == "BUDGET_EXHAUSTED":
        return "quorate budget shows what is left"
    return f"try again later; quorate providers shows the address of {provider}"


async def _first_with_key(app: App) -> str:
    listed = await app.models.providers.listed()
    found = next((each.name for each in listed if each.last4 or each.key_source != "none"), None)
    chosen = found or next((each.name for each in listed if each.configured), None)
    if chosen is None:
        raise RejectedError(
            "no provider has a key",
            effect="no model was asked; the keyless agents go on",
            fix="quorate keys set openrouter, or export OPENROUTER_API_KEY",
            slug="unauthenticated",
        )
    return chosen


def cost_sentence(name: str, plan: ProbePlan | None) -> str:
    """Return what a test costs at the most, before it is made."""
    free = f"Testing {name}: its list of models and its credit cost nothing"
    if plan is None:
        return f"{free}; it offers no model that could be asked, so nothing is."
    tokens = "a token" if plan.max_tokens == 1 else f"{plan.max_tokens} tokens"
    call = f"then one call of {tokens} to {plan.rung.model}"
    if plan.worst_cost is None:
        return f"{free}; {call}, at a price nobody knows: it counts as an unpriced call."
    worst = f"{plan.worst_cost.amount.normalize():f}"
    return f"{free}; {call}, at most ${worst} by {plan.price_source}."


def _lines(told: Mapping[str, object]) -> Iterator[str]:
    listed, credit = told["modelsListed"], told["credit"]
    yield f"{told['provider']}: {'answers' if told['ok'] else 'does not answer'}"
    if listed is not None:
        yield f"  models   {listed}"
    elif told["listing"]:
        yield f"  models   not listed: {told['listing']}"
    if isinstance(credit, Mapping):
        used, left = credit["usedUsd"], credit["remainingUsd"]
        yield f"  credit   used {_usd(used)}, left {_usd(left) if left is not None else 'no limit told'}"
    if told["callIds"]:
        served = f", served by {told['modelServed']}" if told["modelServed"] else ""
        yield f"  asked    {told['model']}{served}, {told['latencyMs']} ms"
        worst = told["worstCostUsd"]
        bound = "no bound was known" if worst is None else f"at most {_usd(worst)} was stated"
        yield f"  cost     {_usd(told['costUsd'])} ({told['costSource']}); {bound}"


def _usd(amount: object) -> str:
    return "unpriced" if amount is None else f"${amount}"


def _model_row(line: ModelLine) -> Row:
    return {
        "model": str(line.model),
        "tier": line.tier.value,
        "prompt": line.prompt_price,
        "completion": line.completion_price,
        "source": line.price_source,
        "ladders": list(line.ladders),
        "reach": line.reach.value,
        "circuit": line.circuit.value,
        "aloneSeconds": round(line.alone_s, 1),
    }
