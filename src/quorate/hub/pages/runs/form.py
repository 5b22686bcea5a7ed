"""The form of a new run: what was entered, what is wrong with it field by field, and the request it makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final
from urllib.parse import urlencode

from quorate.agents.profile import AgentProfile, Mode
from quorate.arena.request import (
    COMPETITION,
    DEBATE,
    MODES,
    RunRequest,
    asked_profiles,
    checked_cost,
    checked_symbols,
)
from quorate.hub.pages.forms import checked, entered, entered_day, wrong
from quorate.hub.pages.runs.query import LIST
from quorate.kernel.errors import QuorateError
from quorate.kernel.ids import ProfileName, StrategyName, Symbol
from quorate.kernel.money import Usd
from quorate.market.series import SeriesSummary

NEW: Final = f"{LIST}/new"
PREVIEW: Final = f"{LIST}/preview"

SYMBOLS, PROFILES, AS_OF, MAX_COST, WHOLE = "symbols", "profiles", "asOf", "maxCost", ""
MODE, STRATEGY, ALLOW_ORDER = "mode", "strategy", "allowOrder"
"""The fields that an error may stand beside; WHOLE is the form itself."""

REUSED: Final = "idempotency-reused"
"""What the application says to a key that stands for another request."""

NO_SYMBOLS: Final[tuple[Symbol, ...]] = ()
NO_PROFILES: Final[tuple[ProfileName, ...] | None] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunForm:
    """What a person entered, as entered; `key` makes two presses of one form one run.

    `picked` are the symbols chosen by their chips, `other` is free text with more of them. `allow_order` has what the
    run decides ordered; no address ticks it, a person does.
    """

    picked: tuple[str, ...] = ()
    other: str = ""
    profiles: tuple[str, ...] = ()
    as_of: str = ""
    mode: str = DEBATE
    strategy: str = ""
    max_cost: str = ""
    allow_order: bool = False
    key: str = ""

    @property
    def symbols(self) -> tuple[str, ...]:
        """Return every symbol asked for, chips first."""
        typed = self.other.replace(",", " ").replace(";", " ").split()
        return (*self.picked, *typed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What can be chosen: symbols with bars, the profiles that are registered, and the configured strategies."""

    series: Sequence[SeriesSummary]
    registered: Sequence[AgentProfile]
    strategies: Sequence[StrategyName] = ()

    @property
    def profiles(self) -> Sequence[AgentProfile]:
        """Return the profiles of the first round, those that are on before the others."""
        first_round = (one for one in self.registered if one.mode is not Mode.ESCALATION_ONLY)
        return sorted(first_round, key=lambda profile: (not profile.enabled, profile.name))

    @property
    def enabled(self) -> tuple[str, ...]:
        """Return the names of the profiles that a run asks where nobody says whom."""
        return tuple(profile.name for profile in self.profiles if profile.enabled)

    @property
    def first(self) -> date | None:
        """Return the oldest session of any symbol, None without bars."""
        return min((start for start, _ in self.spans()), default=None)

    @property
    def last(self) -> date | None:
        """Return the newest session of any symbol, None without bars."""
        return max((end for _, end in self.spans()), default=None)

    def spans(self, symbols: Sequence[str] | None = None) -> Sequence[tuple[date, date]]:
        """Return the first and last session of each of `symbols`, of all unless told; those without bars have none."""
        return [
            (one.first, one.last)
            for one in self.series
            if one.first and one.last and (symbols is None or one.symbol in symbols)
        ]


@dataclass(frozen=True, slots=True)
class FieldErrors:
    """What is wrong, by field."""

    by_field: Mapping[str, QuorateError] = field(default_factory=dict)


def read_form(fields: Mapping[str, Sequence[str]]) -> RunForm:
    """Return what was sent; a field that was not sent is empty."""
    return RunForm(
        picked=tuple(fields.get("symbol", ())),
        other=entered(fields, "other"),
        profiles=tuple(fields.get("profile", ())),
        as_of=entered(fields, "asOf"),
        mode=entered(fields, "mode") or DEBATE,
        strategy=entered(fields, "strategy"),
        max_cost=entered(fields, "maxCost"),
        allow_order=entered(fields, ALLOW_ORDER) == "yes",
        key=entered(fields, "key"),
    )


def prefilled(params: Mapping[str, Sequence[str]], choices: Choices, key: str) -> RunForm:
    """Return a fresh form with what an address asks for; without it, every enabled profile."""
    asked = read_form(params)
    known = {one.symbol for one in choices.series}
    enabled = choices.enabled
    return RunForm(
        picked=tuple(symbol for symbol in asked.picked if symbol in known),
        other=" ".join([*(one for one in asked.picked if one not in known), asked.other]).strip(),
        profiles=tuple(name for name in asked.profiles if name in enabled) or enabled,
        as_of=asked.as_of,
        mode=asked.mode if asked.mode in MODES else DEBATE,
        strategy=asked.strategy if asked.strategy in choices.strategies else "",
        max_cost=asked.max_cost,
        key=key,
    )


def again_href(
    symbols: Iterable[str],
    profiles: Iterable[str],
    as_of: date | None,
    *,
    mode: str = DEBATE,
    strategy: StrategyName | None = None,
) -> str:
    """Return the address of a form that asks the same once more."""
    pairs = [
        *(("symbol", symbol) for symbol in symbols),
        *(("profile", name) for name in profiles),
        *([("asOf", as_of.isoformat())] if as_of else []),
        *([("mode", mode)] if mode != DEBATE else []),
        *([("strategy", strategy)] if strategy else []),
    ]
    return f"{NEW}?{urlencode(pairs)}"


def request_of(form: RunForm, choices: Choices) -> RunRequest | FieldErrors:
    """Return the request that a form makes, or what is wrong with each of its fields, in their order."""
    errors: dict[str, QuorateError] = {}
    symbols = checked(errors, SYMBOLS, lambda: _symbols(form, choices), NO_SYMBOLS)
    as_of = checked(errors, AS_OF, lambda: _day(form.as_of, choices.spans(symbols or None)), None)
    mode = checked(errors, MODE, lambda: _mode(form), DEBATE)
    strategy = checked(errors, STRATEGY, lambda: _strategy(form, choices), None)
    names = checked(errors, PROFILES, lambda: _profiles(form, choices), NO_PROFILES)
    limit = checked(errors, MAX_COST, lambda: _limit(form.max_cost), None)
    if errors:
        return FieldErrors(errors)
    return RunRequest(
        symbols=symbols,
        profiles=names,
        as_of=as_of,
        mode=mode,
        strategy=strategy,
        max_cost=limit,
    )


def refused(error: QuorateError) -> FieldErrors:
    """Return what the application said to the whole request; a form used before says what to do about it."""
    if error.slug == REUSED:
        error = wrong(
            "this form has begun another run already", "press Run arena again to begin this one too"
        )
    return FieldErrors({WHOLE: error})


def with_fresh_key(form: RunForm, error: QuorateError, key: str) -> RunForm:
    """Return the form with `key` where its own stands for another run."""
    return replace(form, key=key) if error.slug == REUSED else form


def _symbols(form: RunForm, choices: Choices) -> tuple[Symbol, ...]:
    if not form.symbols and form.strategy:
        return NO_SYMBOLS
    if not form.symbols:
        raise wrong("no symbol is chosen", "choose at least one")
    symbols = checked_symbols(form.symbols)
    known = {one.symbol for one in choices.series}
    unknown = [symbol for symbol in symbols if symbol not in known]
    if unknown:
        raise wrong(
            f"there are no bars of {', '.join(unknown)}",
            "import them with quorate data import FILE",
        )
    return symbols


def _mode(form: RunForm) -> str:
    if form.mode not in MODES:
        raise wrong(f"{form.mode[:40]!r} is no mode", f"choose from {', '.join(MODES)}")
    return form.mode


def _strategy(form: RunForm, choices: Choices) -> StrategyName | None:
    if not form.strategy:
        return None
    if form.strategy not in choices.strategies:
        raise wrong(
            f"there is no strategy {form.strategy[:40]!r}", "choose one that is configured, or none"
        )
    return StrategyName(form.strategy)


def _profiles(form: RunForm, choices: Choices) -> tuple[ProfileName, ...] | None:
    """Return who is asked; None leaves the choice to the strategy where the form's own was left as it came.

    In a competition those who never vote have nothing to decide: they are left out, as where nobody is named.
    """
    if form.strategy and set(form.profiles) in (set(), set(choices.enabled)):
        return None
    if not form.profiles:
        raise wrong("nobody would be asked", "choose at least one agent")
    asked = asked_profiles([ProfileName(name) for name in form.profiles], choices.registered)
    if form.mode == COMPETITION:
        asked = tuple(profile for profile in asked if profile.voter)
    if not asked:
        raise wrong("nobody would compete", "choose at least one agent that votes")
    return tuple(profile.name for profile in asked)


def _day(text: str, spans: Sequence[tuple[date, date]]) -> date | None:
    """Return the session asked for, one that some of the symbols' bars reach; None for the newest."""
    day = entered_day(text)
    if day and spans and not any(first <= day <= last for first, last in spans):
        first, last = min(first for first, _ in spans), max(last for _, last in spans)
        raise wrong(f"there are no bars at {day}", f"choose a date from {first} to {last}")
    return day


def _limit(text: str) -> Usd | None:
    return checked_cost(text) if text else None
