"""Remembered answers: what models said, under what was asked of whom, until it is no longer fresh.

The table has a fixed number of slots for each tenant: a new answer takes a free one, else that of the answer which is
the first to go stale, so it never grows past them. The words themselves are content-addressed bytes.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Connection, Index, Table, bindparam, func, select

from quorate.adapters.sql.ledger import BLOBS
from quorate.adapters.sql.projection import Place, Projections, optional_text_of, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Statement, Values
from quorate.kernel.canonical import canonical_json, sha256_hex
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Event
from quorate.llm.call import ToolCall
from quorate.llm.recall import RememberedAnswer

SLOTS: Final = 4096
"""How many answers a tenant remembers.  Ours: 50 symbols, 10 agents, 8 hops, with as much room again nowhere needed."""

KEPT: Final = "answer.kept"

KEPT_ANSWERS = Table(
    "kept_answers",
    metadata,
    tenant_column(),
    text_column("slot", key=True),
    text_column("answer_key"),
    text_column("digest"),
    text_column("model_served"),
    text_column("tool_calls"),
    text_column("fresh_until"),
)
Index("kept_answers_key", KEPT_ANSWERS.c.tenant, KEPT_ANSWERS.c.answer_key)

_FACTS = ("answer_key", "digest", "model_served", "tool_calls", "fresh_until")
_ADD = Insert(KEPT_ANSWERS)
_REPLACE = GuardedUpdate(KEPT_ANSWERS, where=("tenant", "slot", "answer_key"), change=_FACTS)
_OWN = KEPT_ANSWERS.c.tenant == bindparam("tenant")
_BY_KEY = Statement(
    select(KEPT_ANSWERS.c.slot).where(_OWN, KEPT_ANSWERS.c.answer_key == bindparam("answer_key"))
)
_COUNT = Statement(select(func.count()).select_from(KEPT_ANSWERS).where(_OWN))
_FIRST_STALE = select(func.min(KEPT_ANSWERS.c.fresh_until)).where(_OWN).scalar_subquery()
_STALEST = Statement(
    select(func.min(KEPT_ANSWERS.c.slot)).where(_OWN, KEPT_ANSWERS.c.fresh_until == _FIRST_STALE)
)
_KEY_IN = Statement(
    select(KEPT_ANSWERS.c.answer_key).where(_OWN, KEPT_ANSWERS.c.slot == bindparam("slot"))
)


class Slot(NamedTuple):
    """Where an answer goes, and which other answer stands there now, None where it is free."""

    name: str
    replaces: str | None


class _KeptCall(msgspec.Struct, frozen=True):
    id: str
    name: str
    arguments: str


def slot_for(session: Session, tenant: Tenant, key: str, slots: int) -> Slot:
    """Return where the answer under `key` goes, inside the writer's transaction."""
    own = session.read(_BY_KEY, {"tenant": tenant, "answer_key": key})
    if own:
        return Slot(str(own[0][0]), key)
    ((count,),) = session.read(_COUNT, {"tenant": tenant})
    if int(count or 0) < slots:
        return Slot(f"{int(count or 0):06d}", None)
    ((stalest,),) = session.read(_STALEST, {"tenant": tenant})
    ((other,),) = session.read(_KEY_IN, {"tenant": tenant, "slot": stalest})
    return Slot(str(stalest), str(other))


def kept_event(key: str, answer: RememberedAnswer, until: str, slot: Slot) -> Event:
    """Return the fact that `answer` is remembered in `slot` until the stamp `until`."""
    calls = [
        {"id": call.id, "name": call.name, "arguments": call.arguments}
        for call in answer.tool_calls
    ]
    return Event(
        stream=f"answer:{key}",
        type=KEPT,
        payload={
            "answerKey": key,
            "digest": sha256_hex(answer.content),
            "modelServed": answer.model_served,
            "toolCalls": canonical_json(calls),
            "freshUntil": until,
            "slot": slot.name,
            "replaces": slot.replaces,
        },
        attachments=(answer.content,),
    )


def recalled_answer(
    connection: Connection, tenant: Tenant, key: str, now: str
) -> RememberedAnswer | None:
    """Return the fresh answer under `key`; one whose bytes are not what was kept is as good as none."""
    kept = KEPT_ANSWERS.c
    row = connection.execute(
        select(kept.model_served, kept.tool_calls, kept.digest, BLOBS.c.content)
        .join(BLOBS, (BLOBS.c.tenant == kept.tenant) & (BLOBS.c.digest == kept.digest))
        .where(kept.tenant == tenant, kept.answer_key == key, kept.fresh_until > now)
    ).first()
    if row is None or sha256_hex(bytes(row.content)) != row.digest:
        return None
    calls = msgspec.json.decode(row.tool_calls, type=list[_KeptCall])
    return RememberedAnswer(
        content=bytes(row.content),
        tool_calls=tuple(ToolCall(id=c.id, name=c.name, arguments=c.arguments) for c in calls),
        model_served=row.model_served,
    )


def _kept(session: Session, place: Place, event: Event) -> None:
    facts: Values = {
        "answer_key": text_of(event, "answerKey"),
        "digest": text_of(event, "digest"),
        "model_served": text_of(event, "modelServed"),
        "tool_calls": text_of(event, "toolCalls"),
        "fresh_until": text_of(event, "freshUntil"),
    }
    slot, replaced = text_of(event, "slot"), optional_text_of(event, "replaces")
    if replaced is None:
        session.insert(_ADD, {"tenant": place.tenant, "slot": slot, **facts})
        return
    guard: Values = {"was_tenant": place.tenant, "was_slot": slot, "was_answer_key": replaced}
    session.update(
        _REPLACE, {**guard, **facts}, otherwise="another answer was remembered there first"
    )


PROJECTIONS: Projections = {KEPT: _kept}
