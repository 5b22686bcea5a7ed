"""`/admin/arena/runs/{id}`: why did it make that decision, and what did each agent say?"""

from __future__ import annotations

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Template

from quorate.access import Scope
from quorate.bootstrap import App
from quorate.bootstrap.ordering import DecisionOrders
from quorate.hub.pages.downloads import download
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.runs.listing import SECTION
from quorate.hub.pages.runs.order_chain import order_hops, order_words
from quorate.hub.pages.runs.prices import SESSIONS, PriceTable, price_table
from quorate.hub.pages.runs.risk import RiskPage, risk_page
from quorate.hub.pages.runs.scene import (
    Scene,
    calls_context,
    decision_context,
    run_context,
    scene_of,
    tab_of,
    trace_context,
)
from quorate.hub.pages.runs.summary import Tab, title_of
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.security.principal import require


@get("/admin/arena/runs/{run_id:str}", guards=[require(Scope.READ)])
async def run_details(request: HubRequest, run_id: FromPath[str]) -> Template:
    """Show one run."""
    app = app_of(request)
    with_texts = tab_of(request.query_params) is Tab.PROMPTS
    scene = scene_of(await app.run_details(run_id, with_texts=with_texts), request.query_params)
    orders = await _orders(app, scene)
    return await page(
        request,
        "runs/details.html",
        title=title_of(scene.run, scene.case),
        section=SECTION,
        part="runs/_details.html",
        prices=await _prices(app, scene),
        order_hops=order_hops(scene.case.decision.fact if scene.case else None, orders),
        order_said=order_words(orders),
        risk=await _risk(app, scene),
        **run_context(scene),
        **trace_context(scene),
        **calls_context(scene),
        **decision_context(scene),
    )


@get("/admin/arena/runs/{run_id:str}/export", guards=[require(Scope.READ)])
async def export_run(request: HubRequest, run_id: FromPath[str]) -> Response[bytes]:
    """Return one run as JSON to keep."""
    run = await app_of(request).recorded_run(run_id)
    return download(f"{run.run_id}.json", run.as_json())


async def _orders(app: App, scene: Scene) -> DecisionOrders | None:
    """Return the orders of the decision that the page shows; None before any decision, or where they cannot be read."""
    if scene.case is None:
        return None
    found = await read(app.orders.of_decision(scene.case.decision.fact.decision_id), "The orders")
    return None if isinstance(found, Failed) else found


async def _risk(app: App, scene: Scene) -> RiskPage | Failed | None:
    """Return what risk and the auditor found, where the page shows it; None before any decision."""
    if scene.case is None or scene.place.tab is not Tab.RISK:
        return None
    story = await read(app.orders.story(scene.case.decision.fact.decision_id), "The risk verdicts")
    return story if isinstance(story, Failed) else risk_page(story)


async def _prices(app: App, scene: Scene) -> PriceTable | Failed | None:
    """Return the prices up to the decision where the page shows them; None where there are none."""
    if scene.case is None or scene.place.tab is not Tab.SUMMARY:
        return None
    decision, as_of = scene.case.decision.fact, scene.run.header.fact.as_of
    bars = await read(app.price_history(decision.symbol, as_of, SESSIONS), "The price chart")
    if isinstance(bars, Failed):
        return bars
    return price_table(bars, stop=decision.stop, target=decision.target) if bars else None
