"""Turns: the answers of a recorded run, found again by the step that each of them was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from quorate.arena.ports import Question
from quorate.arena.record import Facts, RunEvent, read_reply
from quorate.arena.service import STEP_VERSION
from quorate.arena.voting import AgentReply
from quorate.kernel.ids import RunId, Symbol
from quorate.kernel.journal import JournalEntry, step_key
from quorate.kernel.money import Usd
from quorate.kernel.vote import Answer
from quorate.llm.call import Purpose

FREE: Final = Usd(Decimal(0))


@dataclass(frozen=True, slots=True)
class Turns:
    """What was said in `run_id`, by the name of the step (`answer:trend`, `argue:bull:1`, `panel:judge`)."""

    run_id: RunId
    rows: Mapping[str, JournalEntry]

    def said(self, question: Question) -> tuple[Answer, ...]:
        """Return what the record holds of the answers that `question` asks for, none where it was never asked."""
        reply = self._reply(question)
        return (
            tuple(answer for answer in reply.answers if answer.symbol in question.briefing.symbols)
            if reply
            else ()
        )

    def again(self, question: Question) -> AgentReply | None:
        """Return the recorded reply as an answer to `question`, None where there is none.

        It costs nothing a second time. `call.replayedFrom` names its row, and says whether it was given to exactly this
        question: an answer stands also where others said something else before it.
        """
        reply, row = self._reply(question), self.rows.get(question.step)
        if reply is None or row is None:
            return None
        return AgentReply(
            profile=question.profile,
            answers=self.said(question),
            model=reply.model,
            latency_ms=reply.latency_ms,
            cost=FREE,
            fallback_used=reply.fallback_used,
            failure=reply.failure,
            call={
                "replayedFrom": {
                    "runId": self.run_id,
                    "seq": row.seq,
                    "sameQuestion": row.facts.get("stepKey") == self._key(question),
                },
                "template": question.profile.prompt_template,
                "promptHash": (reply.call or {}).get("promptHash"),
                "callIds": [],
                "toolUses": [],
            },
        )

    def _reply(self, question: Question) -> AgentReply | None:
        row = self.rows.get(question.step)
        return read_reply(Facts(row.facts), question.profile) if row else None

    def _key(self, question: Question) -> str:
        return step_key(
            scope=self.run_id,
            step=question.step,
            version=STEP_VERSION,
            step_input=question.step_input,
        )


def turns_of(run_id: RunId, entries: Iterable[JournalEntry]) -> Turns:
    """Return the turns that the rows of a run tell."""
    rows = (entry for entry in entries if entry.type == RunEvent.AGENT_ANSWERED)
    return Turns(run_id, {_step(Facts(row.facts)): row for row in rows})


def missing(question: Question, said: Iterable[Answer]) -> tuple[Symbol, ...]:
    """Return the symbols that `question` is about, that there is something to say about, and that nobody `said`."""
    told = {answer.symbol for answer in said}
    views = question.briefing.snapshot.views
    return tuple(one for one in question.briefing.symbols if one in views and one not in told)


def _step(facts: Facts) -> str:
    """Return the name of the step that a row is; rows of old tell no purpose, they are first answers."""
    purpose = facts.optional("purpose", str) or Purpose.ANSWER.value
    number = facts.count("round") if "round" in facts.tree else 0
    turn = f":{number}" if number else ""
    return f"{purpose}:{facts.text('profile')}{turn}"
