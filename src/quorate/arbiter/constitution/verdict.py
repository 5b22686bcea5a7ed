"""Verdicts on tasks: what the court found, signed, bound to the very things that the task made. Pass and fail alike.

An in-toto statement in a DSSE envelope, as a verdict on an order is (`risk.verdict`); its subjects are what was made
(a decision and its hash, a snapshot, an order), or the task and the hash of its spec where nothing was.
Source: DESIGN 9, RELIABILITY 4.3, R-133 ("Verdict"), R-138.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from quorate.arbiter.constitution.budget import budget_compliance
from quorate.arbiter.constitution.judging import Judged
from quorate.arbiter.constitution.ruling import Word, checks_of
from quorate.arbiter.spec import TaskSpec
from quorate.arbiter.task import Task
from quorate.audit.envelope import STATEMENT_TYPE, opened, sealed
from quorate.audit.verification import SignatureCheck
from quorate.kernel.account import Subject
from quorate.kernel.canonical import Json, JsonValue
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.journal import Event
from quorate.kernel.stamps import stamp

ISSUED: Final = "verdict.issued"
"""The type of the journal row that holds a verdict on a task."""

PREDICATE_TYPE: Final = "https://quorate/task-verdict/v1"
"""Source: RELIABILITY 4.3; a verdict on an order is of the type `https://quorate/verdict/v1`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What produced the work: the code, the configuration, the rules, and the prompts and models where told."""

    version: str
    commit: str
    config_hash: str
    policy_hash: str
    prompts: Mapping[str, JsonValue] = field(default_factory=dict)
    models: Mapping[str, JsonValue] = field(default_factory=dict)

    def payload(self) -> dict[str, JsonValue]:
        """Return what a verdict says of it."""
        return {
            "version": self.version,
            "commit": self.commit,
            "configHash": self.config_hash,
            "policyHash": self.policy_hash,
            "prompts": self.prompts,
            "models": self.models,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskVerdict:
    """What was found on one task; `subjects` are what it made."""

    verdict_id: str
    task: Task
    spec: TaskSpec
    spec_hash: str
    judged: Judged
    subjects: Sequence[Subject]
    provenance: Provenance
    issued_at: datetime

    @property
    def decision(self) -> str:
        """Return PASS or FAIL."""
        return "PASS" if self.judged.ruling.word is Word.PASS else "FAIL"

    def row(self, *, key_id: str, sign: Callable[[bytes], bytes]) -> Event:
        """Return the journal row of the verdict with its signed envelope."""
        facts, subjects = self._facts(), self._subjects()
        statement: dict[str, JsonValue] = {
            "_type": STATEMENT_TYPE,
            "subject": subjects,
            "predicateType": PREDICATE_TYPE,
            "predicate": {**facts, **self._found()},
        }
        envelope = sealed(statement, key_id=key_id, sign=sign).as_json()
        return Event(
            stream=stream_of(self.verdict_id),
            type=ISSUED,
            trace_id=self.task.trace_id,
            book=self.task.book,
            payload={**facts, "subjects": subjects, "envelope": envelope},
        )

    def _facts(self) -> dict[str, JsonValue]:
        """Return what stands beside the envelope as well as in it."""
        ruling = self.judged.ruling
        return {
            "verdictId": self.verdict_id,
            "taskId": self.task.task_id,
            "taskType": self.task.type.value,
            "taskSubject": self.task.subject,
            "token": self.task.token,
            "specHash": self.spec_hash,
            "decision": self.decision,
            "verdict": ruling.word.value,
            "score": self.judged.score,
            "waiversUsed": list(ruling.waivers_used),
            "issuedAt": stamp(self.issued_at),
        }

    def _found(self) -> dict[str, JsonValue]:
        ruling = self.judged.ruling
        return {
            "checks": {
                "preExecution": checks_of(ruling.before),
                "postExecution": checks_of(ruling.after),
            },
            "gates": [each.payload() for each in ruling.gates],
            "brokenRules": [each.payload() for each in self.judged.broken],
            "budgetCompliance": budget_compliance(list(ruling.gates), self.spec),
            "waiverRequired": ruling.word is Word.WAIVER_REQUIRED,
            "rationale": "; ".join(ruling.problems) or "every gate passed",
            "nextSteps": list(ruling.next_steps),
            "provenance": self.provenance.payload(),
        }

    def _subjects(self) -> list[JsonValue]:
        made = self.subjects or (Subject(name=self.task.task_id, sha256=self.spec_hash),)
        return [{"name": each.name, "digest": {"sha256": each.sha256}} for each in made]


def stream_of(verdict_id: str) -> str:
    """Return the stream of a verdict."""
    return f"verdict:{verdict_id}"


def verdict_on(
    envelope: Mapping[str, Json],
    subject: Subject,
    is_signed: SignatureCheck,
    *,
    task_id: str | None = None,
) -> dict[str, Json]:
    """Return what a signed verdict says, where it is on exactly this subject (and this task, if told).

    Raises:
        InvariantBrokenError: it is not as it was signed, no key of ours signed it, or it is on something else.
    """
    statement = opened(envelope, is_signed)
    predicate = _predicate(statement)
    wanted = {"name": subject.name, "digest": {"sha256": subject.sha256}}
    subjects = statement.get("subject")
    if not isinstance(subjects, list) or wanted not in subjects:
        raise InvariantBrokenError("a verdict is on something else than what it is shown for")
    if task_id is not None and predicate.get("taskId") != task_id:
        raise InvariantBrokenError("a verdict is on another task")
    return predicate


def issued_problems(payload: Mapping[str, Json], is_signed: SignatureCheck) -> Iterator[str]:
    """Yield what is wrong with a verdict's row: its signature, or a fact beside it that was not signed."""
    name = payload.get("verdictId")
    envelope = payload.get("envelope")
    try:
        statement = opened(envelope if isinstance(envelope, dict) else {}, is_signed)
        predicate = _predicate(statement)
    except InvariantBrokenError as error:
        yield f"the verdict {name} cannot be believed: {error.cause}"
        return
    if statement.get("subject") != payload.get("subjects"):
        yield f"the verdict {name} was signed for something else"
    beside = payload.keys() - {"envelope", "subjects"}
    differing = sorted(key for key in beside if predicate.get(key) != payload[key])
    if differing:
        yield f"the verdict {name} says otherwise than what was signed: {', '.join(differing)}"
    if predicate.get("decision") != _decision_of(predicate):
        yield f"the verdict {name} does not follow from its gates"


def _decision_of(predicate: Mapping[str, Json]) -> str:
    """Return what the gates that a verdict lists come to."""
    gates = predicate.get("gates")
    passed = isinstance(gates, list) and bool(gates)
    for gate in gates if isinstance(gates, list) else ():
        passed = passed and isinstance(gate, dict) and gate.get("passed") is True
    return "PASS" if passed else "FAIL"


def _predicate(statement: Mapping[str, Json]) -> dict[str, Json]:
    predicate = statement.get("predicate")
    if statement.get("predicateType") != PREDICATE_TYPE or not isinstance(predicate, dict):
        raise InvariantBrokenError("a signed statement is no verdict on a task")
    return predicate
