"""The cost page: its tabs are addresses; a form that is refused comes back with what was entered and why.

address -> query -> the tab's figures -> template; a saved form leads back to its tab
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final
from urllib.parse import urlencode

from litestar import get, post
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.arena.record.listing import RunPosition
from quorate.bootstrap import App
from quorate.hub.cursors import CALLS, cursor_of, position_of
from quorate.hub.etags import etag_of_budgets
from quorate.hub.pages.cost.chart import spend_chart
from quorate.hub.pages.cost.query import PAGE, SPANS, STACKS, CostQuery, Tab, read_query
from quorate.hub.pages.cost.words import gauges, month_gauge, name_of, settable
from quorate.hub.pages.limits import warning_words
from quorate.hub.pages.notices import Notice, Tone, refusal_notice
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.security.principal import require
from quorate.kernel.errors import QuorateError, RejectedError
from quorate.llm.budget import SETTABLE, CallStatus, Limit
from quorate.llm.call import Purpose
from quorate.llm.call_listing import CallFilter, CallPage, believable_call_id
from quorate.llm.catalogue import StatedPrice
from quorate.llm.cost import CostAxis, in_order, total
from quorate.llm.told_prices import checked_model, checked_price

SECTION: Final = "cost"

UNPRICED_SHOWN: Final = 6

HELD_BACK: Final = 422
"""The status of a page whose form was refused."""


@get(PAGE, guards=[require(Scope.READ)])
async def cost(request: HubRequest) -> Template:
    """Show the tab that the address names."""
    query = read_query(request.query_params, request.query_params.dict())
    told = [Notice(tone=Tone.GAIN, title="Saved.", text=query.changed)] if query.changed else []
    return await _shown(request, query, notices=told)


@post(f"{PAGE}/budgets", guards=[require(Scope.ADMIN)], status_code=200)
async def set_limits(request: HubRequest) -> Template | Redirect:
    """Set the limits of the form, all or none; an empty field gives one back to the configuration."""
    form = await request.form()
    entered = {limit.value: str(form.get(limit.value, "")).strip() for limit in SETTABLE}
    query, money = CostQuery(tab=Tab.BUDGETS), app_of(request).money
    try:
        if form.get("etag") != etag_of_budgets(await money.budgets()):
            raise _changed_meanwhile()
        changed = await money.set_budgets(
            {Limit(name): _amount(text) for name, text in entered.items()}
        )
    except RejectedError as error:
        return await _held_back(request, query, error, entered)
    names = ", ".join(changed)
    said = f"Changed: {names}." if changed else "The limits were so already."
    return _saved(query, said)


@post(f"{PAGE}/prices", guards=[require(Scope.ADMIN)], status_code=200)
async def state_price(request: HubRequest) -> Template | Redirect:
    """State a price, or give one back where both fields are empty."""
    form = await request.form()
    names = ("model", "prompt", "completion")
    entered = {name: str(form.get(name, "")).strip() for name in names}
    query = CostQuery(tab=Tab.PRICES, model=entered["model"])
    try:
        model = checked_model(entered["model"])
        price = _price(_amount(entered["prompt"]), _amount(entered["completion"]))
        await app_of(request).money.set_price(model, price)
    except RejectedError as error:
        return await _held_back(request, query, error, entered)
    said = f"The price of {model} is {'given back' if price is None else 'stated'}."
    return _saved(CostQuery(tab=Tab.PRICES), said)


def _saved(query: CostQuery, said: str) -> Redirect:
    return Redirect(f"{query.href}&{urlencode({'changed': said})}", status_code=303)


async def _held_back(
    request: HubRequest, query: CostQuery, error: QuorateError, entered: Mapping[str, str]
) -> Template:
    return await _shown(
        request, query, notices=[refusal_notice(error)], entered=entered, status=HELD_BACK
    )


async def _shown(
    request: HubRequest,
    query: CostQuery,
    *,
    notices: list[Notice],
    entered: Mapping[str, str] | None = None,
    status: int = 200,
) -> Template:
    app = app_of(request)
    figures = await _READERS[query.tab](app, query)
    return await page(
        request,
        "cost/index.html",
        part="cost/_tab.html",
        title=f"Cost, {query.tab.value}",
        section=SECTION,
        status=status,
        notices=notices,
        query=query,
        entered=entered or {},
        tabs=[(tab.value, tab.value.capitalize(), query.goes_to(tab)) for tab in Tab],
        **figures,
    )


async def _spend(app: App, query: CostQuery) -> dict[str, object]:
    today = app.clock.now().astimezone(UTC).date()
    first = today - timedelta(days=query.days - 1)
    outlook = await read(app.money.outlook(), "The budgets")
    by_day = await read(app.money.cost_by_day(query.stack, first), "The spend of each day")
    summed = await read(app.money.cost_summary(query.by, first), "The sums")
    unpriced = await read(
        app.money.calls(CallFilter(unpriced=True), UNPRICED_SHOWN, None), "The unpriced calls"
    )
    lines = () if isinstance(summed, Failed) else in_order(summed, query.by)
    return {
        "outlook": outlook,
        "gauges": () if isinstance(outlook, Failed) else gauges(outlook),
        "month": None if isinstance(outlook, Failed) else month_gauge(outlook),
        "by_day": by_day,
        "chart": None
        if isinstance(by_day, Failed)
        else spend_chart(by_day, query.stack, query.days, today),
        "summed": summed,
        "lines": lines,
        "whole": total(lines),
        "first": first,
        "axes": tuple(CostAxis),
        "spans": SPANS,
        "stacks": STACKS,
        "unpriced": unpriced,
    }


async def _calls(app: App, query: CostQuery) -> dict[str, object]:
    after = None
    if query.cursor:
        place = position_of(app.hub_secret, query.cursor, query.wanted)
        after = believable_call_id(place.run_id)
    listed = await read(app.money.calls(query.wanted, query.screen.per_page, after), "The calls")
    return {
        "listed": listed,
        "older": "" if isinstance(listed, Failed) else _older(app, query, listed),
        "purposes": (("", "any"), *((each.value, each.value) for each in Purpose)),
        "statuses": (("", "any"), *((each.value, each.value) for each in CallStatus)),
    }


def _older(app: App, query: CostQuery, listed: CallPage) -> str:
    if listed.next_after is None:
        return ""
    position = RunPosition(CALLS, listed.next_after)
    return query.at(cursor=cursor_of(app.hub_secret, position, query.wanted))


async def _budgets(app: App, _query: CostQuery) -> dict[str, object]:
    outlook = await read(app.money.outlook(), "The budgets")
    if isinstance(outlook, Failed):
        return {"outlook": outlook}
    return {
        "outlook": outlook,
        "gauges": gauges(outlook),
        "month": month_gauge(outlook),
        "settable": settable(outlook),
        "etag": etag_of_budgets(outlook.budgets),
        "own": [line for line in outlook.budgets if line.profile],
        "name_of": name_of,
        "said": [(warned, warning_words(warned)) for warned in outlook.warnings],
    }


async def _prices(app: App, _query: CostQuery) -> dict[str, object]:
    return {"prices": await read(app.money.prices(), "The prices")}


_READERS: Final = {
    Tab.SPEND: _spend,
    Tab.CALLS: _calls,
    Tab.BUDGETS: _budgets,
    Tab.PRICES: _prices,
}


def _amount(text: str) -> Decimal | None:
    """Return what was entered, None for an empty field.

    Raises:
        RejectedError: it is no number.
    """
    if not text:
        return None
    try:
        return Decimal(text.removeprefix("$"))
    except InvalidOperation:
        raise RejectedError(
            f"'{text[:40]}' is no number", effect="nothing was changed", fix="write it as 2.50"
        ) from None


def _price(prompt: Decimal | None, completion: Decimal | None) -> StatedPrice | None:
    """Return what was entered, None where both fields are empty.

    Raises:
        RejectedError: no model has this price, or one of the two is missing.
    """
    if prompt is None and completion is None:
        return None
    if prompt is None or completion is None:
        raise RejectedError("one of the two prices is missing", effect="no price was changed")
    return checked_price(prompt, completion)


def _changed_meanwhile() -> RejectedError:
    return RejectedError(
        "somebody else changed the limits since this form was opened",
        effect="nothing was changed",
        fix="look at the limits as they are now, and save again",
        slug="precondition-failed",
    )
