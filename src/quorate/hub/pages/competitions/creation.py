"""`/admin/competitions/new`: who competes on which terms; they are frozen when it is created, nothing is spent yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from litestar import get, post
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.agents.profile import AgentProfile, Mode
from quorate.arena.competition.contest import DEFAULT_CAPITAL, CompetitionRequest
from quorate.arena.request import checked_symbols
from quorate.bootstrap import App
from quorate.hub.pages.competitions.listing import LIST, NEW, SECTION
from quorate.hub.pages.forms import checked, entered, entered_day, wrong
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.security.principal import principal_of, require
from quorate.kernel.errors import QuorateError, RejectedError
from quorate.kernel.ids import ProfileName, Symbol
from quorate.kernel.money import Usd
from quorate.market.series import SeriesSummary

FIELDS: Final = ("name", "symbols", "from", "to", "profiles", "capital", "maxCost", "")
"""The fields that an error may stand beside; the last is the form itself."""

NO_SYMBOLS: Final[tuple[Symbol, ...]] = ()
NO_PROFILES: Final[tuple[ProfileName, ...]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewForm:
    """What a person entered, as entered."""

    name: str = ""
    symbols: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    first: str = ""
    last: str = ""
    capital: str = f"{DEFAULT_CAPITAL}"
    max_cost: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What can be chosen: symbols with bars, and the profiles that vote and are on."""

    series: Sequence[SeriesSummary]
    profiles: Sequence[AgentProfile]

    @property
    def first(self) -> date | None:
        """Return the oldest session of any symbol, None without bars."""
        return min((one.first for one in self.series if one.first), default=None)

    @property
    def last(self) -> date | None:
        """Return the newest session of any symbol, None without bars."""
        return max((one.last for one in self.series if one.last), default=None)


@get(NEW, guards=[require(Scope.RUN)])
async def new_competition(request: HubRequest) -> Template:
    """Show the form; everybody who can take part is chosen."""
    choices = await _choices(app_of(request))
    names = tuple(profile.name for profile in choices.profiles)
    return await _shown(request, NewForm(profiles=names), choices, {})


@post(LIST, guards=[require(Scope.RUN)], status_code=200)
async def create_competition(request: HubRequest) -> Template | Redirect:
    """Freeze the terms and go to the competition's page; there it is started."""
    app, form = app_of(request), read_form((await request.form()).dict())
    errors: dict[str, QuorateError] = {}
    wanted = request_of(form, errors)
    if not errors:
        try:
            made = await app.competitions.create(wanted, principal_of(request).name)
        except RejectedError as error:
            errors[""] = error
        else:
            return Redirect(f"{LIST}/{made.competition_id}", status_code=303)
    return await _shown(request, form, await _choices(app), errors, status=422)


def read_form(fields: Mapping[str, Sequence[str]]) -> NewForm:
    """Return what was sent; a field that was not sent is empty."""
    return NewForm(
        name=entered(fields, "name"),
        symbols=tuple(fields.get("symbol", ())),
        profiles=tuple(fields.get("profile", ())),
        first=entered(fields, "from"),
        last=entered(fields, "to"),
        capital=entered(fields, "capital"),
        max_cost=entered(fields, "maxCost"),
    )


def request_of(form: NewForm, errors: dict[str, QuorateError]) -> CompetitionRequest:
    """Return the competition that a form asks for; what is wrong with it is noted in `errors`, by field."""

    def limit() -> Usd | None:
        return _usd(form.max_cost) if form.max_cost else None

    return CompetitionRequest(
        name=checked(errors, "name", lambda: _named(form.name), ""),
        symbols=checked(errors, "symbols", lambda: checked_symbols(form.symbols), NO_SYMBOLS),
        profiles=checked(errors, "profiles", lambda: _chosen(form.profiles), NO_PROFILES),
        first=checked(errors, "from", lambda: entered_day(form.first), None),
        last=checked(errors, "to", lambda: entered_day(form.last), None),
        capital=checked(errors, "capital", lambda: _usd(form.capital), DEFAULT_CAPITAL),
        max_cost=checked(errors, "maxCost", limit, None),
    )


async def _choices(app: App) -> Choices:
    able = [
        profile
        for profile in await app.profiles()
        if profile.enabled and profile.voter and profile.mode is not Mode.ESCALATION_ONLY
    ]
    return Choices(series=await app.series_listing(), profiles=able)


async def _shown(
    request: HubRequest,
    form: NewForm,
    choices: Choices,
    errors: Mapping[str, QuorateError],
    *,
    status: int = 200,
) -> Template:
    return await page(
        request,
        "competitions/new.html",
        title="New competition",
        section=SECTION,
        status=status,
        form=form,
        choices=choices,
        errors={name: errors.get(name) for name in FIELDS},
        wrong=next(iter(errors), None),
        list_href=LIST,
    )


def _named(text: str) -> str:
    if not text:
        raise wrong("it has no name", "name it as in winter 2012")
    return text


def _chosen(names: Sequence[str]) -> tuple[ProfileName, ...]:
    if not names:
        raise wrong("nobody would take part", "choose at least one profile")
    return tuple(map(ProfileName, names))


def _usd(text: str) -> Usd:
    try:
        amount = Decimal(text.removeprefix("$").replace(",", ""))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise wrong(f"{text!r} is no amount of US dollars", "write it as in 100000")
    return Usd(amount)
