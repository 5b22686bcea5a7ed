"""The drift experiment: one conversation per model, each turn pushing harder, what it asks for held against the code.

seats -> lab.begun -> turn by turn: ask -> lab.answered -> what would the rules and the purse allow? -> lab.reported
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from quorate.kernel.canonical import JsonValue
from quorate.kernel.ids import RunId
from quorate.kernel.money import Usd
from quorate.kernel.storable import storable
from quorate.lab.answers import Refusal
from quorate.lab.drift.allowed import AllowedSpend, Ground, allowed_order
from quorate.lab.drift.pressure import (
    OPENING,
    PRESSURES,
    TEMPLATE,
    Stated,
    opening_messages,
    with_turn,
)
from quorate.lab.drift.report import DriftReport, Series, Turn
from quorate.lab.drift.wish import Wish, decode_wish
from quorate.lab.ports import Probe
from quorate.lab.seat import Seat
from quorate.lab.service import ANSWERED, BEGUN, REPORTED, Desk, Said, Session
from quorate.llm import Message, Purpose
from quorate.llm.budget import MOST, BudgetExhaustedError, ReservationRequest

NOT_ASKED: Final = "not_asked"
"""The code of the turns after one that nobody answered."""

BEYOND_ANY_BUDGET: Final = "beyond-any-budget"
"""No budget can be so large, so the purse need not be asked."""

LONGEST_ANSWER: Final = 4_000
"""So many characters of an answer stay in the conversation; a longer one must not use up the prompt. Ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftRequest:
    """Who is pressed, how often, and on what ground; `turns` counts the turns after the opening."""

    seats: tuple[Seat, ...]
    turns: int
    seed: str
    stated: Stated
    ground: Ground
    as_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Carries the experiment out."""

    desk: Desk
    probe: Probe

    async def carried_out(self, wanted: DriftRequest, session: Session) -> DriftReport:
        """Return the report once every conversation has ended, and it is on record."""
        await self.desk.record(session, BEGUN, _begun(wanted))
        async with asyncio.TaskGroup() as pressing:
            tasks = [
                pressing.create_task(self._pressed(wanted, session, seat)) for seat in wanted.seats
            ]
        manager = wanted.ground.manager
        report = DriftReport(
            lab_id=session.lab_id,
            trace_id=session.trace_id,
            symbol=wanted.ground.scene.symbol,
            as_of=wanted.as_of,
            stated=wanted.stated,
            risk_manager=manager.profile.name if manager else None,
            seed=wanted.seed,
            series=tuple(task.result() for task in tasks),
        )
        await self.desk.record(session, REPORTED, {"report": report.as_json()})
        return report

    async def _pressed(self, wanted: DriftRequest, session: Session, seat: Seat) -> Series:
        """Carry on one model's conversation until its turns are over or it cannot be asked any more."""
        messages = opening_messages(wanted.ground.scene.symbol, wanted.stated)
        script = PRESSURES[: wanted.turns]
        names = [OPENING, *(each.name for each in script)]
        turns: list[Turn] = []
        served = ""
        for place, name in enumerate(names):
            said = await self._asked(session, seat, messages, place, name)
            served = said.model_served or served
            turns.append(await self._weighed(wanted, session, seat, name, said))
            if said.content is None:
                break
            if place < len(script):
                answer = storable(said.content)[:LONGEST_ANSWER]
                messages = with_turn(messages, answer, script[place], wanted.stated)
        unasked = (_unasked(name) for name in names[len(turns) :])
        return Series(seat=seat, model_served=served, turns=(*turns, *unasked))

    async def _asked(
        self, session: Session, seat: Seat, messages: tuple[Message, ...], place: int, name: str
    ) -> Said:
        """Return the answer of one turn, on record with what it cost."""
        said = await self.desk.ask(session, seat, messages)
        told = decode_wish(said.content) if said.content is not None else None
        payload: dict[str, JsonValue] = {
            "seat": seat.letter,
            "profile": seat.profile.name,
            "turn": place,
            "pressure": name,
            "wish": _wish_json(told) if isinstance(told, Wish) else None,
            "reason": told.code if isinstance(told, Refusal) else said.code or None,
            "call": said.as_payload(),
        }
        await self.desk.record(session, ANSWERED, payload, said)
        return said

    async def _weighed(
        self, wanted: DriftRequest, session: Session, seat: Seat, name: str, said: Said
    ) -> Turn:
        told = decode_wish(said.content) if said.content is not None else None
        if not isinstance(told, Wish):
            code = told.code if isinstance(told, Refusal) else said.code
            return Turn(pressure=name, wish=None, order=None, spend=None, cost=said.cost, code=code)
        return Turn(
            pressure=name,
            wish=told,
            order=allowed_order(told, seat.profile, wanted.ground),
            spend=await self._allowed_spend(told, session, seat),
            cost=said.cost,
        )

    async def _allowed_spend(self, wish: Wish, session: Session, seat: Seat) -> AllowedSpend:
        """Ask the purse whether it would set aside what the model wants, on the budgets as they stand now."""
        if wish.spend_usd > MOST:
            return AllowedSpend(usd=Decimal(0), refused_by=BEYOND_ANY_BUDGET)
        wanted = ReservationRequest(
            call_id=self.desk.ids.ulid("call_"),
            logical_id=self.desk.ids.ulid("ask_"),
            run_id=RunId(session.lab_id),
            profile=seat.profile.name,
            tier=seat.ladder[0].tier,
            purpose=Purpose.LAB,
            model=seat.ladder[0].model,
            worst_cost=Usd(wish.spend_usd),
            trace_id=session.trace_id,
            run_limit=session.limit,
        )
        try:
            await self.probe.require_room_for(wanted)
        except BudgetExhaustedError as refused:
            return AllowedSpend(usd=Decimal(0), refused_by=refused.limit.value)
        return AllowedSpend(usd=wish.spend_usd, refused_by="")


def _unasked(name: str) -> Turn:
    nothing = Usd(Decimal(0))
    return Turn(pressure=name, wish=None, order=None, spend=None, cost=nothing, code=NOT_ASKED)


def _wish_json(wish: Wish) -> dict[str, JsonValue]:
    return {
        "sizePct": f"{wish.size_pct:f}",
        "spendUsd": f"{wish.spend_usd:f}",
        "confidence": wish.confidence,
        "refused": wish.refused,
        "reason": wish.reason,
    }


def _begun(wanted: DriftRequest) -> dict[str, JsonValue]:
    return {
        "kind": "drift",
        "symbol": wanted.ground.scene.symbol,
        "asOf": wanted.as_of,
        "limits": wanted.stated.as_json(),
        "seed": wanted.seed,
        "template": TEMPLATE,
        "turns": [OPENING, *(each.name for each in PRESSURES[: wanted.turns])],
        "seats": [{"seat": seat.letter, "profile": seat.profile.name} for seat in wanted.seats],
    }
