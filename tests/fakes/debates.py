"""A home in which models argued: one run for every way in which a dispute may end, over the scripted model server."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from quorate.agents.profile import AgentProfile, Mode, Role
from quorate.agents.registry import to_payload
from quorate.arena.request import RunRequest
from quorate.bootstrap import App, open_app
from quorate.kernel.ids import ProfileName, Symbol
from quorate.kernel.journal import Event
from quorate.kernel.money import Usd
from quorate.llm.budget import Limit
from quorate.llm.tier import Tier
from tests.fakes.homes import settings_of
from tests.model_server import ModelServer, Refuse, Rule, Say, Tool, votes

KEY = "sk-canary-7f3a90c1d2e4b5a6"
DAY = date(2012, 6, 29)
TECHNICAL, RISK, JUDGE = "Your seat: technical", "Your seat: risk", "Your seat: judge"
BULL, BEAR = "case FOR buying", "case AGAINST buying"
REBUTTAL = "It is your turn in the debate"
FIRST_ROUND = ("cheap_tech_analyst", "cheap_risk_manager")
MODEL_PROFILES = (*FIRST_ROUND, "power_macro_judge")


def said(action: str, confidence: float, rationale: str, **more: object) -> Say:
    """Return an answer with a rationale of its own."""
    return Say(
        votes=[
            {
                "symbol": "*",
                "action": action,
                "confidence": confidence,
                "rationale": rationale,
                "more": more,
            }
        ]
    )


ARGUED = (
    Rule(
        contains=BULL, what=said("BUY", 0.7, "Buyers came in at 565 three times, each dip faster.")
    ),
    Rule(contains=BEAR, what=said("SELL", 0.66, "The June rally failed twice below 590.")),
)
DISPUTED = (
    Rule(
        contains=TECHNICAL,
        what=said(
            "BUY", 0.8, "A higher low in June, volume up a third.", keySignals=["higher low"]
        ),
    ),
    Rule(contains=RISK, what=said("HOLD", 0.7, "A stop below 561 costs more than it may bring.")),
)
CONVINCED = Rule(
    contains=f"{REBUTTAL}",
    what=said("BUY", 0.64, "The bull's bids at 565 are in the bars, the loss is bounded."),
)

SCRIPTS: Mapping[str, Sequence[Rule]] = {
    "panel": (
        CONVINCED,
        Rule(
            contains=TECHNICAL,
            what=Say(
                votes=DISPUTED[0].what.votes,
                tools=[
                    Tool(name="bars", arguments='{"symbol":"AAPL","sessions":5}'),
                    Tool(name="quotes", arguments='{"symbol":"AAPL"}'),
                ],
                tool_rounds=2,
            ),
        ),
        DISPUTED[1],
        *ARGUED,
        Rule(contains=JUDGE, what=said("BUY", 0.9, "The stop bounds what the bear fears.")),
    ),
    "panel_uncertain": (
        *DISPUTED,
        *ARGUED,
        Rule(contains=JUDGE, what=said("BUY", 0.5, "It could go either way.")),
    ),
    "panel_alone": (
        *DISPUTED,
        *ARGUED,
        Rule(contains=JUDGE, what=said("SELL", 0.9, "Neither of them saw the gap.")),
    ),
    "panel_failed": (
        *DISPUTED,
        *ARGUED,
        Rule(contains=JUDGE, what=Say(content='{"decisions": "none"}')),
    ),
    "degraded": (
        Rule(model="gpt-5-mini", what=Refuse(status=500)),
        Rule(contains=TECHNICAL, what=said("BUY", 0.85, "The trend is intact.")),
        Rule(contains=RISK, what=said("BUY", 0.9, "The stop is near.")),
    ),
    "repaired": (
        Rule(
            contains="Write the JSON below again",
            what=Say(
                content='{"decisions":[{"symbol":"AAPL","action":"BUY","confidence":0.8,'
                '"rationale":"cut off","timeHorizon":"P20D"}]}'
            ),
        ),
        Rule(
            contains=TECHNICAL,
            what=Say(
                content='{"decisions":[{"symbol":"AAPL","action":"BUY","confidence":0.8,'
                '"rationale":"cut off","timeHorizon":"P20D"'
            ),
        ),
        Rule(contains=RISK, what=said("BUY", 0.9, "The stop is near.")),
    ),
    "agreed": (
        Rule(contains=TECHNICAL, what=votes("BUY", 0.8)),
        Rule(contains=RISK, what=votes("BUY", 0.7)),
    ),
}
"""What the models say, by how the run ends."""


def advocate(role: Role) -> AgentProfile:
    """Return a bull or a bear at a cheap model."""
    return AgentProfile(
        name=ProfileName(f"cheap_{role}"),
        role=role,
        provider="openrouter",
        model="free_or_cheap",
        tier=Tier.CHEAP,
        mode=Mode.ESCALATION_ONLY,
        description=f"Argues the {role}'s case when the voters disagree.",
        enabled=True,
        max_tokens=512,
        prompt_template=f"{role}/1",
    )


async def with_debates(home: Path, server: ModelServer, *endings: str) -> dict[str, str]:
    """Run the arena once for each of `endings`, all of them unless told; return the ids of the runs by their ending."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("OPENROUTER_BASE_URL", server.openrouter_url)
        environment.setenv("OPENROUTER_API_KEY", KEY)
        environment.setenv("OPENAI_BASE_URL", server.openai_url)
        environment.setenv("OPENAI_API_KEY", KEY)
        async with open_app(settings_of(home)) as app:
            await _cast(app)
            wanted = endings or (*SCRIPTS, "power_calls_exhausted", "budget_exhausted")
            return {ending: await _ended(app, server, ending) for ending in wanted}


async def _cast(app: App) -> None:
    for name in MODEL_PROFILES:
        await app.set_profile_enabled(ProfileName(name), enabled=True)
    events = [
        Event(stream=f"profile:{one.name}", type="profile.registered", payload=to_payload(one))
        for one in (advocate(Role.BULL), advocate(Role.BEAR))
    ]
    await app._store.journal.commit(lambda _tx: events)


async def _ended(app: App, server: ModelServer, ending: str) -> str:
    server.script(*SCRIPTS.get(ending, SCRIPTS["panel_alone"]))
    most = Usd(Decimal("0.04")) if ending == "budget_exhausted" else None
    if ending == "power_calls_exhausted":
        await app.money.set_budget(Limit.POWER_CALLS, Decimal(0))
    request = RunRequest(
        symbols=(Symbol("AAPL"),),
        as_of=DAY,
        profiles=tuple(map(ProfileName, FIRST_ROUND)),
        max_cost=most,
    )
    run = await app.run_arena(request)
    if ending == "power_calls_exhausted":
        await app.money.set_budget(Limit.POWER_CALLS, None)
    return str(run.run_id)


def made_debates(home: Path, *endings: str) -> dict[str, str]:
    """Make such a home outside any event loop, with a model server that ends with it."""
    with ModelServer() as server:
        return asyncio.run(with_debates(home, server, *endings))
