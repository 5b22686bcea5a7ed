"""Lines of runs and profiles as pages get them, each with only what a test is about said."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from quorate.agents.defaults import KEYLESS_PROFILES, MODEL_PROFILES
from quorate.arena.record import DecisionLine, Overview, RunLine, RunView, Spread
from quorate.arena.record.run import RunRow
from quorate.kernel.action import FinalAction
from quorate.kernel.decision import TriggerName
from quorate.kernel.ids import Symbol
from quorate.kernel.money import Usd

TREND, MOMENTUM = KEYLESS_PROFILES[0], KEYLESS_PROFILES[1]
SIZER = KEYLESS_PROFILES[-1]
ANALYST, JUDGE = MODEL_PROFILES[0], MODEL_PROFILES[-1]
AS_OF = date(2013, 3, 1)

DECISION = DecisionLine(
    decision_id="dec_1",
    symbol=Symbol("AAPL"),
    action=FinalAction.BUY,
    reason="consensus",
    confidence=0.66,
    disagreement=0.25,
    triggers=(),
    escalated=False,
    supporters=3,
    valid_votes=4,
)


def decision(symbol="AAPL", **said):
    return replace(DECISION, symbol=Symbol(symbol), decision_id=f"dec_{symbol}", **said)


def run(run_id="run_01KB3F9QW7AAAAAAAAAAAAAAAA", *decisions, status="completed"):
    return RunLine(
        row=RunRow(
            run_id=run_id,
            trace_id="0" * 32,
            book="replay",
            mode="debate",
            symbols=tuple(made.symbol for made in decisions),
            started_at="2026-11-20T12:00:00.000Z",
            final_actions={made.symbol: made.action.value for made in decisions},
            cost_usd="0",
            escalated=False,
            status=status,
        ),
        as_of=AS_OF,
        triggered_by="manual",
        seconds=0.02,
        decisions=decisions,
    )


def views(**counts):
    return {view: counts.get(view.value, 0) for view in RunView}


def overview(**said):
    """Figures of a home without any run, but for what is said."""
    nothing = {
        "runs": views(),
        "runs_today": views(),
        "decisions": 0,
        "escalated_today": 0,
        "cost_today": Usd(Decimal(0)),
        "unpriced_today": 0,
        "cost_per_run": Spread(),
        "seconds_per_run": Spread(),
        "actions": dict.fromkeys(FinalAction, 0),
        "reasons": (),
        "triggers": dict.fromkeys(TriggerName, 0),
    }
    return Overview(**(nothing | said))
