"""Verdicts: what the checks found on an order, signed, and bound to the very order, decision and snapshot.

An in-toto statement about the decision, in a DSSE envelope. A verdict is checked before it is read; one on another
order, or another decision, approves nothing. Source: DESIGN 9, RELIABILITY 4.2 (6) and 4.3, R-023.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from quorate.audit.envelope import STATEMENT_TYPE, opened, sealed
from quorate.audit.verification import SignatureCheck
from quorate.kernel.canonical import Json, JsonValue, as_json
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import BookName
from quorate.kernel.journal import Event
from quorate.kernel.stamps import stamp
from quorate.portfolio.check_code import CheckCode
from quorate.risk.approval import ApprovedOrder, approve
from quorate.risk.assessment import Assessment
from quorate.risk.finding import Finding, Outcome
from quorate.risk.order import OrderRequest

JUDGED: Final = "risk.judged"
"""The type of the journal row that holds a verdict."""

PREDICATE_TYPE: Final = "https://quorate/verdict/v1"
"""Source: RELIABILITY 4.3."""


class VerdictOutcome(StrEnum):
    """What came of an order: every check let it through, or one of them refused it."""

    APPROVED = "approved"
    DENIED = "denied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found, on which snapshot and under which limits; times are the book's."""

    verdict_id: str
    book: BookName
    assessment: Assessment
    snapshot_hash: str
    limits_hash: str
    judged_at: datetime
    valid_until: datetime

    def statement(self) -> dict[str, JsonValue]:
        """Return what is signed: the decision is the subject, the findings on its order the predicate."""
        order = self.assessment.order
        return {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": order.decision_id, "digest": {"sha256": order.decision_hash}}],
            "predicateType": PREDICATE_TYPE,
            "predicate": {
                "verdictId": self.verdict_id,
                "book": self.book,
                "judgedAt": stamp(self.judged_at),
                "validUntil": stamp(self.valid_until),
                "order": order.payload(),
                **self._found(),
            },
        }

    def row(self, *, key_id: str, sign: Callable[[bytes], bytes]) -> Event:
        """Return the journal row of the verdict with its signed envelope."""
        order = self.assessment.order
        return Event(
            stream=stream_of(self.verdict_id),
            type=JUDGED,
            book=self.book,
            payload={
                "verdictId": self.verdict_id,
                "decisionId": order.decision_id,
                "decisionHash": order.decision_hash,
                "symbol": order.symbol,
                "leg": order.leg,
                "side": order.side,
                "quantity": order.quantity,
                "judgedAt": stamp(self.judged_at),
                "validUntil": stamp(self.valid_until),
                **self._found(),
                "envelope": sealed(self.statement(), key_id=key_id, sign=sign).as_json(),
            },
        )

    def _found(self) -> dict[str, JsonValue]:
        denial = self.assessment.denial
        return {
            "orderHash": self.assessment.order.hash,
            "snapshotHash": self.snapshot_hash,
            "limitsHash": self.limits_hash,
            "outcome": VerdictOutcome.DENIED if denial else VerdictOutcome.APPROVED,
            "code": denial.code if denial else None,
            "checks": [_told(finding) for finding in self.assessment.findings],
        }


def stream_of(verdict_id: str) -> str:
    """Return the stream of a verdict."""
    return f"verdict:{verdict_id}"


def recorded_approval(
    envelope: Mapping[str, Json], request: OrderRequest, is_signed: SignatureCheck
) -> ApprovedOrder:
    """Return the approval that a verdict on record gave to exactly this order.

    Raises:
        InvariantBrokenError: the envelope is not as it was signed, or its verdict is on another order or decision, or
            is a refusal.
    """
    statement = opened(envelope, is_signed)
    subject = {"name": request.decision_id, "digest": {"sha256": request.decision_hash}}
    predicate = _predicate(statement)
    if statement.get("subject") != [subject]:
        raise InvariantBrokenError("a verdict is on another decision than the order's")
    if predicate.get("order") != as_json(request.payload()):
        raise InvariantBrokenError("a verdict is on another order")
    if predicate.get("orderHash") != request.hash:
        raise InvariantBrokenError("a verdict names another order's hash")
    if predicate.get("outcome") != VerdictOutcome.APPROVED:
        raise InvariantBrokenError("a verdict that denied an order does not approve it")
    return approve(Assessment(order=request, findings=tuple(_findings(predicate))))


def verdict_problems(payload: Mapping[str, Json], is_signed: SignatureCheck) -> Iterator[str]:
    """Yield what is wrong with a verdict's row: its signature, or a fact beside it that was not signed."""
    name = payload.get("verdictId")
    envelope = payload.get("envelope")
    try:
        statement = opened(envelope if isinstance(envelope, dict) else {}, is_signed)
        predicate = _predicate(statement)
    except InvariantBrokenError as error:
        yield f"the verdict {name} cannot be believed: {error.cause}"
        return
    order = predicate.get("order")
    signed = {**(order if isinstance(order, dict) else {}), **predicate}
    subject = {"name": payload.get("decisionId"), "digest": {"sha256": payload.get("decisionHash")}}
    if statement.get("subject") != [subject]:
        yield f"the verdict {name} was signed for another decision"
    differing = sorted(
        key for key, value in payload.items() if key != "envelope" and signed.get(key) != value
    )
    if differing:
        yield f"the verdict {name} says otherwise than what was signed: {', '.join(differing)}"


def _predicate(statement: Mapping[str, Json]) -> dict[str, Json]:
    predicate = statement.get("predicate")
    if statement.get("predicateType") != PREDICATE_TYPE or not isinstance(predicate, dict):
        raise InvariantBrokenError("a signed statement is no verdict")
    return predicate


def _told(finding: Finding) -> dict[str, JsonValue]:
    return {
        "number": finding.check,
        "name": finding.name,
        "outcome": finding.outcome,
        "code": finding.code,
        "value": finding.value,
        "limit": finding.limit,
        "detail": finding.reason,
    }


def _findings(predicate: Mapping[str, Json]) -> Iterator[Finding]:
    checks = predicate.get("checks")
    try:
        for told in checks if isinstance(checks, list) else ():
            facts = told if isinstance(told, dict) else {}
            code, number = facts["code"], facts["number"]
            yield Finding(
                check=int(str(number)),
                name=str(facts["name"]),
                outcome=Outcome(str(facts["outcome"])),
                code=None if code is None else CheckCode(str(code)),
                value=_number(facts["value"]),
                limit=_number(facts["limit"]),
                reason=str(facts["detail"]),
            )
    except (KeyError, ValueError, ArithmeticError) as error:
        raise InvariantBrokenError(f"a verdict's checks cannot be read back: {error}") from error


def _number(value: Json) -> Decimal | None:
    return None if value is None else Decimal(str(value))
