"""Views: what a run's votes, shadow arms and decisions said of a symbol, and how that turned out. Pure.

The outcome of a view is the sign of the adjusted return from the next open to the close of its horizon. It is known
then and not before; a HOLD and an ABSTAIN are neither right nor wrong. Source: DESIGN 8 (Outcomes).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, NamedTuple

from quorate.arena.record.answers import sessions as sessions_of
from quorate.arena.record.header import RunEvent
from quorate.kernel.action import Action
from quorate.kernel.canonical import Json, JsonValue
from quorate.kernel.ids import BookName, RunId, Symbol
from quorate.kernel.journal import Event
from quorate.kernel.vote import StepKind
from quorate.market.series import Series

RESOLVED: Final = "votes.resolved"

HORIZON: Final = 20
"""Sessions that a view holds for where nobody said otherwise. Source: DESIGN 5."""


class AwaitedRun(NamedTuple):
    """A run whose views wait for their outcomes; decided at the close of `as_of`."""

    run_id: RunId
    as_of: date


class Said(NamedTuple):
    """A row of a run: its type, and what it tells."""

    kind: str
    told: Mapping[str, Json]


class Question(NamedTuple):
    """What has to be known: how a symbol moved in so many sessions."""

    symbol: Symbol
    horizon: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """What a run said that one question answers; each view as its journal row told it."""

    votes: tuple[Mapping[str, Json], ...] = ()
    shadows: tuple[Mapping[str, Json], ...] = ()
    decision: Mapping[str, Json] | None = None

    @property
    def count(self) -> int:
        """Return how many views there are."""
        return len(self.votes) + len(self.shadows) + (self.decision is not None)


def views_in(rows: Iterable[Said]) -> dict[Question, Views]:
    """Return the views of a run's rows by what answers them; a shadow arm holds as long as the decision."""
    views: dict[Question, Views] = {}
    decided: dict[Symbol, Question] = {}
    for kind, told in rows:
        match kind:
            case RunEvent.VOTE_CAST:
                _vote(views, told)
            case RunEvent.DECISION_MADE:
                _decision(views, decided, told)
            case RunEvent.SHADOWS_DRAWN:
                _shadows(views, decided, told)
            case _:
                pass
    return views


def return_over(series: Series, as_of: date, horizon: int, known_at: date) -> float | None:
    """Return the adjusted return from the open after `as_of` to the close of the horizon; None while nobody knows it.

    What came after `known_at` is not looked at.
    """
    decided, last = series.index_at(as_of), series.index_at(known_at)
    if decided is None or last is None or decided + horizon > last:
        return None
    prices = series.adjusted
    return float(prices.close[decided + horizon] / prices.open[decided + 1] - 1.0)


def could_be_known(run: AwaitedRun, question: Question, session: date) -> bool:
    """Return whether enough days have passed: no market has two sessions in a day."""
    return (session - run.as_of).days >= question.horizon


def resolved_event(  # noqa: PLR0913  (what the row tells, each named)
    book: BookName,
    run: AwaitedRun,
    question: Question,
    views: Views,
    *,
    moved: float,
    session: date,
    last: bool,
) -> Event:
    """Return the row by which views of a run turned out right or wrong; `last` when no view of it waits any longer."""
    payload: dict[str, JsonValue] = {
        "runId": run.run_id,
        "symbol": question.symbol,
        "asOf": run.as_of,
        "horizon": question.horizon,
        "resolvedAt": session,
        "return": moved,
        "last": last,
        "views": views.count,
        "votes": [{**vote, "hit": is_right(vote["action"], moved)} for vote in views.votes],
        "shadows": [
            {**shadow, "hit": is_right(shadow["action"], moved)} for shadow in views.shadows
        ],
        "decision": None
        if views.decision is None
        else {**views.decision, "hit": is_right(views.decision["action"], moved)},
    }
    return Event(stream=f"outcomes:{run.run_id}", type=RESOLVED, book=book, payload=payload)


def is_right(action: Json, moved: float) -> bool | None:
    """Return whether a view was right, None of what takes no side."""
    if action == Action.BUY.value:
        return moved > 0
    if action == Action.SELL.value:
        return moved < 0
    return None


def _vote(views: dict[Question, Views], told: Mapping[str, Json]) -> None:
    if told["action"] == Action.ABSTAIN.value:
        return
    question = _question(told)
    vote = _picked(told, ("profile", "role", "provider", "model", "voter", "panel"))
    vote["rawConfidence"] = _own_word(told)
    before = views.get(question, Views())
    views[question] = replace(before, votes=(*before.votes, vote))


def _own_word(told: Mapping[str, Json]) -> Json:
    """Return the confidence that the agent stated, None where a fallback model stated it: it calibrates nobody."""
    steps = {step["kind"]: step for step in _objects(told.get("confidenceSteps"))}
    fallback, raw = steps.get(StepKind.FALLBACK.value), steps.get(StepKind.RAW.value)
    asked_itself = fallback is None or float(str(fallback["factor"])) == 1.0
    return raw["value"] if raw is not None and asked_itself else None


def _decision(
    views: dict[Question, Views], decided: dict[Symbol, Question], told: Mapping[str, Json]
) -> None:
    if told.get("profile"):
        return
    question = _question(told)
    decided[question.symbol] = question
    decision = {
        "decisionId": told["decisionId"],
        "action": told["finalAction"],
        "reasonCode": told["reasonCode"],
        "confidence": told["confidence"],
    }
    views[question] = replace(views.get(question, Views()), decision=decision)


def _shadows(
    views: dict[Question, Views], decided: Mapping[Symbol, Question], told: Mapping[str, Json]
) -> None:
    for shadow in _objects(told["shadows"]):
        symbol = Symbol(str(shadow["symbol"]))
        question = decided.get(symbol, Question(symbol, HORIZON))
        before = views.get(question, Views())
        arm = {"arm": shadow["arm"], "action": shadow["action"]}
        views[question] = replace(before, shadows=(*before.shadows, arm))


def _question(told: Mapping[str, Json]) -> Question:
    horizon = told.get("timeHorizon")
    held = sessions_of(horizon) if isinstance(horizon, str) else HORIZON
    return Question(Symbol(str(told["symbol"])), held)


def _picked(told: Mapping[str, Json], names: Sequence[str]) -> dict[str, Json]:
    return {name: told.get(name) for name in (*names, "action", "confidence")}


def _objects(value: Json) -> list[dict[str, Json]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
