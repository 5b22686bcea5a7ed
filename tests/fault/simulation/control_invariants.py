"""The invariants of the control plane: the chain, confidence, tasks and who holds them, secrets, bounds, re-audits.

As `invariants`: plain values, nothing of quorate; the table of tasks is written down here once more, from RELIABILITY
2.1, and so is the form of a checkpoint.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.fault.simulation.invariants import Seen

Tree = Any
FIRST = "0" * 64
COLUMNS = ("book", "payload", "seq", "stream", "tenant", "traceId", "ts", "type")
CLOSE = 1e-12
ATTEMPTS = 3
"""A task is tried so often; at the next death it is given up. Source: RELIABILITY 2.1, 4.2 (22)."""
LONGEST_PAYLOAD = 262_144
"""Of a row, in characters: four times what an answer may have. Source: RELIABILITY 0.1 (5)."""
MOVES = {
    ("RECEIVED", "validate"): "VALIDATING_SPEC",
    ("RECEIVED", "cancel"): "CANCELLED",
    ("VALIDATING_SPEC", "spec_ok"): "SPEC_APPROVED",
    ("VALIDATING_SPEC", "spec_bad"): "REJECTED",
    ("VALIDATING_SPEC", "error"): "FAILED",
    ("SPEC_APPROVED", "route"): "ROUTING",
    ("SPEC_APPROVED", "cancel"): "CANCELLED",
    ("SPEC_APPROVED", "ttl"): "EXPIRED",
    ("ROUTING", "assigned"): "ROUTED",
    ("ROUTING", "no_capable_agent"): "ROUTING",
    ("ROUTING", "ttl"): "EXPIRED",
    ("ROUTING", "error"): "FAILED",
    ("ROUTED", "started"): "EXECUTING",
    ("ROUTED", "lease_lost"): "ROUTING",
    ("ROUTED", "cancel"): "CANCELLED",
    ("ROUTED", "ttl"): "EXPIRED",
    ("EXECUTING", "result"): "EXECUTION_COMPLETE",
    ("EXECUTING", "lease_lost"): "ROUTING",
    ("EXECUTING", "error"): "FAILED",
    ("EXECUTING", "cancel"): "CANCELLED",
    ("EXECUTION_COMPLETE", "verify"): "VERIFYING",
    ("VERIFYING", "post_check_ok"): "VERIFIED",
    ("VERIFYING", "violation"): "REJECTED",
    ("VERIFYING", "error"): "FAILED",
    ("VERIFIED", "persisted_and_outboxed"): "COMPLETED",
}
OVER = {"COMPLETED", "REJECTED", "FAILED", "CANCELLED", "EXPIRED"}


@dataclass(frozen=True)
class Control:
    """What is looked at beside the rows of a world.

    `notes` are the checkpoints, in the order in which they were kept; `public_key` is whose they must be; `writers`
    who wrote each row; `told` all that left the process as text: the log, and what open pages were sent; `secrets`
    what must stand nowhere; `audits` what the auditor says of each cycle's stored messages when it is asked again.
    """

    notes: Sequence[str]
    public_key: bytes
    writers: Mapping[int, str]
    told: Sequence[str]
    secrets: Sequence[str]
    audits: Mapping[str, Sequence[str]] = field(default_factory=dict)


def broken(seen: Seen, control: Control) -> Iterator[str]:
    """Yield every invariant of the control plane that does not hold, by its number."""
    for check in CHECKS:
        number = check.__name__.split("_")[1]
        for said in check(seen, control):
            yield f"{number}: {said}"


def _10_chain(seen: Seen, control: Control) -> Iterator[str]:
    """Each row's hash covers it and the row before; checkpoints are signed, true, and never of fewer rows."""
    hashes = {0: FIRST}
    for number, row in enumerate(seen.rows, start=1):
        if row["seq"] != number:
            yield f"row {row['seq']} stands in place {number}"
        covered = hashlib.sha256(b"\0" + bytes.fromhex(row["prev_hash"]) + _bytes_of(row))
        if row["prev_hash"] != hashes[number - 1] or row["hash"] != covered.hexdigest():
            yield f"row {row['seq']} does not follow on the row before it"
        hashes[number] = row["hash"]
    before = 0
    for note in control.notes:
        size, root, is_signed = _checkpoint(note, control.public_key)
        if not is_signed:
            yield f"the checkpoint of {size} rows is not signed"
        if size < before or hashes.get(size) != root:
            yield f"a checkpoint says {size} rows after {before}, ending in {root}"
        before = size


def _12_confidence(seen: Seen, _control: Control) -> Iterator[str]:
    """A confidence is in [0, 1], and is the raw one times its recorded factors, each kind once at the most."""
    for seq, kind, told, _ in seen.facts:
        if kind not in {"vote.cast", "decision.made"} or told["confidence"] is None:
            continue
        said = float(told["confidence"])
        if not 0 <= said <= 1:
            yield f"row {seq} has a confidence of {said}"
        steps = told.get("confidenceSteps", [])
        kinds = [step["kind"] for step in steps]
        if len(kinds) != len(set(kinds)):
            yield f"row {seq} was made of {kinds}"
        value = said
        for step in steps:
            base = float(step["value"]) if step["factor"] is None else value
            value = base * float(step["factor"] or 1)
            if abs(value - float(step["value"])) > CLOSE:
                yield f"row {seq} says {step['value']} after {step['kind']}, it is {value}"
        if steps and abs(value - said) > CLOSE:
            yield f"row {seq} has a confidence of {said}, its factors make {value}"


@dataclass
class _Held:
    """Who holds a task, by which token, and where it stands."""

    state: str = ""
    token: int = 0
    holder: str = ""
    parent: str = ""
    adoptions: int = 0


def _16_tasks(seen: Seen, control: Control) -> Iterator[str]:
    """States only along the table; one holder at a time, whose tokens only rise; only the holder writes of it."""
    tasks: dict[str, _Held] = defaultdict(_Held)
    for seq, kind, told, _ in seen.facts:
        writer = control.writers.get(seq, "")
        if kind == "lease.acquired" and told["name"].startswith("task:"):
            task = tasks[told["name"].removeprefix("task:")]
            if told["token"] <= task.token:
                yield f"{told['name']} is held by {writer} at row {seq}, and by {task.holder} still"
            task.token, task.holder = told["token"], writer
        elif kind == "task.received":
            task = tasks[told["taskId"]]
            task.state, task.parent = told["state"], told.get("parent", "")
        elif kind == "task.moved":
            task = tasks[told["taskId"]]
            holder = tasks[task.parent] if task.parent else task
            if holder.holder and (writer, told["token"]) != (holder.holder, holder.token):
                yield f"{writer} moved {told['taskId']} at row {seq}, {holder.holder} holds it"
            yield from _moved(task, seq, told)


def _moved(task: _Held, seq: int, told: Tree) -> Iterator[str]:
    """Bring a task up to its row, and yield where the table has no such move."""
    if told["from"] != task.state:
        yield f"{told['taskId']} went from {told['from']} at row {seq}, it was {task.state}"
    at = told["from"]
    for step in told.get("path") or [{"event": told["event"], "to": told["to"]}]:
        if MOVES.get((at, step["event"])) != step["to"]:
            yield f"{told['taskId']} went from {at} to {step['to']} by {step['event']} at row {seq}"
        at = step["to"]
    if at != told["to"]:
        yield f"{told['taskId']} says {told['to']} at row {seq}, its path ends in {at}"
    task.state = told["to"]


def _21_secrets(seen: Seen, control: Control) -> Iterator[str]:
    """No secret stands in a row, in the log, or in what a page is sent."""
    for secret in control.secrets:
        yield from (f"row {row['seq']} tells {secret}" for row in seen.rows if secret in str(row))
        yield from (f"{secret} was told: {said[:80]}" for said in control.told if secret in said)


def _22_bounds(seen: Seen, _control: Control) -> Iterator[str]:
    """A task is tried so often at the most, and given up then; no row grows beyond measure."""
    begun: dict[str, int] = defaultdict(int)
    for seq, kind, told, row in seen.facts:
        if len(row["payload"]) > LONGEST_PAYLOAD:
            yield f"row {seq} ({kind}) has {len(row['payload'])} characters"
        if kind != "task.moved":
            continue
        path = told.get("path") or [told]
        begun[told["taskId"]] += sum(step["event"] == "started" for step in path)
        if begun[told["taskId"]] > ATTEMPTS:
            yield f"{told['taskId']} was begun {begun[told['taskId']]} times by row {seq}"


def _23_tasks(seen: Seen, _control: Control) -> Iterator[str]:
    """At rest every task that was received is over, one way or the other."""
    states: dict[str, str] = {}
    for _, kind, told, _ in seen.facts:
        if kind == "task.received":
            states[told["taskId"]] = told["state"]
        elif kind == "task.moved":
            states[told["taskId"]] = told["to"]
    yield from (
        f"{task} is {state} for ever" for task, state in states.items() if state not in OVER
    )


def _25_audits(seen: Seen, control: Control) -> Iterator[str]:
    """The auditor says of a cycle's stored messages what it said of the cycle."""
    for seq, kind, told, _ in seen.facts:
        if kind != "cycle.ended":
            continue
        again = list(control.audits.get(told["cycleId"], ["nobody asked"]))
        if told["message"]["data"]["violations"] != again:
            yield f"row {seq} says {told['message']['data']['violations']}, asked again {again}"


def _bytes_of(row: Mapping[str, Tree]) -> bytes:
    """Return what a row's hash covers: its columns as JSON, sorted by name, the payload as it is stored."""
    named = {**row, "traceId": row["trace_id"]}
    parts = [
        f'"{name}":{row[name] if name == "payload" else json.dumps(named[name], ensure_ascii=False)}'
        for name in COLUMNS
    ]
    return ("{" + ",".join(parts) + "}").encode()


def _checkpoint(note: str, public_key: bytes) -> tuple[int, str, bool]:
    """Return size and root of a C2SP note, and whether the key signed it."""
    body, _, signed = note.partition("\n\n")
    _, size, root = body.split("\n")
    signature = base64.b64decode(signed.split()[-1])[4:]
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, f"{body}\n".encode())
    except InvalidSignature:
        return int(size), base64.b64decode(root).hex(), False
    return int(size), base64.b64decode(root).hex(), True


CHECKS = (
    _10_chain,
    _12_confidence,
    _16_tasks,
    _21_secrets,
    _22_bounds,
    _23_tasks,
    _25_audits,
)
