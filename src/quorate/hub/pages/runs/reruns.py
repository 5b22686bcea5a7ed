"""`/admin/arena/runs/{id}/replay` and `/admin/arena/runs/compare`: does the record hold, and what if?

run -> recomputed from its record -> same bytes or what differs; swaps -> a what-if -> side by side with its run
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.arena.policy import ArenaPolicy
from quorate.arena.request import checked_cost
from quorate.arena.rerun import WhatIfRequest
from quorate.bootstrap import App
from quorate.hub.pages.forms import entered, form_key, fresh_key
from quorate.hub.pages.runs.comparing import SideBySide, side_by_side
from quorate.hub.pages.runs.listing import SECTION
from quorate.hub.pages.runs.query import LIST
from quorate.hub.pages.shell import HubRequest, app_of, page, wants_part
from quorate.hub.pages.wording import short_id
from quorate.hub.security.principal import require
from quorate.kernel.canonical import digest
from quorate.kernel.errors import ConflictError, QuorateError, RejectedError

COMPARE: Final = f"{LIST}/compare"


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfForm:
    """What a person entered, as entered: one swap a line; `key` makes two presses of one form one what-if."""

    swaps: str = ""
    max_cost: str = ""
    free: bool = False
    key: str = ""

    def wanted(self, run_id: str) -> WhatIfRequest:
        """Return the request that the form makes.

        Raises:
            RejectedError: the limit is no amount; whether the swaps can be made the application says.
        """
        limit = checked_cost(self.max_cost) if self.max_cost else None
        swaps = tuple(self.swaps.split())
        return WhatIfRequest(run_id=run_id, swaps=swaps, max_cost=limit, free=self.free)


@get("/admin/arena/runs/{run_id:str}/replay", guards=[require(Scope.READ)])
async def replay(request: HubRequest, run_id: FromPath[str]) -> Template:
    """Recompute the run from its record and show whether it comes to the same; nobody is asked."""
    return await _shown(request, run_id, WhatIfForm(key=fresh_key()))


@post("/admin/arena/runs/{run_id:str}/replay", guards=[require(Scope.RUN)])
async def ask_what_if(
    request: HubRequest, run_id: FromPath[str]
) -> Template | Redirect | Response[None]:
    """Begin a what-if and go where it stands beside its run; the same form sent twice is one what-if."""
    form = _form((await request.form()).dict())
    try:
        wanted = form.wanted(run_id)
        key = form_key(request, form.key, _fingerprint(wanted))
        begun = await app_of(request).reruns.start(wanted, key)
    except (RejectedError, ConflictError) as error:
        again = replace(form, key=fresh_key())
        return await _shown(request, run_id, again, error=error)
    href = f"{COMPARE}?{urlencode({'a': run_id, 'b': begun.run_id})}"
    if wants_part(request):
        return Response(None, status_code=200, headers={"HX-Redirect": href})
    return Redirect(href, status_code=303)


@get("/admin/arena/runs/compare", guards=[require(Scope.READ)])
async def compare(request: HubRequest) -> Template:
    """Show two runs side by side, or ask which ones."""
    a, b = (request.query_params.get(name, "").strip() for name in ("a", "b"))
    found, error = await _compared(app_of(request), a, b) if a and b else (None, None)
    return await page(
        request,
        "runs/compare.html",
        title="Runs side by side",
        section=SECTION,
        status=404 if error else 200,
        part="runs/_compare.html",
        found=found,
        error=error,
        a=a,
        b=b,
        here=f"{COMPARE}?{urlencode({'a': a, 'b': b})}",
    )


async def _compared(app: App, a: str, b: str) -> tuple[SideBySide | None, RejectedError | None]:
    try:
        return side_by_side(await app.reruns.compare(a, b), LIST), None
    except RejectedError as error:
        return None, error


async def _shown(
    request: HubRequest, run_id: str, form: WhatIfForm, *, error: QuorateError | None = None
) -> Template:
    app = app_of(request)
    run = await app.recorded_run(run_id)
    replayed, refusal = None, None
    try:
        replayed = await app.reruns.replay(run_id)
    except RejectedError as refused:
        refusal = refused
    return await page(
        request,
        "runs/replay.html",
        title=f"Replay of {short_id(run.run_id)}",
        section=SECTION,
        status=422 if error else 200,
        run=run,
        replayed=replayed,
        refusal=refusal,
        form=form,
        error=error,
        thresholds=ArenaPolicy.names(),
    )


def _form(fields: Mapping[str, list[str]]) -> WhatIfForm:
    return WhatIfForm(
        swaps=entered(fields, "swaps"),
        max_cost=entered(fields, "maxCost"),
        free=bool(entered(fields, "free")),
        key=entered(fields, "key"),
    )


def _fingerprint(wanted: WhatIfRequest) -> str:
    return digest([wanted.run_id, *wanted.swaps, str(wanted.max_cost or ""), str(wanted.free)])
