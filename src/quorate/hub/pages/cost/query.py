"""What the address of the cost page asks for: which tab, along which axis, over which days, which calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final

from quorate.hub.pages.addresses import word_in
from quorate.hub.pages.screen import WHOLE, Column, Screen, chosen_screen
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import is_like_an_id, is_name
from quorate.llm.budget import CallStatus
from quorate.llm.call import Purpose
from quorate.llm.call_listing import CallFilter
from quorate.llm.catalogue import model_id
from quorate.llm.cost import CostAxis

PAGE: Final = "/admin/cost"

SPANS: Final = (14, 30, 90)
"""The days that a chart covers, today included. Source: ui/cost."""

STACKS: Final = (CostAxis.TIER, CostAxis.MODEL)
"""What the columns of the chart may be made of."""


class Tab(StrEnum):
    """The parts of the page. Source: UI 1 (Spend, Budgets, Prices)."""

    SPEND = "spend"
    CALLS = "calls"
    BUDGETS = "budgets"
    PRICES = "prices"


SCREENS: Final[Mapping[Tab, Screen]] = {
    Tab.SPEND: Screen(),
    Tab.CALLS: Screen(
        (
            Column("when", "When", 2),
            Column("profile", "Profile", 3),
            Column("purpose", "For", 5),
            Column("status", "Status", 6),
            Column("tokens", "Tokens", 7),
            Column("time", "Time", 8),
            Column("source", "Who says so", 10),
        ),
        per_page=25,
        usual=25,
    ),
    Tab.BUDGETS: Screen(),
    Tab.PRICES: Screen(
        (Column("source", "Who says so", 4), Column("users", "Asked by", 5)), sizes=WHOLE
    ),
}
"""What can be hidden of the two lists; the call with its model and cost, the model with its prices stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostQuery:
    """What the address asks for; `model` is the one whose price is to be stated, `changed` what was set just now."""

    tab: Tab = Tab.SPEND
    by: CostAxis = CostAxis.MODEL
    stack: CostAxis = CostAxis.TIER
    days: int = SPANS[0]
    wanted: CallFilter = field(default_factory=CallFilter)
    cursor: str = ""
    model: str = ""
    changed: str = ""
    ignored: tuple[str, ...] = ()
    shown_as: Screen | None = None

    @property
    def screen(self) -> Screen:
        """Return how the list is shown."""
        return self.shown_as or SCREENS[self.tab]

    @property
    def href(self) -> str:
        """Return the address of this view."""
        plain = CostQuery()
        wanted = self.wanted
        pairs = (
            ("tab", self.tab if self.tab is not plain.tab else ""),
            ("by", self.by if self.by is not plain.by else ""),
            ("stack", self.stack if self.stack is not plain.stack else ""),
            ("days", str(self.days) if self.days != plain.days else ""),
            ("model", wanted.model or self.model),
            ("profile", wanted.profile),
            ("run", wanted.run_id),
            ("purpose", wanted.purpose),
            ("status", wanted.status),
            ("unpriced", "yes" if wanted.unpriced else ""),
            ("since", wanted.since.isoformat() if wanted.since else ""),
            ("until", wanted.until.isoformat() if wanted.until else ""),
            ("cursor", self.cursor),
        )
        return self.screen.at(PAGE, *pairs)

    def at(self, **changes: object) -> str:
        """Return the address of this view with something else in it."""
        return replace(self, **{"changed": "", **changes}).href  # type: ignore[arg-type]

    def goes_to(self, tab: str) -> str:
        """Return the address of another tab; filters of calls stay behind."""
        other = Tab(tab)
        shown_as = self.shown_as if other is self.tab else None
        plain = replace(self, wanted=CallFilter(), cursor="", model="", shown_as=shown_as)
        return replace(plain, tab=other).href

    def calls(self, **filters: object) -> str:
        """Return the address of the list of calls under a filter."""
        wanted = CallFilter(**filters)  # type: ignore[arg-type]
        return CostQuery(tab=Tab.CALLS, wanted=wanted).href

    def pricing(self, model: str) -> str:
        """Return the address at which a price of `model` is stated."""
        return CostQuery(tab=Tab.PRICES, model=model).href


def read_query(
    params: Mapping[str, str], every: Mapping[str, Sequence[str]] | None = None
) -> CostQuery:
    """Return what the parameters ask for; what cannot be understood is left out, and named as `ignored`.

    `every` holds all values of each parameter, where the columns are said.
    """
    tab = word_in(params.get("tab", ""), Tab) or Tab.SPEND
    stack = word_in(params.get("stack", ""), CostAxis)
    days = params.get("days", "")
    wanted, ignored = _filter(params) if tab is Tab.CALLS else (CallFilter(), ())
    return CostQuery(
        tab=tab,
        by=word_in(params.get("by", ""), CostAxis) or CostAxis.MODEL,
        stack=stack if stack in STACKS else CostAxis.TIER,
        days=int(days) if days in set(map(str, SPANS)) else SPANS[0],
        wanted=wanted,
        cursor=params.get("cursor", "") if tab is Tab.CALLS else "",
        model=params.get("model", "")[:200] if tab is Tab.PRICES else "",
        changed=params.get("changed", "")[:200],
        ignored=ignored,
        shown_as=chosen_screen(every or {}, SCREENS[tab]),
    )


def _filter(params: Mapping[str, str]) -> tuple[CallFilter, tuple[str, ...]]:
    given = {name: params.get(name, "").strip() for name in _READERS}
    read: dict[str, object] = {}
    ignored = []
    for name, text in given.items():
        if not text:
            continue
        try:
            read[_FIELDS.get(name, name)] = _READERS[name](text)
        except (ValueError, RejectedError):
            ignored.append(f"{name} {text[:60]}")
    return CallFilter(**read), tuple(ignored)  # type: ignore[arg-type]


def _matched(is_right: Callable[[str], bool], text: str) -> str:
    if not is_right(text):
        raise ValueError(text)
    return text


def _model(text: str) -> str:
    return str(model_id(text))


_READERS: Final = {
    "model": _model,
    "profile": lambda text: _matched(is_name, text),
    "run": lambda text: _matched(is_like_an_id, text),
    "purpose": Purpose,
    "status": CallStatus,
    "unpriced": lambda text: True if text == "yes" else None,
    "since": date.fromisoformat,
    "until": date.fromisoformat,
}
_FIELDS: Final = {"run": "run_id"}
