"""The convergence experiment: every judge asked at once, the same words, none seeing another's.

artifact, seats -> lab.begun -> each judge alone -> lab.answered -> matched and counted by rules -> lab.reported
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from quorate.kernel.canonical import JsonValue
from quorate.kernel.money import Usd, total_cost
from quorate.lab.answers import Refusal
from quorate.lab.converge.artifact import Artifact
from quorate.lab.converge.judgement import TEMPLATE, decode_judgement, messages_for
from quorate.lab.converge.report import ConvergenceReport, Judge
from quorate.lab.seat import Seat
from quorate.lab.service import ANSWERED, BEGUN, REPORTED, Desk, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvergenceRequest:
    """What is judged and by whom; `seed` is what the seats were drawn with."""

    artifact: Artifact
    question: str
    seed: str
    seats: tuple[Seat, ...]
    limit: Usd | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Convergence:
    """Carries the experiment out."""

    desk: Desk

    async def carried_out(self, wanted: ConvergenceRequest, session: Session) -> ConvergenceReport:
        """Return the report once all judges answered or could not, and it is on record."""
        await self.desk.record(session, BEGUN, _begun(wanted))
        async with asyncio.TaskGroup() as asking:
            tasks = [
                asking.create_task(self._judged(wanted, session, seat)) for seat in wanted.seats
            ]
        judges = tuple(task.result() for task in tasks)
        report = ConvergenceReport(
            lab_id=session.lab_id,
            trace_id=session.trace_id,
            artifact=wanted.artifact,
            question=wanted.question,
            seed=wanted.seed,
            judges=judges,
            limit=session.limit,
            cost=total_cost(judge.said.cost for judge in judges),
        )
        await self.desk.record(session, REPORTED, {"report": report.as_json()})
        return report

    async def _judged(self, wanted: ConvergenceRequest, session: Session, seat: Seat) -> Judge:
        said = await self.desk.ask(session, seat, messages_for(wanted.artifact, wanted.question))
        told = decode_judgement(said.content) if said.content is not None else None
        judge = Judge(
            seat=seat,
            said=said,
            judgement=None if isinstance(told, Refusal) else told,
            code=told.code if isinstance(told, Refusal) else said.code,
            detail=told.detail if isinstance(told, Refusal) else said.detail,
        )
        payload = {**judge.as_json(), "call": said.as_payload()}
        await self.desk.record(session, ANSWERED, payload, said)
        return judge


def _begun(wanted: ConvergenceRequest) -> dict[str, JsonValue]:
    return {
        "kind": "converge",
        "artifact": wanted.artifact.as_json(),
        "question": wanted.question or None,
        "seed": wanted.seed,
        "template": TEMPLATE,
        "seats": [{"seat": seat.letter, "profile": seat.profile.name} for seat in wanted.seats],
        "limitUsd": None if wanted.limit is None else str(wanted.limit),
    }
