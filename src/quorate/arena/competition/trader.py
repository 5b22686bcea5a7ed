"""Traders: who a book of a competition belongs to, where that is more than one agent: members, sizes and limits.

what was asked for -> each field read -> on top of the trader as it stands -> checked whole -> its next version
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from decimal import Decimal, InvalidOperation
from typing import Final, NewType

from quorate.agents.profile import Violation
from quorate.arena.record.answers import Payload
from quorate.arena.record.facts import Facts, amount
from quorate.kernel.canonical import digest
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import ProfileName, StrategyName, is_name
from quorate.portfolio import PortfolioPolicy

TraderName = NewType("TraderName", str)

MOST_MEMBERS: Final = 9
"""Agents of one trader. Ours: the arena's own round asks five, and every one of them costs."""

LONGEST_TITLE: Final = 120
LONGEST_DESCRIPTION: Final = 400

RESERVED: Final = frozenset({"buy_and_hold", "no_trade", "new"})
"""The baselines' books, and a word that stands in addresses of its own."""

Asked = Mapping[str, object]
"""What somebody wants of a trader, under the names of the wire; shares may come as text."""


class UnfitTraderError(RejectedError):
    """A trader that no book could be kept for; `violations` say why, field by field."""

    def __init__(self, name: str, violations: Iterable[Violation]) -> None:
        self.violations = tuple(violations)
        said = "; ".join(f"{each.key}: {each.rule}" for each in self.violations)
        super().__init__(
            f"trader {name!r}: {said}",
            effect="nothing was written",
            fix="correct that and try again",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TraderLimits:
    """Limits tighter than those that hold for all, as shares in (0, 1]; None leaves the general one."""

    max_order_equity: Decimal | None = None
    max_position_equity: Decimal | None = None
    max_cash_share: Decimal | None = None
    max_daily_loss: Decimal | None = None
    max_drawdown: Decimal | None = None

    def over(self, policy: PortfolioPolicy) -> PortfolioPolicy:
        """Return `policy` with those that are tighter in their place: a trader's own limit never widens one."""
        own = {name: value for name, value in asdict(self).items() if value is not None}
        return replace(policy, **{name: min(own[name], getattr(policy, name)) for name in own})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trader:
    """Who decides for one book: agents by name, or those of a strategy with its thresholds.

    `entry_equity` is the capital rule: the share of equity that an entry gets whose answer names no size, None for the
    arena's. An archived trader enters no competition any more; those that it was in keep it.
    """

    name: TraderName
    title: str = ""
    description: str = ""
    profiles: tuple[ProfileName, ...] = ()
    strategy: StrategyName | None = None
    entry_equity: Decimal | None = None
    limits: TraderLimits = field(default_factory=TraderLimits)
    archived: bool = False

    def __post_init__(self) -> None:
        """Refuse what no book could be kept for."""
        broken = [Violation(key, rule) for key, holds, rule in self._rules() if not holds]
        if broken:
            raise UnfitTraderError(self.name, broken)

    @property
    def label(self) -> str:
        """Return what the trader is called on a page."""
        return self.title or self.name

    def _rules(self) -> tuple[tuple[str, bool, str], ...]:
        named, shares = self.profiles, asdict(self.limits)
        whose = "name its agents, or one strategy, not both"
        return (
            ("name", is_name(self.name), "a name is lower case, as in 'three-heads'"),
            ("name", self.name not in RESERVED, f"'{self.name}' is the name of something else"),
            ("profiles", bool(named) != (self.strategy is not None), whose),
            ("profiles", len(named) <= MOST_MEMBERS, f"at most {MOST_MEMBERS} agents"),
            ("profiles", len({*named}) == len(named), "each agent once"),
            ("profiles", all(map(is_name, named)), "an agent is named as in 'trend'"),
            ("strategy", is_name(self.strategy or "a"), "a strategy is named as in 'swing'"),
            ("entryEquity", _is_share(self.entry_equity), "a share of equity in (0, 1]"),
            *(
                (_camel(key), _is_share(share), "a share in (0, 1]")
                for key, share in shares.items()
            ),
        )


@dataclass(frozen=True, slots=True)
class RegisteredTrader:
    """A trader as it is kept; its first `version` is 1, each edit makes the next one."""

    trader: Trader
    version: int

    @property
    def revision(self) -> str:
        """Return what tells this state of a trader from every other."""
        return digest([to_payload(self.trader), self.version, self.trader.archived])[:32]


def new_trader(asked: Asked) -> Trader:
    """Return the trader that `asked` describes.

    Raises:
        UnfitTraderError: what was asked for cannot be; it says so of every field.
    """
    return _made({"name": asked.get("name", "")}, {k: v for k, v in asked.items() if k != "name"})


def edited(trader: Trader, asked: Asked) -> Trader:
    """Return `trader` with what `asked` wants of it; who names agents leaves the strategy, and the other way round.

    Raises:
        UnfitTraderError: what was asked for cannot be; it says so of every field.
    """
    base: dict[str, object] = dict(to_payload(trader))
    if asked.get("profiles") and "strategy" not in asked:
        base["strategy"] = None
    if asked.get("strategy") and "profiles" not in asked:
        base["profiles"] = []
    return _made(base, asked)


def to_payload(trader: Trader) -> Payload:
    """Return a trader as its journal rows and the API carry it; shares are decimal text."""
    return {
        "name": trader.name,
        "title": trader.title,
        "description": trader.description,
        "profiles": list(trader.profiles),
        "strategy": trader.strategy,
        "entryEquity": amount(trader.entry_equity),
        **{_camel(key): amount(share) for key, share in asdict(trader.limits).items()},
    }


def trader_json(registered: RegisteredTrader) -> Payload:
    """Return a trader as programs read it."""
    trader = registered.trader
    return {
        **to_payload(trader),
        "version": registered.version,
        "archived": trader.archived,
    }


def from_payload(facts: Facts) -> Trader:
    """Return the trader that `to_payload` wrote."""
    return Trader(
        name=TraderName(facts.text("name")),
        title=facts.text("title"),
        description=facts.text("description"),
        profiles=tuple(map(ProfileName, facts.texts("profiles"))),
        strategy=facts.optional("strategy", StrategyName),
        entry_equity=facts.optional("entryEquity", Decimal),
        limits=TraderLimits(
            **{key: facts.optional(_camel(key), Decimal) for key in LIMIT_NAMES.values()}
        ),
    )


def _made(base: Mapping[str, object], asked: Asked) -> Trader:
    broken, read = list[Violation](), dict[str, object]()
    for key, value in {**base, **asked}.items():
        reader = _READERS.get(key)
        if reader is None or (key == "name" and "name" in asked):
            broken.append(
                Violation(key, "a name is for ever" if reader else "a trader has no such")
            )
            continue
        try:
            read[key] = reader(value)
        except ValueError as error:
            broken.append(Violation(key, str(error)))
    called = str(base.get("name", ""))
    if broken:
        raise UnfitTraderError(called, broken)
    limits = {LIMIT_NAMES[key]: read.pop(key) for key in list(read) if key in LIMIT_NAMES}
    own = {_FIELDS.get(key, key): value for key, value in read.items()}
    return Trader(**own, limits=TraderLimits(**limits))  # type: ignore[arg-type]


def _line(most: int) -> Callable[[object], str]:
    def read(value: object) -> str:
        text = value.strip() if isinstance(value, str) else "\n"
        if len(text) > most or not text.isprintable():
            raise ValueError(f"one line of at most {most} characters that can be seen")
        return text

    return read


def _names(value: object) -> tuple[ProfileName, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError("a list of agents is wanted")  # noqa: TRY004  (a person's mistake, told as one)
    return tuple(ProfileName(str(name).strip()) for name in value)


def _strategy(value: object) -> StrategyName | None:
    text = "" if value is None else str(value).strip()
    return None if text in {"", "none"} else StrategyName(text)


def _share(value: object) -> Decimal | None:
    """Read a share of 1; nothing, an empty text and "none" leave what holds for everybody."""
    text = "" if value is None else str(value).strip()
    if text.lower() in {"", "none"}:
        return None
    try:
        share = Decimal(text)
    except InvalidOperation:
        raise ValueError("a share of 1 is wanted, as in 0.02, or none") from None
    if isinstance(value, bool) or not share.is_finite():
        raise ValueError("a share of 1 is wanted, as in 0.02, or none")
    return share


def _is_share(share: Decimal | None) -> bool:
    return share is None or 0 < share <= 1


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


LIMIT_NAMES: Final[Mapping[str, str]] = {
    _camel(each.name): each.name for each in fields(TraderLimits)
}
"""A trader's limits by their names on the wire."""

_FIELDS: Final = {"entryEquity": "entry_equity"}

_READERS: Final[Mapping[str, Callable[[object], object]]] = {
    "name": _line(64),
    "title": _line(LONGEST_TITLE),
    "description": _line(LONGEST_DESCRIPTION),
    "profiles": _names,
    "strategy": _strategy,
    "entryEquity": _share,
    **dict.fromkeys(LIMIT_NAMES, _share),
}
