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
from quorate.arena.competition.contest import (
    DEFAULT_CAPITAL,
    MOST_ROUNDS,
    USUAL_ROUNDS,
    CompetitionRequest,
)
from quorate.arena.competition.trader import Trader, TraderName
from quorate.arena.request import checked_symbols
from quorate.bootstrap import App
from quorate.hub.pages.competitions.listing import LIST, NEW, SECTION, TRADERS
from quorate.hub.pages.forms import checked, entered, entered_day, wrong
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.security.principal import principal_of, require
from quorate.kernel.errors import QuorateError, RejectedError
from quorate.kernel.ids import ProfileName, Symbol
from quorate.kernel.money import Usd
from quorate.market.series import SeriesSummary
from quorate.portfolio.book import BookMode

FIELDS: Final = (
    "name",
    "symbols",
    "mode",
    "from",
    "to",
    "rounds",
    "profiles",
    "capital",
    "maxCost",
    "",
)
"""The fields that an error may stand beside; the last is the form itself."""

PLAYED: Final = (BookMode.REPLAY.value, BookMode.PAPER.value)

NO_SYMBOLS: Final[tuple[Symbol, ...]] = ()
NO_PROFILES: Final[tuple[ProfileName, ...]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewForm:
    """What a person entered, as entered."""

    name: str = ""
    symbols: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    traders: tuple[str, ...] = ()
    mode: str = BookMode.REPLAY.value
    rounds: str = ""
    first: str = ""
    last: str = ""
    capital: str = f"{DEFAULT_CAPITAL}"
    max_cost: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What can be chosen: symbols with bars, the profiles that vote and are on, and the traders."""

    series: Sequence[SeriesSummary]
    profiles: Sequence[AgentProfile]
    traders: Sequence[Trader] = ()

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
        traders=tuple(fields.get("trader", ())),
        mode=entered(fields, "mode") or BookMode.REPLAY.value,
        rounds=entered(fields, "rounds"),
        first=entered(fields, "from"),
        last=entered(fields, "to"),
        capital=entered(fields, "capital"),
        max_cost=entered(fields, "maxCost"),
    )


def request_of(form: NewForm, errors: dict[str, QuorateError]) -> CompetitionRequest:
    """Return the competition that a form asks for; what is wrong with it is noted in `errors`, by field."""

    def limit() -> Usd | None:
        return _usd(form.max_cost) if form.max_cost else None

    mode = checked(errors, "mode", lambda: _mode(form.mode), BookMode.REPLAY)
    is_paper = mode is BookMode.PAPER
    return CompetitionRequest(
        name=checked(errors, "name", lambda: _named(form.name), ""),
        symbols=checked(errors, "symbols", lambda: checked_symbols(form.symbols), NO_SYMBOLS),
        profiles=checked(errors, "profiles", lambda: _chosen(form), NO_PROFILES),
        traders=tuple(map(TraderName, form.traders)),
        mode=mode,
        rounds=checked(errors, "rounds", lambda: _rounds(form), None),
        first=None if is_paper else checked(errors, "from", lambda: entered_day(form.first), None),
        last=None if is_paper else checked(errors, "to", lambda: entered_day(form.last), None),
        capital=checked(errors, "capital", lambda: _usd(form.capital), DEFAULT_CAPITAL),
        max_cost=checked(errors, "maxCost", limit, None),
    )


async def _choices(app: App) -> Choices:
    able = [
        profile
        for profile in await app.profiles()
        if profile.enabled and profile.voter and profile.mode is not Mode.ESCALATION_ONLY
    ]
    roster = await app.competitions.traders.roster()
    traders = [each.trader for each in roster if not each.trader.archived]
    return Choices(series=await app.series_listing(), profiles=able, traders=traders)


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
        usual_rounds=USUAL_ROUNDS,
        most_rounds=MOST_ROUNDS,
        traders_href=TRADERS,
    )


def _named(text: str) -> str:
    if not text:
        raise wrong("it has no name", "name it as in winter 2012")
    return text


def _chosen(form: NewForm) -> tuple[ProfileName, ...]:
    if not form.profiles and not form.traders:
        raise wrong("nobody would take part", "choose at least one profile or trader")
    return tuple(map(ProfileName, form.profiles))


def _mode(text: str) -> BookMode:
    if text not in PLAYED:
        raise wrong(f"{text!r} is no kind of competition", f"choose {' or '.join(PLAYED)}")
    return BookMode(text)


def _rounds(form: NewForm) -> int | None:
    """Return how many sessions a paper competition plays; on past bars the dates say it, and nothing is read."""
    if form.mode != BookMode.PAPER or not form.rounds:
        return None
    if not form.rounds.isdecimal() or len(form.rounds) > len(f"{MOST_ROUNDS}"):
        raise wrong(
            f"{form.rounds!r} is no number of sessions", f"write one from 2 to {MOST_ROUNDS}"
        )
    return int(form.rounds)


def _usd(text: str) -> Usd:
    try:
        amount = Decimal(text.removeprefix("$").replace(",", ""))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise wrong(f"{text!r} is no amount of US dollars", "write it as in 100000")
    return Usd(amount)
