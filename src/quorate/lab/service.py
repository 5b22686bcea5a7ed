"""The lab's desk: one question to one seat's model, under the budgets, and every answer or failure on record.

seat -> gateway (reserves, asks, settles) -> lab.answered in the commit that settles the call
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import RunId, TraceId
from quorate.kernel.journal import Event
from quorate.kernel.money import Usd, total_cost
from quorate.kernel.ports import IdSource
from quorate.lab.ports import Asker, LabJournal
from quorate.lab.seat import Seat
from quorate.llm import FailureCode, Message, ModelCallError, Purpose
from quorate.llm.answer import Hop
from quorate.llm.gateway import LogicalCall
from quorate.llm.prompt import prompt_of

BEGUN: Final = "lab.begun"
ANSWERED: Final = "lab.answered"
REPORTED: Final = "lab.reported"

LEAST_TOKENS: Final = 2_048
"""How long an answer may be where its profile allows less: judgements are longer than votes. Ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What an experiment's calls are recorded and paid under; `limit` is what it was told to stay below."""

    lab_id: str
    trace_id: TraceId
    template: str
    limit: Usd | None = None

    def event(
        self, kind: str, payload: Mapping[str, JsonValue], attachments: tuple[bytes, ...] = ()
    ) -> Event:
        """Return a fact of the experiment."""
        return Event(
            stream=f"lab:{self.lab_id}",
            type=kind,
            payload={"labId": self.lab_id, **payload},
            trace_id=self.trace_id,
            attachments=attachments,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What came of a question: `content` is None where nobody answered, and then `code` says why.

    `cost` is None where nobody knows it; `events` settle the call and are committed with what is made of the answer.
    """

    content: bytes | None
    code: str
    detail: str
    model_served: str
    fallback_used: bool
    prompt_hash: str
    cost: Usd | None
    latency_ms: float
    call_ids: tuple[str, ...]
    events: tuple[Event, ...]
    texts: tuple[bytes, ...]

    def as_payload(self) -> dict[str, JsonValue]:
        """Return what the journal keeps of the call beside what was made of the answer."""
        return {
            "code": self.code or None,
            "detail": self.detail or None,
            "modelServed": self.model_served or None,
            "fallbackUsed": self.fallback_used,
            "promptHash": self.prompt_hash,
            "costUsd": None if self.cost is None else str(self.cost),
            "latencyMs": self.latency_ms,
            "callIds": list(self.call_ids),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Asks models for the lab."""

    asker: Asker
    journal: LabJournal
    ids: IdSource

    async def ask(self, session: Session, seat: Seat, messages: Sequence[Message]) -> Said:
        """Return what the seat's model says; every way not to get an answer is a value with its code."""
        prompt = prompt_of(messages)
        text = prompt.text.encode()
        if not seat.ladder:
            why = f"no model of {seat.profile.provider} can be asked for {seat.profile.model}"
            return _nobody(FailureCode.CREDENTIALS, why, prompt.hash, text)
        profile = seat.profile
        call = LogicalCall(
            logical_id=self.ids.ulid("ask_"),
            trace_id=session.trace_id,
            profile=profile.name,
            purpose=Purpose.LAB,
            ladder=seat.ladder,
            prompt=prompt,
            max_tokens=max(profile.max_tokens, LEAST_TOKENS),
            timeout_s=self.asker.policy.timeout_s(profile.tier),
            template=session.template,
            temperature=profile.temperature,
            run_id=RunId(session.lab_id),
            run_limit=session.limit,
        )
        try:
            answer = await self.asker.ask(call)
        except ModelCallError as error:
            return _nobody(error.code, error.cause, prompt.hash, text, error.hops)
        except RejectedError as error:
            return _nobody(FailureCode.BUDGET_EXHAUSTED, error.cause, prompt.hash, text)
        return Said(
            content=answer.content,
            code="",
            detail="",
            model_served=_printable(answer.model_served) or str(answer.model_asked.model),
            fallback_used=answer.fallback_used,
            prompt_hash=prompt.hash,
            cost=answer.cost,
            latency_ms=answer.latency_ms,
            call_ids=tuple(hop.call_id for hop in answer.hops),
            events=answer.events,
            texts=(text, answer.content),
        )

    async def record(
        self,
        session: Session,
        kind: str,
        payload: Mapping[str, JsonValue],
        said: Said | None = None,
    ) -> None:
        """Write a fact of the experiment, and with it how the call ended that it came from."""
        texts = said.texts if said else ()
        events = [session.event(kind, payload, texts), *(said.events if said else ())]
        await self.journal.commit(lambda _tx: events)


def _nobody(code: str, why: str, prompt_hash: str, text: bytes, hops: tuple[Hop, ...] = ()) -> Said:
    return Said(
        content=None,
        code=str(code),
        detail=why,
        model_served="",
        fallback_used=False,
        prompt_hash=prompt_hash,
        cost=total_cost(hop.cost for hop in hops),
        latency_ms=0.0,
        call_ids=tuple(hop.call_id for hop in hops),
        events=(),
        texts=(text,),
    )


def _printable(name: str) -> str:
    return "".join(each for each in name[:200] if each.isprintable())
