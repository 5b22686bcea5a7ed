"""Verdicts on tasks: what each was on and what it said; gates and signature stand in the journal."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import BigInteger, Column, Index, Table

from quorate.adapters.sql.projection import Place, Projections, list_of, number_of, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import Insert
from quorate.arbiter.constitution import ISSUED
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.journal import Event

VERDICTS = Table(
    "verdicts",
    metadata,
    tenant_column(),
    text_column("verdict_id", key=True),
    text_column("task_id"),
    text_column("task_type"),
    text_column("task_subject"),
    text_column("book"),
    text_column("trace_id"),
    text_column("decision"),
    text_column("verdict"),
    text_column("waivers_used"),
    text_column("issued_at"),
    Column("score", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
)
Index("verdicts_by_seq", VERDICTS.c.tenant, VERDICTS.c.seq)
Index("verdicts_by_task", VERDICTS.c.tenant, VERDICTS.c.task_id)
Index("verdicts_by_subject", VERDICTS.c.tenant, VERDICTS.c.task_subject)

VERDICT_SUBJECTS = Table(
    "verdict_subjects",
    metadata,
    tenant_column(),
    text_column("name", key=True),
    text_column("verdict_id", key=True),
    text_column("sha256"),
)

_ADD = Insert(VERDICTS)
_ADD_SUBJECT = Insert(VERDICT_SUBJECTS)


def _issued(session: Session, place: Place, event: Event) -> None:
    verdict_id = text_of(event, "verdictId")
    session.insert(
        _ADD,
        {
            "tenant": place.tenant,
            "verdict_id": verdict_id,
            "task_id": text_of(event, "taskId"),
            "task_type": text_of(event, "taskType"),
            "task_subject": text_of(event, "taskSubject"),
            "book": event.book,
            "trace_id": event.trace_id,
            "decision": text_of(event, "decision"),
            "verdict": text_of(event, "verdict"),
            "waivers_used": " ".join(map(str, list_of(event, "waiversUsed"))),
            "issued_at": text_of(event, "issuedAt"),
            "score": number_of(event, "score"),
            "seq": place.seq,
        },
    )
    for subject in list_of(event, "subjects"):
        digest = subject.get("digest") if isinstance(subject, Mapping) else None
        if not isinstance(subject, Mapping) or not isinstance(digest, Mapping):
            raise InvariantBrokenError("a verdict is on something without a digest")
        session.insert(
            _ADD_SUBJECT,
            {
                "tenant": place.tenant,
                "name": str(subject["name"]),
                "verdict_id": verdict_id,
                "sha256": str(digest["sha256"]),
            },
        )


PROJECTIONS: Projections = {ISSUED: _issued}
