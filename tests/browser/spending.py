"""A home in which models were called on several days: real reservations and settlements, no invented row."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from quorate.adapters.clock.system import SystemClock
from quorate.adapters.sql.purse import SqlPurse
from quorate.bootstrap import open_app
from quorate.llm.budget import BudgetPolicy, CallStatus, Limit
from quorate.llm.call import ModelId, Purpose
from quorate.llm.tier import Tier
from tests.fakes.homes import settings_of
from tests.fakes.money import charge, wanted
from tests.integration.facts import agent_answered

CALLS = (
    ("openai/gpt-5-mini", "cheap_tech_analyst", Tier.CHEAP, "0.0042", CallStatus.ANSWERED),
    ("openrouter/deepseek/deepseek-v4.1-flash", "cheap_risk_manager", Tier.CHEAP, "0.0013", None),
    ("openrouter/openai/gpt-oss-120b:free", "cheap_risk_manager", Tier.FREE, "0", None),
    ("openrouter/anthropic/claude-sonnet-5.5", "power_macro_judge", Tier.POWER, "0.0189", None),
    ("ollama/llama3.3", "local_analyst", Tier.FREE, None, None),
    ("openai/gpt-5-mini", "cheap_tech_analyst", Tier.CHEAP, "0.0031", CallStatus.FAILED),
)
"""What is called each day, dearer models less often: model, profile, tier, cost, end."""


class EarlierClock(SystemClock):
    """The machine's clock, some days behind."""

    def __init__(self, days: int) -> None:
        self._behind = timedelta(days=days)

    def now(self):
        return super().now() - self._behind


def spend_in(home: Path, days: int = 9) -> None:
    """Call models in `home` on each of the last `days` days, in a thread of its own: a browser has this one's loop."""
    worker = threading.Thread(target=lambda: asyncio.run(_spend(home, days)))
    worker.start()
    worker.join()


async def _spend(home: Path, days: int) -> None:
    for back in range(days - 1, -1, -1):
        if back % 4 == 3:
            continue
        clock = EarlierClock(back)
        async with open_app(settings_of(home), clock=clock) as app:
            purse = SqlPurse(app._store.journal, clock, BudgetPolicy())
            for number in range(4 + back % 3):
                for place, call in enumerate(CALLS[: 6 - number % 3]):
                    await _called(purse, f"call_{99 - back:02d}{number:02d}{place:02d}ABCDEF", call)
            if back == 0:
                await _today(app, purse)


async def _called(purse: SqlPurse, call_id: str, call: tuple) -> None:
    model, profile, tier, cost, status = call
    provider, _, name = model.partition("/")
    worst = None if cost is None else str(Decimal(cost) + Decimal("0.002"))
    request = replace(
        wanted(
            worst, call_id=call_id, profile=profile, tier=tier, run_id=f"run_01KB3F9Q{call_id[5:9]}"
        ),
        model=ModelId(provider, name),
    )
    reservation = await purse.reserve(request)
    await purse.settle(reservation, charge(cost, status or CallStatus.ANSWERED))


async def _today(app, purse: SqlPurse) -> None:
    """Leave a call under way, an answer from the cache, a repair, uses of tools, and a limit nearly used up."""
    hit = replace(charge("0"), cache_hit=True)
    cached = replace(wanted(call_id="call_990900ABCDEF"), profile="cheap_tech_analyst")
    uses = agent_answered("run_01KB3F9QW7AAAA", "bars", "quotes", "!order", "news")
    mended = replace(wanted("0.004", call_id="call_990901ABCDEF"), purpose=Purpose.REPAIR)
    await app._store.journal.commit(lambda _tx: [purse.recalled(cached, hit), uses])
    await purse.settle(await purse.reserve(mended), charge("0.0018"))
    await purse.reserve(wanted("0.01", call_id="call_990902ABCDEF", profile="cheap_tech_analyst"))
    await app.money.set_budget(Limit.POWER_CALLS, Decimal(5))
    await _called(purse, "call_990903ABCDEF", CALLS[3])
