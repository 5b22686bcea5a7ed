"""`quorate profiles add|edit|archive|budget`: the roster changed from a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import OPERATOR, Invocation, invocation
from quorate.cli.profile_view import details
from quorate.cli.typed import ProfileArgument as Name
from quorate.cli.typed import parsed_list
from quorate.kernel.errors import RejectedError

if TYPE_CHECKING:
    from quorate.cli.ports import App
    from quorate.cli.roster_ports import ProfileChange

Text = str | None

NewRole = Annotated[
    Text, typer.Option("--role", "--from-template", help="The role; its template fills the rest.")
]
Role = Annotated[Text, typer.Option("--role", help="Another role, with its prompt.")]
Title = Annotated[Text, typer.Option(help="What people call it.")]
Description = Annotated[Text, typer.Option(help="What it does, in a sentence.")]
Provider = Annotated[Text, typer.Option(help="Whose models: openai, openrouter or your own.")]
Model = Annotated[Text, typer.Option(help="The model, or the name of a ladder.")]
TierName = Annotated[Text, typer.Option("--tier", help="free, cheap or power.")]
ModeName = Annotated[Text, typer.Option("--mode", help="cheap_first, escalation_only or always.")]
Prompt = Annotated[Text, typer.Option(help="A prompt's id, as in judge/2.")]
Tools = Annotated[Text, typer.Option(help="What it may read, as in bars,news; 'none' for nothing.")]
MaxTokens = Annotated[Text, typer.Option("--max-tokens", help="The longest answer.")]
Temperature = Annotated[Text, typer.Option(help="From 0 to 2.")]
Horizon = Annotated[Text, typer.Option(help="How many sessions its answers look ahead.")]
BudgetDay = Annotated[Text, typer.Option("--budget-day", help="Dollars a UTC day, or none.")]
BudgetRun = Annotated[Text, typer.Option("--budget-run", help="Dollars a run, or none.")]
Day = Annotated[Text, typer.Option("--day", help="Dollars a UTC day, or none.")]
Run = Annotated[Text, typer.Option("--run", help="Dollars a run, or none.")]
Enable = Annotated[bool, typer.Option("--enable", help="Let it take part in runs at once.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands that change the roster."""
    for command in (add, edit, archive, budget):
        app.command()(command)


def add(  # noqa: PLR0913  (one parameter per option)
    context: typer.Context,
    name: Name,
    *,
    role: NewRole = None,
    provider: Provider = None,
    model: Model = None,
    tier: TierName = None,
    mode: ModeName = None,
    prompt: Prompt = None,
    tools: Tools = None,
    max_tokens: MaxTokens = None,
    temperature: Temperature = None,
    horizon: Horizon = None,
    budget_day: BudgetDay = None,
    budget_run: BudgetRun = None,
    title: Title = None,
    description: Description = None,
    enable: Enable = False,
) -> ExitCode:
    """Make a profile; what is not named comes from the template of its role."""
    call = invocation(context)
    asked = _asked(
        name=name,
        role=role,
        provider=provider,
        model=model,
        tier=tier,
        mode=mode,
        promptTemplate=prompt,
        toolPolicy=tools,
        maxTokens=max_tokens,
        temperature=temperature,
        horizonSessions=horizon,
        budgetPerDayUsd=budget_day,
        budgetPerRunUsd=budget_run,
        title=title,
        description=description,
    )
    return call.with_app(lambda app: _add(app, call, asked, enable=enable))


def edit(  # noqa: PLR0913  (one parameter per option)
    context: typer.Context,
    name: Name,
    *,
    role: Role = None,
    provider: Provider = None,
    model: Model = None,
    tier: TierName = None,
    mode: ModeName = None,
    prompt: Prompt = None,
    tools: Tools = None,
    max_tokens: MaxTokens = None,
    temperature: Temperature = None,
    horizon: Horizon = None,
    budget_day: BudgetDay = None,
    budget_run: BudgetRun = None,
    title: Title = None,
    description: Description = None,
) -> ExitCode:
    """Give a profile its next version; runs that were made keep the one that they ran with."""
    call = invocation(context)
    asked = _asked(
        role=role,
        provider=provider,
        model=model,
        tier=tier,
        mode=mode,
        promptTemplate=prompt,
        toolPolicy=tools,
        maxTokens=max_tokens,
        temperature=temperature,
        horizonSessions=horizon,
        budgetPerDayUsd=budget_day,
        budgetPerRunUsd=budget_run,
        title=title,
        description=description,
    )
    return call.with_app(lambda app: _edit(app, call, name, asked))


def archive(context: typer.Context, name: Name) -> ExitCode:
    """Take a profile off the roster for good; its history and its runs stay."""
    call = invocation(context)
    return call.with_app(lambda app: _archive(app, call, name))


def budget(context: typer.Context, name: Name, *, day: Day = None, run: Run = None) -> ExitCode:
    """Set what a profile may cost; 'none' leaves it the limits that hold for everybody."""
    call = invocation(context)
    asked = _asked(budgetPerDayUsd=day, budgetPerRunUsd=run)
    return call.with_app(lambda app: _edit(app, call, name, asked))


async def _add(app: App, call: Invocation, asked: dict[str, object], *, enable: bool) -> ExitCode:
    change = await app.registry.add(asked, enabled=enable, by=OPERATOR)
    if change.profile.title and change.profile.title == str(asked["name"]).strip():
        call.terminal.note(
            f"{asked['name']!r} is its title; commands call it {change.profile.name}."
        )
    state = "enabled" if change.profile.enabled else "disabled"
    return await _told(app, call, change, f"{change.profile.name} is made, and {state}.")


async def _edit(app: App, call: Invocation, name: str, asked: dict[str, object]) -> ExitCode:
    if not asked:
        raise RejectedError(
            "nothing is to be changed",
            effect="nothing was written",
            fix="name an option; quorate profiles edit --help lists them",
        )
    change = await app.registry.edit(name, asked, by=OPERATOR)
    version = (await app.registry.profile(name)).version
    word = "is now at" if change.applied else "is so already, at"
    return await _told(app, call, change, f"{name} {word} version {version}.")


async def _archive(app: App, call: Invocation, name: str) -> ExitCode:
    change = await app.registry.archive(name, by=OPERATOR)
    already = "" if change.applied else "already "
    return await _told(app, call, change, f"{name} is {already}archived: it never runs again.")


async def _told(app: App, call: Invocation, change: ProfileChange, said: str) -> ExitCode:
    registered = await app.registry.profile(change.profile.name)
    tree = {
        "target": change.profile.name,
        "applied": change.applied,
        "dryRun": False,
        **details(registered),
    }
    call.terminal.reply(tree, [said])
    return ExitCode.DONE


def _asked(**options: str | None) -> dict[str, object]:
    """Return what was named; tools are a list."""
    asked: dict[str, object] = {key: value for key, value in options.items() if value is not None}
    tools = options.get("toolPolicy")
    if tools is not None:
        asked["toolPolicy"] = [] if tools == "none" else list(parsed_list(tools))
    return asked
