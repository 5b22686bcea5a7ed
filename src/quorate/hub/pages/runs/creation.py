"""`/admin/arena/runs/new`: what will this cost, who speaks, and then: run it.

fields -> request or errors beside them -> preview, or a durable run whose page fills itself; with `allowOrder` what it
decides is queued with it, as by `POST /arena/run`
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from litestar import Response, get, post
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.arena.request import RunRequest
from quorate.bootstrap import App, RunPreview
from quorate.bootstrap.trading.books import PAPER_BOOK
from quorate.hub.pages.forms import form_key, fresh_key
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.runs.form import (
    ALLOW_ORDER,
    AS_OF,
    MAX_COST,
    MODE,
    NEW,
    PREVIEW,
    PROFILES,
    STRATEGY,
    SYMBOLS,
    WHOLE,
    Choices,
    FieldErrors,
    RunForm,
    prefilled,
    read_form,
    refused,
    request_of,
    with_fresh_key,
)
from quorate.hub.pages.runs.listing import SECTION
from quorate.hub.pages.runs.query import LIST
from quorate.hub.pages.shell import HubRequest, app_of, page, wants_part
from quorate.hub.security.principal import principal_of, require, scope_missing
from quorate.hub.security.rates import Rate
from quorate.kernel.canonical import digest
from quorate.kernel.errors import ConflictError, RejectedError, UnavailableError
from quorate.portfolio.book import BookMode
from quorate.risk import TradingState

FIELDS: Final = (SYMBOLS, AS_OF, MODE, STRATEGY, PROFILES, MAX_COST, ALLOW_ORDER, WHOLE)
"""What an error may stand beside, in the order of the form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering:
    """Where orders of a run would go: the working book, to a broker or on past bars; whether the asker `may`."""

    book: str
    mode: BookMode
    halted: bool
    may: bool


@get("/admin/arena/runs/new", guards=[require(Scope.RUN)])
async def new_run(request: HubRequest) -> Template:
    """Show the form, as a page or in a drawer, with what the address asks for filled in."""
    choices = await _choices(app_of(request))
    form = prefilled(request.query_params.dict(), choices, fresh_key())
    return await _shown(request, form, choices)


@post("/admin/arena/runs/preview", guards=[require(Scope.RUN, rate=Rate.FREE)], status_code=200)
async def preview(request: HubRequest) -> Template:
    """Show what the form would run, who speaks and what it costs at most; nothing is written."""
    app, form = app_of(request), read_form((await request.form()).dict())
    _require_scope(request, form)
    choices = await _choices(app)
    found = await _previewed(app, form, choices)
    only = "runs/_preview.html" if _asks_for_preview(request) else "runs/_drawer.html"
    return await _shown(request, form, choices, found=found, part=only)


@post("/admin/arena/runs/new", guards=[require(Scope.RUN)])
async def start(request: HubRequest) -> Template | Redirect | Response[None]:
    """Begin the run and go to its page; the same form sent twice is one run."""
    app, form = app_of(request), read_form((await request.form()).dict())
    _require_scope(request, form)
    choices = await _choices(app)
    wanted = request_of(form, choices)
    if isinstance(wanted, FieldErrors):
        return await _shown(request, form, choices, found=wanted, status=422)
    try:
        await app.coordination.admit()
        key = form_key(request, form.key, fingerprint(wanted, allow_order=form.allow_order))
        begun = await app.start_run(wanted, key=key, allow_order=form.allow_order)
    except (RejectedError, ConflictError, UnavailableError) as error:
        again = with_fresh_key(form, error, fresh_key())
        return await _shown(request, again, choices, found=refused(error), status=422)
    href = f"{LIST}/{begun.run_id}"
    if wants_part(request):
        return Response(None, status_code=200, headers={"HX-Redirect": href})
    return Redirect(href, status_code=303)


async def _shown(
    request: HubRequest,
    form: RunForm,
    choices: Choices,
    *,
    found: RunPreview | FieldErrors | None = None,
    status: int = 200,
    part: str = "runs/_drawer.html",
) -> Template:
    errors = found.by_field if isinstance(found, FieldErrors) else {}
    return await page(
        request,
        "runs/new.html",
        title="Run arena",
        section=SECTION,
        status=status,
        part=part,
        form=form,
        choices=choices,
        ordering=await _ordering(request),
        preview=found if not isinstance(found, FieldErrors) else None,
        errors={name: errors.get(name) for name in FIELDS},
        wrong=next(iter(errors), None),
        new_href=NEW,
        preview_href=PREVIEW,
    )


def _require_scope(request: HubRequest, form: RunForm) -> None:
    """Refuse a run that may order to who may not trade, as the API does."""
    if form.allow_order and Scope.TRADE not in principal_of(request).scopes:
        raise scope_missing(Scope.TRADE)


async def _ordering(request: HubRequest) -> Ordering:
    app = app_of(request)
    name = await app.trading.working_book()
    standings = await read(app.safety.standings(), "The trading state")
    lines = () if isinstance(standings, Failed) else standings
    return Ordering(
        book=name,
        mode=BookMode.PAPER if name == PAPER_BOOK else BookMode.REPLAY,
        halted=any(each.book == name and each.state is TradingState.HALTED for each in lines),
        may=Scope.TRADE in principal_of(request).scopes,
    )


async def _choices(app: App) -> Choices:
    return Choices(
        series=await app.series_listing(),
        registered=await app.profiles(),
        strategies=sorted(app.strategies),
    )


async def _previewed(app: App, form: RunForm, choices: Choices) -> RunPreview | FieldErrors:
    wanted = request_of(form, choices)
    if isinstance(wanted, FieldErrors):
        return wanted
    if form.allow_order:
        try:
            wanted = await app.order_desk.prepared(wanted)
        except (RejectedError, UnavailableError) as error:
            return FieldErrors({ALLOW_ORDER: error})
    try:
        return await app.preview_run(wanted)
    except RejectedError as error:
        return refused(error)


def fingerprint(wanted: RunRequest, *, allow_order: bool = False) -> str:
    """Return a digest of what is asked for: the same key for something else is refused."""
    asked: Mapping[str, str | Sequence[str]] = {
        "symbols": list(wanted.symbols),
        "profiles": list(wanted.profiles or ()),
        "asOf": wanted.as_of.isoformat() if wanted.as_of else "",
        "mode": wanted.mode,
        "strategy": wanted.strategy or "",
        "maxCost": str(wanted.max_cost or ""),
        **({"allowOrder": "yes"} if allow_order else {}),
    }
    return digest(asked)


def _asks_for_preview(request: HubRequest) -> bool:
    return "run-preview" in request.headers.get("HX-Target", "")
