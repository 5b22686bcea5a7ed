"""`/admin/cycles/{id}`: what every step said, verbatim, the moves beside them, and the audit."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from litestar import get
from litestar.params import FromPath
from litestar.response import Template

from quorate.access import Scope
from quorate.bootstrap.cycling import CycleView
from quorate.cycle.record import Move
from quorate.cycle.strip import StepStanding
from quorate.hub.pages.alert_lines import alert_lines
from quorate.hub.pages.cycles.listing import LIST, SECTION, state_of
from quorate.hub.pages.cycles.saying import decisions_of, recomputed, sentence_of
from quorate.hub.pages.cycles.strip import Station, audit_tag, stations_of
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.problems import RefusedError
from quorate.hub.security.principal import require
from quorate.kernel.canonical import as_json
from quorate.kernel.ids import is_like_an_id
from quorate.kernel.stamps import moment_of
from quorate.kernel.step_message import KEYS


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCard:
    """A step with what it said: in a sentence, and verbatim as JSON, empty where it said nothing."""

    step: StepStanding
    station: Station
    sentence: str
    verbatim: str


@dataclass(frozen=True, slots=True)
class TimedMove:
    """A move of the history, and how long the cycle had been where it left; None at the first."""

    move: Move
    after: timedelta | None


@get(f"{LIST}/{{cycle_id:str}}", guards=[require(Scope.READ)])
async def cycle(request: HubRequest, cycle_id: FromPath[str]) -> Template:
    """Show one cycle."""
    if not is_like_an_id(cycle_id):
        raise RefusedError("there is no such cycle", slug="not-found")
    view = await app_of(request).cycles.show(cycle_id)
    audit, tone = audit_tag(view)
    state, state_tone = state_of(view.line)
    return await page(
        request,
        "cycles/details.html",
        part="cycles/_details.html",
        title=f"Cycle {view.line.number} of {view.line.book}",
        section=SECTION,
        view=view,
        line=view.line,
        stations=stations_of(view.steps),
        steps=step_cards(view),
        moves=moves_of(view),
        audit=audit,
        audit_tone=tone,
        state=state,
        state_tone=state_tone,
        decisions=decisions_of(view.cycle),
        figures=recomputed(view.cycle),
        alerts=alert_lines(view.alerts),
        page_href=f"{LIST}/{view.line.cycle_id}",
        list_href=f"{LIST}?book={view.line.book}",
    )


def step_cards(view: CycleView) -> tuple[StepCard, ...]:
    """Return the steps with their messages."""
    return tuple(
        StepCard(
            step=step,
            station=station,
            sentence=sentence_of(step),
            verbatim=verbatim_of(step),
        )
        for step, station in zip(view.steps, stations_of(view.steps), strict=True)
    )


def verbatim_of(step: StepStanding) -> str:
    """Return a message as it was recorded, laid out for reading."""
    if step.message is None:
        return ""
    payload = step.message.payload()
    return json.dumps({key: as_json(payload[key]) for key in KEYS}, indent=2, ensure_ascii=False)


def moves_of(view: CycleView) -> tuple[TimedMove, ...]:
    """Return the moves, each with the time since the one before."""
    history = view.cycle.history
    times = [moment_of(later.at) - moment_of(earlier.at) for earlier, later in pairwise(history)]
    return tuple(
        TimedMove(move, after) for move, after in zip(history, [None, *times], strict=True)
    )
