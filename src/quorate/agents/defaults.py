"""The profiles a new home starts with: five that need no key, three that wait for one."""

from __future__ import annotations

from typing import Final

from quorate.agents.profile import RULES, AgentProfile, Mode, Role, Tool
from quorate.kernel.ids import ProfileName
from quorate.llm.tier import Tier

READ_ONLY_MARKET: Final = (Tool.BARS, Tool.INDICATORS)
WITH_BOOK: Final = (*READ_ONLY_MARKET, Tool.ACCOUNT, Tool.POSITIONS)


def _rule_agent(name: str, role: Role, model: str, description: str) -> AgentProfile:
    return AgentProfile(
        name=ProfileName(name),
        role=role,
        provider=RULES,
        model=model,
        tier=Tier.FREE,
        mode=Mode.CHEAP_FIRST,
        description=description,
        enabled=True,
    )


KEYLESS_PROFILES: Final = (
    _rule_agent(
        "trend",
        Role.TREND,
        "trend/1",
        "Follows the close past its 50- and 200-session averages (Brock, Lakonishok, LeBaron).",
    ),
    _rule_agent(
        "momentum",
        Role.MOMENTUM,
        "momentum/1",
        "Follows the return of the last year without its last month (Jegadeesh, Titman).",
    ),
    _rule_agent(
        "mean_reversion",
        Role.MEAN_REVERSION,
        "mean_reversion/1",
        "Fades an RSI(2) extreme against the 200-session trend (Connors, Alvarez).",
    ),
    _rule_agent(
        "wyckoff",
        Role.WYCKOFF,
        "wyckoff/1",
        "Reads springs, signs of strength and last points of support, and their mirror images.",
    ),
    _rule_agent(
        "rule_risk_manager",
        Role.RISK_MANAGER,
        "risk_manager/1",
        "Sizes an entry, sets its stop and target by ATR, vetoes new risk in a bearish regime.",
    ),
)
"""Deterministic, free, always available. Source: DESIGN 5 and 14."""

MODEL_PROFILES: Final = (
    AgentProfile(
        name=ProfileName("cheap_tech_analyst"),
        role=Role.TECHNICAL_ANALYST,
        provider="openai",
        model="small",
        tier=Tier.CHEAP,
        mode=Mode.CHEAP_FIRST,
        description="Reads bars and indicators in the first round.",
        enabled=False,
        max_tokens=1024,
        prompt_template="technical_analyst/1",
        tool_policy=READ_ONLY_MARKET,
    ),
    AgentProfile(
        name=ProfileName("cheap_risk_manager"),
        role=Role.RISK_MANAGER,
        provider="openrouter",
        model="free_or_cheap",
        tier=Tier.CHEAP,
        mode=Mode.CHEAP_FIRST,
        description="Weighs an entry against the book in the first round; may veto.",
        enabled=False,
        max_tokens=1024,
        prompt_template="risk_manager/1",
        tool_policy=WITH_BOOK,
    ),
    AgentProfile(
        name=ProfileName("power_macro_judge"),
        role=Role.JUDGE,
        provider="openrouter",
        model="powerful",
        tier=Tier.POWER,
        mode=Mode.ESCALATION_ONLY,
        description="Decides what the first round could not; asked on a trigger only.",
        enabled=False,
        max_tokens=2048,
        prompt_template="judge/1",
        tool_policy=WITH_BOOK,
    ),
)
"""Off until a key is there; `model` names a rung of the router's ladder. Source: R-086."""

DEFAULT_PROFILES: Final = KEYLESS_PROFILES + MODEL_PROFILES
"""What the first start writes into the registry, once."""
