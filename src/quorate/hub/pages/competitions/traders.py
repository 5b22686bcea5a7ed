"""`/admin/competitions/traders`: who the books of competitions belong to; made, edited, looked back on, archived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.agents.profile import AgentProfile
from quorate.arena.competition.trader import (
    LIMIT_NAMES,
    RegisteredTrader,
    UnfitTraderError,
    to_payload,
)
from quorate.bootstrap.traders import can_compete
from quorate.hub.pages.competitions.listing import LIST, SECTION, TRADERS
from quorate.hub.pages.forms import entered
from quorate.hub.pages.notices import Notice, Tone, refusal_notice
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.screen import WHOLE, Column, Screen, read_screen
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.security.principal import principal_of, require
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.problems import status_of

NEW: Final = f"{TRADERS}/new"

SCREEN: Final = Screen(
    (
        Column("decided", "Decided by", 2),
        Column("size", "Size of an entry", 3),
        Column("limits", "Own limits", 4),
        Column("version", "Version", 5),
    ),
    sizes=WHOLE,
)
"""What can be hidden; the trader stays."""

TEXTS: Final = ("title", "description", "strategy", "entryEquity", *LIMIT_NAMES)
"""The fields of the form that hold one text."""

LIMITS: Final = (
    ("maxOrderEquity", "Largest entry", "max_order_equity"),
    ("maxPositionEquity", "Largest position", "max_position_equity"),
    ("maxCashShare", "Cash an entry may use", "max_cash_share"),
    ("maxDailyLoss", "Loss that ends a session", "max_daily_loss"),
    ("maxDrawdown", "Fall that ends new risk", "max_drawdown"),
)
"""The limits: name on the wire, label, name in the general policy that is shown as what holds else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraderForm:
    """What a person entered, as entered; `errors` stand beside the fields."""

    name: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    profiles: tuple[str, ...] = ()
    seen: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    def value(self, key: str) -> str:
        """Return what stands in a field."""
        return self.name if key == "name" else self.texts.get(key, "")

    @property
    def asked(self) -> dict[str, object]:
        """Return the wish that the form is."""
        return {**self.texts, "profiles": list(self.profiles)}


@get(TRADERS, guards=[require(Scope.READ)])
async def traders(request: HubRequest) -> Template:
    """Show the traders, those that are archived last."""
    roster = await read(app_of(request).competitions.traders.roster(), "The traders")
    known = [] if isinstance(roster, Failed) else sorted(roster, key=_archived_last)
    return await page(
        request,
        "competitions/traders.html",
        title="Traders",
        section=SECTION,
        listed=roster,
        traders=known,
        screen=read_screen(request.query_params.dict(), SCREEN),
        list_href=LIST,
        traders_href=TRADERS,
        new_href=NEW,
    )


@get(NEW, guards=[require(Scope.ADMIN)])
async def new_trader(request: HubRequest) -> Template:
    """Show the form of a new trader."""
    return await _new(request, TraderForm())


@post(TRADERS, guards=[require(Scope.ADMIN)], status_code=200)
async def create_trader(request: HubRequest) -> Template | Redirect:
    """Make the trader and go to its page."""
    form = _read_form((await request.form()).dict())
    asked = {**form.asked, "name": form.name}
    try:
        change = await app_of(request).competitions.traders.add(
            asked, by=principal_of(request).name
        )
    except UnfitTraderError as error:
        return await _new(request, _with_errors(form, error), status=422)
    except (RejectedError, ConflictError) as error:
        return await _new(request, form, notice=refusal_notice(error), status=409)
    return Redirect(f"{TRADERS}/{change.registered.trader.name}?done=made", status_code=303)


@get(TRADERS + "/{name:str}", guards=[require(Scope.READ)])
async def trader(request: HubRequest, name: FromPath[str]) -> Template:
    """Show a trader: its settings to edit, and what was done to it."""
    found = await app_of(request).competitions.traders.show(name)
    notice = _DONE.get(request.query_params.get("done", ""))
    return await _shown(request, found, _form_of(found), notice=notice)


@post(TRADERS + "/{name:str}", guards=[require(Scope.ADMIN)], status_code=200)
async def edit_trader(request: HubRequest, name: FromPath[str]) -> Template | Redirect:
    """Give the trader its next version, unless somebody else did since the form was read."""
    desk, form = app_of(request).competitions.traders, _read_form((await request.form()).dict())
    found = await desk.show(name)
    try:
        change = await desk.edit(
            name, form.asked, seen=form.seen or None, by=principal_of(request).name
        )
    except UnfitTraderError as error:
        return await _shown(request, found, _with_errors(form, error), status=422)
    except (RejectedError, ConflictError) as error:
        notice = refusal_notice(error, about=f"trader {name}")
        return await _shown(request, found, form, notice=notice, status=status_of(error.slug))
    said = "saved" if change.applied else "same"
    return Redirect(f"{TRADERS}/{name}?done={said}", status_code=303)


@post(TRADERS + "/{name:str}/archive", guards=[require(Scope.ADMIN)], status_code=200)
async def archive_trader(request: HubRequest, name: FromPath[str]) -> Redirect:
    """Let the trader enter no competition any more."""
    await app_of(request).competitions.traders.archive(name, by=principal_of(request).name)
    return Redirect(f"{TRADERS}/{name}?done=archived", status_code=303)


async def _new(
    request: HubRequest, form: TraderForm, *, notice: Notice | None = None, status: int = 200
) -> Template:
    return await page(
        request,
        "competitions/trader_new.html",
        title="New trader",
        section=SECTION,
        status=status,
        notices=[notice] if notice else [],
        form=form,
        choices=await _able(request),
        strategies=_strategies(request),
        limits=_limits(request),
        list_href=LIST,
        traders_href=TRADERS,
    )


async def _shown(
    request: HubRequest,
    found: RegisteredTrader,
    form: TraderForm,
    *,
    notice: Notice | None = None,
    status: int = 200,
) -> Template:
    steps = await app_of(request).competitions.traders.history(found.trader.name)
    return await page(
        request,
        "competitions/trader.html",
        title=found.trader.label,
        section=SECTION,
        status=status,
        notices=[notice] if notice else [],
        trader=found.trader,
        version=found.version,
        form=form,
        steps=list(reversed(steps)),
        choices=await _able(request),
        strategies=_strategies(request),
        limits=_limits(request),
        list_href=LIST,
        traders_href=TRADERS,
    )


def _read_form(fields: Mapping[str, Sequence[str]]) -> TraderForm:
    return TraderForm(
        name=entered(fields, "name"),
        texts={key: entered(fields, key) for key in TEXTS},
        profiles=tuple(fields.get("profile", ())),
        seen=entered(fields, "seen"),
    )


def _form_of(found: RegisteredTrader) -> TraderForm:
    told = to_payload(found.trader)
    return TraderForm(
        name=found.trader.name,
        texts={key: "" if told[key] is None else str(told[key]) for key in TEXTS},
        profiles=found.trader.profiles,
        seen=found.revision,
    )


def _with_errors(form: TraderForm, error: UnfitTraderError) -> TraderForm:
    told: dict[str, str] = {}
    for each in error.violations:
        told.setdefault(each.key, each.rule)
    return TraderForm(
        name=form.name, texts=form.texts, profiles=form.profiles, seen=form.seen, errors=told
    )


async def _able(request: HubRequest) -> Sequence[AgentProfile]:
    return [profile for profile in await app_of(request).profiles() if can_compete(profile)]


def _strategies(request: HubRequest) -> Sequence[tuple[str, str]]:
    """Return the strategies that name agents, as choices of a list."""
    known = app_of(request).competitions.traders.strategies
    named = sorted(name for name, strategy in known.items() if strategy.profiles)
    return [("", "none: the agents chosen here decide"), *((name, name) for name in named)]


def _limits(request: HubRequest) -> Sequence[tuple[str, str, str]]:
    """Return the limits with what holds where a trader has none of its own."""
    general = app_of(request).competitions.general_limits
    return [(key, label, f"{getattr(general, own):f}") for key, label, own in LIMITS]


def _archived_last(registered: RegisteredTrader) -> tuple[bool, str]:
    return registered.trader.archived, registered.trader.name


_DONE: Final = {
    "made": Notice(
        tone=Tone.GAIN, title="The trader is made.", text="Choose it for a new competition."
    ),
    "saved": Notice(
        tone=Tone.GAIN,
        title="Saved as the next version.",
        text="New competitions take it; those that were created keep theirs.",
    ),
    "same": Notice(
        tone=Tone.INFO, title="Nothing was changed.", text="The form says what stood there."
    ),
    "archived": Notice(
        tone=Tone.INFO,
        title="The trader is archived.",
        text="It enters no competition any more; its scores stay.",
    ),
}
