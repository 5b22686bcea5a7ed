"""Votes, scenes and whole recorded runs for the arena's tests, made of plain values."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from quorate.agents.defaults import DEFAULT_PROFILES
from quorate.agents.profile import AgentProfile, Mode, Role, Tier
from quorate.arena.deciding import decide, deliberate
from quorate.arena.panel import NO_PANEL, Hearing
from quorate.arena.policy import ArenaPolicy
from quorate.arena.record.header import RunHeader
from quorate.arena.scene import Scene
from quorate.arena.voting import AgentReply, cast_vote
from quorate.kernel.action import AbstainReason, Action
from quorate.kernel.canonical import canonical_json
from quorate.kernel.confidence import Confidence
from quorate.kernel.decision import Decision, Trigger, TriggerName
from quorate.kernel.ids import BookName, ProfileName, RunId, Symbol, TaskId, Tenant, TraceId
from quorate.kernel.journal import JournalEntry
from quorate.kernel.vote import Answer, Sizing, SizingKind, Vote
from quorate.market.regime import Regime
from quorate.market.wyckoff import Phase, VolumeTrend

AAPL = Symbol("AAPL")
RUN = RunId("run_1")
POLICY = ArenaPolicy()
SESSION = date(2012, 8, 8)
BUY, SELL, HOLD, ABSTAIN = Action.BUY, Action.SELL, Action.HOLD, Action.ABSTAIN
PROFILES = {profile.name: profile for profile in DEFAULT_PROFILES}


def scene(*, bars: int = 1000, held: str = "0", equity: str = "100000", **other: Any) -> Scene:
    """A calm scene in an uptrend; `other` names any field of a scene that differs."""
    seen = bars > 0 and "quarantine" not in other
    calm = {
        "regime": Regime.BULLISH,
        "volatility_percentile": 0.4,
        "phase": Phase.MARKUP,
        "volume_trend": VolumeTrend.NEUTRAL,
    }
    return Scene(
        symbol=AAPL,
        session=SESSION if seen else None,
        bars=bars if seen else 0,
        close=Decimal("619.86") if seen else None,
        held=Decimal(held),
        equity=Decimal(equity),
        **(calm | other),
    )


def profile(name: str, role: Role = Role.TECHNICAL_ANALYST) -> AgentProfile:
    return AgentProfile(
        name=ProfileName(name),
        role=role,
        provider="openai",
        model="small",
        tier=Tier.CHEAP,
        mode=Mode.CHEAP_FIRST,
        description="a scripted agent",
        enabled=True,
        max_tokens=100,
    )


def answer(
    action: Action,
    confidence: float = 0.7,
    *,
    stop: str | None = None,
    target: str | None = None,
    **other: Any,
) -> Answer:
    """An answer with everything stated; `other` names any field of an answer that differs."""
    abstains = action is ABSTAIN
    usual = {
        "reason": AbstainReason.NO_SETUP if abstains else None,
        "rationale": "Because.",
        "horizon": None if abstains else 20,
        "risk_flags": ("gap",),
        "key_signals": ("close above SMA50",),
    }
    return Answer(
        symbol=AAPL,
        action=action,
        confidence=None if abstains else Confidence(confidence),
        stop=Decimal(stop) if stop else None,
        target=Decimal(target) if target else None,
        **(usual | other),
    )


def cast(
    given: Answer,
    name: str = "a",
    role: Role = Role.TECHNICAL_ANALYST,
    *,
    at: Scene | None = None,
    fallback_used: bool = False,
) -> Vote:
    reply = AgentReply(
        profile=profile(name, role), answers=(given,), model="small", fallback_used=fallback_used
    )
    return cast_vote(reply, given, at or scene(), POLICY, cost=None)


def vote(
    action: Action,
    confidence: float = 0.7,
    name: str = "a",
    role: Role = Role.TECHNICAL_ANALYST,
    *,
    at: Scene | None = None,
    fallback_used: bool = False,
) -> Vote:
    return cast(answer(action, confidence), name, role, at=at, fallback_used=fallback_used)


def ballot(*actions: Action, confidence: float = 0.7) -> list[Vote]:
    """One vote per action, by voters named a, b, c..."""
    return [
        vote(action, confidence, name) for name, action in zip("abcdefghi", actions, strict=False)
    ]


def risk_manager(*, veto: bool = False, size: str = "0.014") -> Vote:
    """The keyless risk manager: no vote, but a size and exits, or a veto."""
    given = Answer(
        symbol=AAPL,
        action=ABSTAIN,
        reason=AbstainReason.NOT_A_VOTER,
        rationale="No new risk, the regime is bearish." if veto else "An entry may take 1.4 %.",
        veto=veto,
        sizing=None if veto else Sizing(kind=SizingKind.PCT_EQUITY, value=Decimal(size)),
        stop=None if veto else Decimal("600.01"),
        target=None if veto else Decimal("649.64"),
    )
    reply = AgentReply(
        profile=PROFILES[ProfileName("rule_risk_manager")],
        answers=(given,),
        model="risk_manager/1",
    )
    return cast_vote(reply, given, scene(), POLICY, cost=None)


def decided(
    votes: Sequence[Vote], at: Scene | None = None, hearing: Hearing = NO_PANEL
) -> Decision:
    found = deliberate(at or scene(), votes, POLICY)
    return decide(found, hearing, run_id=RUN, policy=POLICY)


def trigger(decision: Decision, name: TriggerName) -> Trigger:
    return next(trigger for trigger in decision.triggers if trigger.name is name)


def fired(decision: Decision) -> set[TriggerName]:
    return {trigger.name for trigger in decision.triggers if trigger.fired}


def header(*symbols: str, run_id: RunId = RUN) -> RunHeader:
    return RunHeader(
        run_id=run_id,
        task_id=TaskId("task_1"),
        cycle_id=None,
        book=BookName("replay"),
        book_mode="REPLAY",
        mode="debate",
        symbols=tuple(Symbol(symbol) for symbol in symbols or ("AAPL",)),
        profiles=(ProfileName("trend"),),
        requested_as_of=SESSION,
        as_of=SESSION,
        config_hash="c0",
        book_state_hash="b0",
        learned_state_hash="l0",
        triggered_by="manual",
        quorum=2,
        min_history_bars=252,
    )


def entries(facts: Iterable[tuple[str, object]]) -> list[JournalEntry]:
    """Journal rows as they come back: canonical text, seq from 101 on."""
    return [
        JournalEntry(
            seq=101 + place,
            ts="2026-11-21T03:12:00.123456Z",
            tenant=Tenant("default"),
            book=BookName("replay"),
            trace_id=TraceId("t1"),
            stream="run:run_1",
            type=kind,
            payload=canonical_json(payload),  # type: ignore[arg-type]
            prev_hash="",
            hash="",
        )
        for place, (kind, payload) in enumerate(facts)
    ]
