"""Acceptance: a request that carries a key is accepted once, and later ones with the same key get the first answer.

An acceptance is kept for 24 hours. It is the recorded success of a step whose input is the key and the run that the key
stood for before, if it did: so of two requests at once only one is recorded, and a key whose day is over is free again
without anything being taken out of the journal. Source: UI 3 (Idempotency).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from quorate.arena.record import Facts
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import RunId, TraceId
from quorate.kernel.journal import Event, JournalEntry, step_key
from quorate.kernel.stamps import moment_of, stamp

KEPT: Final = timedelta(hours=24)
"""How long an acceptance is remembered. Source: UI 3."""

REQUEST_ACCEPTED: Final = "request.accepted"

STEP_VERSION: Final = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKey:
    """What tells a repeated request from a new one: whose it is, its key, and a digest of what it asks for."""

    principal: str
    key: str
    fingerprint: str

    @property
    def hash(self) -> str:
        """Return what names the key in the journal; keys of different principals never meet."""
        return sha256_hex(f"{self.principal}\n{self.key}")

    @property
    def stream(self) -> str:
        """Return the stream that holds every acceptance of this key."""
        return f"request:{self.hash}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """That a key stands for a run, until when."""

    run_id: RunId
    trace_id: TraceId
    fingerprint: str
    expires_at: datetime


def last_acceptance(entries: Sequence[JournalEntry]) -> Acceptance | None:
    """Return the newest acceptance that the rows of a key's stream tell, kept still or not."""
    if not entries:
        return None
    facts = Facts(entries[-1].facts)
    return Acceptance(
        run_id=RunId(facts.text("runId")),
        trace_id=TraceId(entries[-1].trace_id),
        fingerprint=facts.text("fingerprint"),
        expires_at=facts.value("expiresAt", moment_of),
    )


def standing(key: RequestKey, last: Acceptance | None, now: datetime) -> Acceptance | None:
    """Return the acceptance that answers a request with `key`, None where the key is free.

    Raises:
        RejectedError: the key stands for another request (slug `idempotency-reused`).
    """
    if last is None or now >= last.expires_at:
        return None
    if last.fingerprint != key.fingerprint:
        raise RejectedError(
            f"the idempotency key {key.key!r} was used for another request",
            effect="nothing was written",
            fix="send a new key with a new request",
            slug="idempotency-reused",
        )
    return last


def acceptance_event(
    key: RequestKey, run_id: RunId, trace_id: TraceId, *, last: Acceptance | None, now: datetime
) -> Event:
    """Return the fact that `key` stands for a run from now on; `last` is what it stood for before."""
    before = last.run_id if last else ""
    return Event(
        stream=key.stream,
        type=REQUEST_ACCEPTED,
        payload={
            "keyHash": key.hash,
            "fingerprint": key.fingerprint,
            "runId": run_id,
            "traceId": trace_id,
            "expiresAt": stamp(now + KEPT),
        },
        trace_id=trace_id,
        step_key=step_key(
            scope=key.principal,
            step=REQUEST_ACCEPTED,
            version=STEP_VERSION,
            step_input=f"{key.hash}\n{before}",
        ),
    )
