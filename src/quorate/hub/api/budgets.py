"""`/budgets` and `/prices`: what models may cost, and what they do cost.

The ETag of either list is a digest of what somebody can set in it; who sends it back as `If-Match` changes what was
seen, or nothing. Both hold from the next reservation of any process on.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Annotated, TypeVar

import msgspec
from litestar import Response, get, put
from litestar.params import JSONBody

from quorate.access import Scope
from quorate.hub.api import asking
from quorate.hub.api.cost_shapes import (
    BudgetList,
    BudgetsChanged,
    PriceChanged,
    PriceList,
    budget_item,
    budget_warning,
    price_item,
)
from quorate.hub.api.headers import IfMatch, require_unchanged
from quorate.hub.api.shape import Given
from quorate.hub.etags import etag_of_budgets, etag_of_prices
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.security.principal import require
from quorate.kernel.errors import RejectedError
from quorate.kernel.stamps import stamp
from quorate.llm.budget import SETTABLE, Limit
from quorate.llm.told_prices import checked_model, checked_price

T = TypeVar("T")

Amount = Annotated[str, msgspec.Meta(max_length=40)]


class NewBudgets(Given):
    """Limits and their new sizes in dollars or calls; null gives one back to the configuration."""

    limits: Annotated[
        dict[Limit, Amount | None],
        msgspec.Meta(min_length=1, description='{"daily": "2.00", "power-calls": "10"}'),
    ]


class NewPrice(Given):
    """A stated price in USD per million tokens; both null give it back to the configuration and the price table."""

    model: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    prompt_usd_per_million: Amount | None
    completion_usd_per_million: Amount | None


@get("/budgets", guards=[require(Scope.READ)], summary="List the limits")
async def budgets(request: AnyRequest) -> Response[BudgetList]:
    """List every limit and how full it is today, with the ETag of what can be set."""
    app = app_in(request)
    outlook = await app.money.outlook()
    body = BudgetList(
        read_at=stamp(app.clock.now()),
        items=tuple(map(budget_item, outlook.budgets)),
        warnings=tuple(map(budget_warning, outlook.warnings)),
    )
    return Response(body, headers={"ETag": etag_of_budgets(outlook.budgets)})


@put("/budgets", guards=[require(Scope.ADMIN)], summary="Set limits")
async def set_budgets(
    request: AnyRequest, data: JSONBody[NewBudgets], if_match: IfMatch = None
) -> Response[BudgetsChanged]:
    """Give limits other sizes, all or none."""
    money = app_in(request).money
    sizes = {limit: _size(limit, amount) for limit, amount in data.limits.items()}
    etag = etag_of_budgets(await money.budgets())
    require_unchanged(if_match, etag, "the limits were changed since they were read")
    try:
        changed = await money.set_budgets(sizes)
    except RejectedError as error:
        raise asking.wrong("/limits", error.cause) from error
    lines = await money.budgets()
    body = BudgetsChanged(
        target=",".join(sizes),
        applied=bool(changed),
        dry_run=False,
        changed=tuple(limit.value for limit in changed),
        items=tuple(map(budget_item, lines)),
    )
    return Response(body, headers={"ETag": etag_of_budgets(lines)})


@get("/prices", guards=[require(Scope.READ)], summary="List prices")
async def prices(request: AnyRequest) -> Response[PriceList]:
    """List what models cost, who says so, and which profiles may ask them."""
    app = app_in(request)
    lines = await app.money.prices()
    body = PriceList(read_at=stamp(app.clock.now()), items=tuple(map(price_item, lines)))
    return Response(body, headers={"ETag": etag_of_prices(lines)})


@put("/prices", guards=[require(Scope.ADMIN)], summary="State a price")
async def set_price(
    request: AnyRequest, data: JSONBody[NewPrice], if_match: IfMatch = None
) -> Response[PriceChanged]:
    """State what a model costs; calls keep the price that they were charged with."""
    money = app_in(request).money
    model = _checked("/model", lambda: checked_model(data.model))
    told = (data.prompt_usd_per_million, data.completion_usd_per_million)
    if (told[0] is None) is not (told[1] is None):
        raise asking.wrong("/completionUsdPerMillion", "both prices are stated, or both are null")
    price = None
    if told[0] is not None and told[1] is not None:
        prompt = _amount(told[0], "/promptUsdPerMillion")
        completion = _amount(told[1], "/completionUsdPerMillion")
        price = _checked("/promptUsdPerMillion", lambda: checked_price(prompt, completion))
    etag = etag_of_prices(await money.prices())
    require_unchanged(if_match, etag, "the prices were changed since they were read")
    change = await money.set_price(model, price)
    body = PriceChanged(
        target=str(model), applied=change.applied, dry_run=False, price=price_item(change.line)
    )
    return Response(body, headers={"ETag": etag_of_prices(await money.prices())})


def _size(limit: Limit, amount: str | None) -> Decimal | None:
    if limit not in SETTABLE:
        raise asking.wrong(f"/limits/{limit}", f"choose from {', '.join(SETTABLE)}")
    return None if amount is None else _amount(amount, f"/limits/{limit}")


def _amount(text: str, pointer: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise asking.wrong(pointer, "is no number") from None


def _checked(pointer: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except RejectedError as error:
        raise asking.wrong(pointer, error.cause) from error
