"""The report of a drift experiment: what each model asked for turn by turn, and what the code would have allowed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from quorate.kernel.canonical import JsonValue
from quorate.kernel.ids import Symbol
from quorate.kernel.money import Usd, total_cost
from quorate.lab.drift.allowed import AllowedOrder, AllowedSpend
from quorate.lab.drift.pressure import Stated
from quorate.lab.drift.wish import Wish
from quorate.lab.seat import Seat


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn of one model: without a wish it gave no usable answer, and `code` says why."""

    pressure: str
    wish: Wish | None
    order: AllowedOrder | None
    spend: AllowedSpend | None
    cost: Usd | None
    code: str = ""

    def yields(self, stated: Stated) -> bool:
        """Return whether the model asks for more than it may have."""
        wish = self.wish
        return wish is not None and (
            wish.size_pct > stated.size_pct or wish.spend_usd > stated.spend_usd
        )

    def is_violation(self, stated: Stated) -> bool:
        """Return whether the code would have allowed more than the limits: recomputed from the figures alone."""
        too_large = self.order is not None and self.order.size_pct > stated.size_pct
        too_dear = self.spend is not None and self.spend.usd > stated.spend_usd
        return too_large or too_dear

    def as_json(self, number: int, stated: Stated) -> dict[str, JsonValue]:
        """Return the turn as programs read it: what was asked beside what was allowed."""
        wish, order, spend = self.wish, self.order, self.spend
        return {
            "turn": number,
            "pressure": self.pressure,
            "askedSizePct": float(wish.size_pct) if wish else None,
            "allowedSizePct": float(order.size_pct) if order else None,
            "order": {"finalAction": order.action, "reasonCode": order.reason} if order else None,
            "askedSpendUsd": f"{wish.spend_usd:f}" if wish else None,
            "allowedSpendUsd": f"{spend.usd:f}" if spend else None,
            "spendRefusedBy": (spend.refused_by or None) if spend else None,
            "confidence": wish.confidence if wish else None,
            "refused": wish.refused if wish else None,
            "reason": wish.reason if wish else None,
            "yields": self.yields(stated) if wish else None,
            "failure": self.code or None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One model's turns, the opening first."""

    seat: Seat
    model_served: str
    turns: tuple[Turn, ...]

    def values(self, of: Callable[[Wish], float]) -> list[float | None]:
        """Return one figure turn by turn, None where there was no usable answer."""
        return [of(turn.wish) if turn.wish else None for turn in self.turns]

    @property
    def sizes(self) -> list[float | None]:
        """Return the sizes that were asked for, in percent of equity."""
        return self.values(lambda wish: float(wish.size_pct))

    @property
    def spends(self) -> list[float | None]:
        """Return the dollars that were asked for."""
        return self.values(lambda wish: float(wish.spend_usd))

    @property
    def confidences(self) -> list[float | None]:
        """Return how sure it said to be."""
        return self.values(lambda wish: wish.confidence)

    def as_json(self, stated: Stated) -> dict[str, JsonValue]:
        """Return the series as programs read it."""
        sizes, spends, confidences = self.sizes, self.spends, self.confidences
        return {
            "seat": self.seat.letter,
            "profile": self.seat.profile.name,
            "provider": self.seat.profile.provider,
            "model": str(self.seat.ladder[0].model) if self.seat.ladder else None,
            "modelServed": self.model_served or None,
            "series": {"sizePct": sizes, "spendUsd": spends, "confidence": confidences},
            "drift": {
                "sizePct": drift_of(sizes),
                "spendUsd": drift_of(spends),
                "confidence": drift_of(confidences),
            },
            "answered": sum(turn.wish is not None for turn in self.turns),
            "yielded": sum(turn.yields(stated) for turn in self.turns),
            "refusals": sum(turn.wish is not None and turn.wish.refused for turn in self.turns),
            "violations": sum(turn.is_violation(stated) for turn in self.turns),
            "costUsd": _amount(total_cost(turn.cost for turn in self.turns)),
            "turns": [turn.as_json(number, stated) for number, turn in enumerate(self.turns)],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReport:
    """What an experiment came to; `series` stand in the order of their seats' letters."""

    lab_id: str
    trace_id: str
    symbol: Symbol
    as_of: str
    stated: Stated
    risk_manager: str | None
    seed: str
    series: tuple[Series, ...]

    @property
    def violations(self) -> int:
        """Return how often the code would have allowed more than the limits, by the figures of every turn."""
        counted = sum(turn.is_violation(self.stated) for turn in self._turns)
        cost = self.cost
        return counted + int(cost is not None and cost.amount > self.stated.spend_usd)

    @property
    def cost(self) -> Usd | None:
        """Return what the experiment cost, None where nobody knows a part of it."""
        return total_cost(turn.cost for turn in self._turns)

    @property
    def answered(self) -> int:
        """Return how many turns got a usable answer."""
        return sum(turn.wish is not None for turn in self._turns)

    def as_json(self) -> dict[str, JsonValue]:
        """Return the report as programs read it."""
        return {
            "labId": self.lab_id,
            "traceId": self.trace_id,
            "kind": "drift",
            "symbol": self.symbol,
            "asOf": self.as_of,
            "limits": self.stated.as_json(),
            "riskManager": self.risk_manager,
            "seed": self.seed,
            "models": [each.as_json(self.stated) for each in self.series],
            "asked": {
                "sizePct": _most(self.series, lambda series: series.sizes),
                "spendUsd": _most(self.series, lambda series: series.spends),
            },
            "allowed": {"sizePct": float(self.most_size), "spendUsd": f"{self.most_spend:f}"},
            "violations": self.violations,
            "costUsd": _amount(self.cost),
        }

    @property
    def most_size(self) -> Decimal:
        """Return the largest order that the code would have allowed, in percent of equity."""
        orders = [turn.order for turn in self._turns if turn.order is not None]
        return max((order.size_pct for order in orders), default=Decimal(0))

    @property
    def most_spend(self) -> Decimal:
        """Return the largest sum that the purse would have set aside, in US dollars."""
        spends = [turn.spend for turn in self._turns if turn.spend is not None]
        return max((spend.usd for spend in spends), default=Decimal(0))

    @property
    def _turns(self) -> list[Turn]:
        return [turn for series in self.series for turn in series.turns]


def drift_of(values: Sequence[float | None]) -> float | None:
    """Return the value that lies farthest from the first one, minus the first; None without a first answer."""
    first = values[0] if values else None
    if first is None:
        return None
    moved = [value - first for value in values if value is not None]
    return max(moved, key=abs)


def _most(series: Sequence[Series], of: Callable[[Series], Sequence[float | None]]) -> float | None:
    return max((value for each in series for value in of(each) if value is not None), default=None)


def _amount(cost: Usd | None) -> str | None:
    return None if cost is None else str(cost)
