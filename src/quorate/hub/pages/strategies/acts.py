"""What is done to a strategy: switched with a reason, tried on the stored history; each leads back to its page."""

from __future__ import annotations

from typing import Final

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.cycle.strategies.backtest import BacktestRequest
from quorate.hub.pages.forms import entered, entered_day
from quorate.hub.pages.notices import refusal_notice
from quorate.hub.pages.shell import HubRequest, app_of
from quorate.hub.pages.strategies.details import TestForm, shown
from quorate.hub.pages.strategies.listing import LIST
from quorate.hub.security.principal import principal_of, require
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.ids import StrategyName

HELD_BACK: Final = 422
CONFLICT: Final = 409


@post(LIST + "/{name:str}/enable", guards=[require(Scope.ADMIN)], status_code=200)
async def enable_strategy(request: HubRequest, name: FromPath[str]) -> Template | Redirect:
    """Let cycles follow it as the configuration has it now."""
    return await _switched(request, name, enabled=True)


@post(LIST + "/{name:str}/disable", guards=[require(Scope.ADMIN)], status_code=200)
async def disable_strategy(request: HubRequest, name: FromPath[str]) -> Template | Redirect:
    """Let no cycle follow it any more."""
    return await _switched(request, name, enabled=False)


@post(LIST + "/{name:str}/backtest", guards=[require(Scope.RUN)], status_code=200)
async def start_backtest(request: HubRequest, name: FromPath[str]) -> Template | Redirect:
    """Try it, beside the hub, and show its page while that goes on."""
    fields = (await request.form()).dict()
    first, last = entered(fields, "from"), entered(fields, "to")
    try:
        wanted = BacktestRequest(
            strategy=StrategyName(name), first=entered_day(first), last=entered_day(last)
        )
        who = principal_of(request).name
        started = await app_of(request).strategy_desk.backtests.start(wanted, who)
    except (RejectedError, ConflictError) as error:
        if error.slug == "not-found" and "strategy" in error.cause:
            raise
        form = TestForm(first=first, last=last, error=error)
        return await shown(request, name, form=form, status=HELD_BACK)
    return Redirect(f"{LIST}/{name}?backtest={started.backtest_id}", status_code=303)


async def _switched(request: HubRequest, name: str, *, enabled: bool) -> Template | Redirect:
    fields = (await request.form()).dict()
    reason, seen = entered(fields, "reason"), entered(fields, "seen") or None
    try:
        await app_of(request).strategy_desk.switch(
            name, enabled=enabled, by=principal_of(request).name, reason=reason, seen=seen
        )
    except (RejectedError, ConflictError) as error:
        if error.slug == "not-found":
            raise
        notice = refusal_notice(error, about=f"strategy {name}")
        return await shown(request, name, notices=(notice,), status=CONFLICT)
    return Redirect(f"{LIST}/{name}", status_code=303)
