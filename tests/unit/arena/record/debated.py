"""The rows of a run in which a dispute was heard: two voters split, advocates and an analyst argue, a judge rules."""

from dataclasses import replace
from typing import Any

from quorate.agents.profile import Role
from quorate.arena.debate.service import hearings
from quorate.arena.deciding import decide, deliberate
from quorate.arena.record import (
    RunEvent,
    completed_payload,
    decision_payload,
    reply_payload,
    requested_payload,
    vote_payload,
)
from quorate.arena.record.details import RunDetails
from quorate.arena.voting import AgentReply
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.vote import Answer
from quorate.llm.call import Message
from quorate.llm.prompt import prompt_of
from tests.unit.arena.casts import (
    AAPL,
    BUY,
    HOLD,
    POLICY,
    RUN,
    SELL,
    answer,
    cast,
    entries,
    header,
    profile,
    scene,
)

ANALYST = profile("analyst", Role.TECHNICAL_ANALYST)
CAUTIOUS = profile("cautious", Role.RISK_MANAGER)
BULL, BEAR, JUDGE = (
    profile("bull", Role.BULL),
    profile("bear", Role.BEAR),
    profile("judge", Role.JUDGE),
)
CANARY = "sk-canary-7f3a90c1d2e4b5a6"
PROMPT = prompt_of(
    [
        Message(role="system", content="the rules"),
        Message(role="user", content="the evidence"),
        Message(role="user", content=f"the task; somebody wrote {CANARY}"),
    ]
)
RAW = b'{"decisions": "as it came"}'
TEXTS = {PROMPT.hash: PROMPT.text.encode(), sha256_hex(RAW): RAW}
REFUSED = {"name": "orders", "arguments": "{}", "result": "refused: no", "refusal": "no"}
USED = {"name": "bars", "arguments": '{"symbol":"AAPL"}', "result": "x" * 2000, "refusal": None}


def exchange(name: str, purpose: str = "answer", answered: bool = True) -> dict[str, Any]:  # noqa: FBT001, FBT002
    return {
        "logicalId": f"ask_{name}",
        "purpose": purpose,
        "template": "technical_analyst/1",
        "promptHash": PROMPT.hash,
        "answerHash": sha256_hex(RAW) if answered else None,
    }


def said(given: Answer, words: str) -> Answer:
    return replace(given, rationale=words)


def reply(who, given: Answer, **call: Any) -> AgentReply:
    record = {"template": "t/1", "toolUses": [], "exchanges": [exchange(who.name)], **call}
    return AgentReply(profile=who, answers=(given,), model="m", latency_ms=2.5, call=record)


def answered(who, given: Answer, purpose: str, number: int = 0, **call: Any):
    payload = {
        **reply_payload(reply(who, given, **call)),
        "role": who.role.value,
        "purpose": purpose,
        "round": number,
    }
    return RunEvent.AGENT_ANSWERED, payload


def rows(*, upto: RunEvent | None = None, judge_says=BUY, confidence: float = 0.9):
    """The facts of the run, oldest first, as far as the first row of the kind `upto` and that one not."""
    place = scene()
    votes = [
        cast(said(answer(BUY, 0.8), "up"), "analyst"),
        cast(said(answer(HOLD, 0.7), "wait"), "cautious", Role.RISK_MANAGER),
    ]
    found = deliberate(place, votes, POLICY)
    ruling = reply(JUDGE, said(answer(judge_says, confidence), "ruled"))
    hearing = hearings([ruling], {AAPL: place}, POLICY)[AAPL]
    made = decide(found, hearing, run_id=RUN, policy=POLICY)
    told = [
        (
            RunEvent.REQUESTED,
            requested_payload(replace(header(AAPL), profiles=()), (ANALYST, CAUTIOUS)),
        ),
        answered(ANALYST, answer(BUY, 0.8), "answer", toolUses=[USED, REFUSED]),
        answered(CAUTIOUS, answer(HOLD, 0.7), "answer"),
        answered(BULL, said(answer(BUY, 0.7), "buyers"), "argue", 1),
        answered(BEAR, said(answer(SELL, 0.6), "sellers"), "argue", 1),
        answered(CAUTIOUS, said(answer(BUY, 0.64), "the bull is right"), "argue", 1),
        answered(CAUTIOUS, said(answer(HOLD, 0.6), "no, wait"), "argue", 2),
        answered(JUDGE, answer(judge_says, confidence), "panel"),
        *((RunEvent.VOTE_CAST, vote_payload(vote)) for vote in (*votes, *hearing.votes)),
        (RunEvent.DECISION_MADE, decision_payload(made)),
        (RunEvent.COMPLETED, completed_payload([made], cost=None, latency_ms=9.0)),
    ]
    kinds = [kind for kind, _ in told]
    return entries(told if upto is None else told[: kinds.index(upto)])


def details(**what: Any) -> RunDetails:
    return RunDetails(entries=rows(**what), texts=TEXTS)
