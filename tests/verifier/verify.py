"""Verify an export without Quorate: `python verify.py FILE [PUBLIC-KEY-IN-HEX]`.

Needs Python and the package `cryptography`, nothing else; it shares no line with what it checks. There are two
kinds of file: one JSON object from `quorate runs export`, and the JSON lines of `quorate audit export`. Without a
public key that you know from elsewhere it proves that the file is whole and signed with the key named in it, not
whose key that is.

What is said about a run is recomputed from its rows, but for the `why` of its decisions: those sentences are worded
from the rows when they are shown, and prove nothing themselves.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

RUN_FORMAT, JOURNAL_FORMAT = "quorate-run-export/1", "quorate-journal-export/1"
RUN_KEYS = {"format", "tenant", "run", "prevHash", "rows", "checkpoint", "publicKeys"}
JOURNAL_KEYS = {"format", "tenant", "publicKeys", "checkpoints"}
TEXT_COLUMNS = ("ts", "tenant", "book", "traceId", "stream", "type", "payload", "prevHash", "hash")
COVERED = ("book", "payload", "seq", "stream", "tenant", "traceId", "ts", "type")
MEASURED = {
    "confidence",
    "disagreement",
    "factor",
    "latencyMs",
    "skillWeight",
    "threshold",
    "value",
}
CHAIN = ["raw", "calibrated", "fallback", "hidden_hand"]
STATUS = {"run.completed": "completed", "run.failed": "failed", "run.cancelled": "cancelled"}
FROM_HEADER = (
    *("runId", "taskId", "cycleId", "book", "bookMode", "mode", "triggeredBy", "symbols"),
    *("requestedAsOf", "asOf", "configHash", "bookStateHash", "learnedStateHash"),
)
FROM_LATER_HEADERS = {"maxCostUsd": None, "thresholds": {}, "replayOf": None, "strategy": None}
"""What headers carry by now, and what one without it says."""

Tree = Any


class RefusedError(Exception):
    """The file is not what was written."""


class Number(str):
    """A number with a fraction, as its text: two texts of one number are two things."""

    __slots__ = ()


def verified(path: Path, trusted_key: str | None = None) -> int:
    """Return how many rows the file proves, or raise RefusedError."""
    try:
        return proven(path.read_text(encoding="utf-8"), trusted_key)
    except UnicodeDecodeError as error:
        raise RefusedError(f"not an export: {error}") from error


def proven(text: str, trusted_key: str | None = None) -> int:
    """Return how many rows the text of an export proves, or raise RefusedError."""
    lines = text.removesuffix("\n").split("\n")
    try:
        if JOURNAL_FORMAT in lines[0]:
            return _verified_journal([_parsed(line) for line in lines], trusted_key)
        return _verified_run(_parsed(text), trusted_key)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise RefusedError(f"not an export: {type(error).__name__}: {error}") from error


def _verified_run(export: Tree, trusted_key: str | None) -> int:
    _require(set(export) == RUN_KEYS, "the export has other parts")
    _require(export["format"] == RUN_FORMAT, "the format is unknown")
    rows, tenant = export["rows"], export["tenant"]
    keys = _checked_keys(export["publicKeys"], tenant, trusted_key)
    hashes = _walked(rows, tenant, rows[0]["seq"], export["prevHash"])
    size, root = _signed_head(export["checkpoint"], tenant, keys)
    _require((size, root) == (rows[-1]["seq"], hashes[-1]), "the checkpoint signs another chain")
    _require_whole_chains(rows)
    _require_same(_run_of(rows, export["run"]["runId"]), _without_why(export["run"]), "run")
    return len(rows)


def _verified_journal(trees: list[Tree], trusted_key: str | None) -> int:
    head, rows = trees[0], trees[1:]
    _require(set(head) == JOURNAL_KEYS, "the head has other parts")
    _require(head["format"] == JOURNAL_FORMAT, "the format is unknown")
    tenant = head["tenant"]
    keys = _checked_keys(head["publicKeys"], tenant, trusted_key)
    hashes = _walked(rows, tenant, 1, "0" * 64)
    sizes = []
    for note in head["checkpoints"]:
        size, root = _signed_head(note, tenant, keys)
        _require(1 <= size <= len(rows), f"rows {len(rows) + 1} to {size} are cut off")
        _require(hashes[size - 1] == root, f"the checkpoint at {size} signs another chain")
        sizes.append(size)
    _require(sizes == sorted(set(sizes)), "the checkpoints are not in their order")
    _require(sizes[-1:] == [len(rows)], "the last row is not signed")
    registered = [_payload(row) for row in rows if row["type"] == "key.registered"]
    written = {facts["keyId"]: facts["publicKey"] for facts in registered}
    _require(written == head["publicKeys"], "the keys are not those on record")
    _require_whole_chains(rows)
    return len(rows)


def _walked(rows: list[Tree], tenant: str, first: int, previous: str) -> list[str]:
    """Return the recomputed hash of every row."""
    hashes = []
    for seq, row in enumerate(rows, start=first):
        _require(set(row) == {"seq", *TEXT_COLUMNS}, f"row {seq} has other columns")
        _require(all(type(row[name]) is str for name in TEXT_COLUMNS), f"row {seq} is no row")
        _require(type(row["seq"]) is int and row["seq"] == seq, f"row {seq} is missing")
        _require(row["tenant"] == tenant, f"row {seq} is another tenant's")
        _require(row["prevHash"] == previous, f"row {seq} does not follow the row before it")
        previous = hashlib.sha256(b"\0" + bytes.fromhex(previous) + _row_bytes(row)).hexdigest()
        _require(row["hash"] == previous, f"row {seq} is not what was written")
        hashes.append(previous)
    return hashes


def _row_bytes(row: Tree) -> bytes:
    """Return the row's canonical JSON: columns in alphabetical order, the stored payload verbatim."""
    parts = (
        f'"{name}":{row[name] if name == "payload" else json.dumps(row[name], ensure_ascii=False)}'
        for name in COVERED
    )
    return ("{" + ",".join(parts) + "}").encode()


def _checked_keys(keys: Tree, tenant: str, trusted_key: str | None) -> dict[str, bytes]:
    """Return the public keys by their id, each of which is the hash of what it names."""
    checked = {}
    for key_id, text in keys.items():
        public = bytes.fromhex(text)
        _require(public.hex() == text, "a public key is not in its one form")
        material = f"quorate/{tenant}\n".encode() + b"\x01" + public
        _require(hashlib.sha256(material).hexdigest()[:8] == key_id, "a key has another id")
        checked[key_id] = public
    _require(trusted_key is None or trusted_key in keys.values(), "the trusted key is not in use")
    if trusted_key is not None:
        return {key_id: key for key_id, key in checked.items() if key.hex() == trusted_key}
    return checked


def _signed_head(note: str, tenant: str, keys: dict[str, bytes]) -> tuple[int, str]:
    """Return size and root (hex) of a C2SP checkpoint in a signed note, after its signature."""
    text, blob_line = note.split("\n\n")
    origin, size, root = text.split("\n")
    dash, name, blob = blob_line.split(" ")
    _require(
        (dash, name, origin) == ("\u2014", origin, f"quorate/{tenant}"), "a note names another"
    )
    _require(blob.endswith("\n") and str(int(size)) == size, "a note is not in its one form")
    raw, digest = _one_base64(blob[:-1]), _one_base64(root)
    _require(len(raw) == 4 + 64 and len(digest) == 32, "a note is not in its one form")
    key = keys.get(raw[:4].hex())
    _require(key is not None, "a note is signed with a key that is not named")
    try:
        Ed25519PublicKey.from_public_bytes(key or b"").verify(raw[4:], f"{text}\n".encode())
    except InvalidSignature as error:
        raise RefusedError("a checkpoint has no valid signature") from error
    return int(size), digest.hex()


def _one_base64(text: str) -> bytes:
    raw = base64.b64decode(text, validate=True)
    _require(base64.b64encode(raw).decode() == text, "base64 is not in its one form")
    return raw


def _require_whole_chains(rows: list[Tree]) -> None:
    """Refuse a vote whose confidence is not raw times its factors, link by link."""
    for row in rows:
        if row["type"] == "vote.cast":
            vote = _payload(row)
            _require(_is_whole_chain(vote), f"row {row['seq']}: a confidence out of nowhere")


def _is_whole_chain(vote: Tree) -> bool:
    steps = vote["confidenceSteps"]
    if vote["action"] == "ABSTAIN":
        return steps == [] and vote["confidence"] is None
    value = None
    for step in steps:
        factor, stated = step["factor"], float(step["value"])
        value = stated if factor is None else (value or 0.0) * float(factor)
        if value != stated or not 0 <= stated <= 1:
            return False
    without_factor = [step["kind"] for step in steps if step["factor"] is None]
    in_order = [step["kind"] for step in steps] == CHAIN
    return in_order and without_factor == CHAIN[:2] and float(vote["confidence"]) == value


def _run_of(rows: list[Tree], run_id: str) -> Tree:
    """Return the run as its rows tell it, without its `why`."""
    own = [row for row in rows if row["stream"] == f"run:{run_id}"]
    _require(own[0]["type"] == "run.requested", "the run's first row is missing")
    of_type: dict[str, list[Tree]] = {}
    for row in own:
        of_type.setdefault(row["type"], []).append(_payload(row))
    header = of_type["run.requested"][0]
    ended = [row for row in own if row["type"] in STATUS][:1]
    end = _payload(ended[0]) if ended else {}
    failure = {name: end[name] for name in ("reason", "detail")} if end.get("reason") else None
    votes = sorted(of_type.get("vote.cast", []), key=lambda vote: vote["profile"])
    made = sorted(
        of_type.get("decision.made", []), key=lambda one: header["symbols"].index(one["symbol"])
    )
    return {
        **{name: header[name] for name in FROM_HEADER},
        **{name: header.get(name, former) for name, former in FROM_LATER_HEADERS.items()},
        "traceId": own[0]["traceId"],
        "requestedAt": own[0]["ts"],
        "status": STATUS[ended[0]["type"]] if ended else "running",
        "profiles": [profile["name"] for profile in header["profiles"]],
        "snapshotHash": next((s["snapshotHash"] for s in of_type.get("snapshot.frozen", [])), None),
        "costUsd": end.get("costUsd"),
        "latencyMs": _number(end.get("latencyMs")),
        "failure": failure,
        "decisions": [
            {
                **_shown(decision),
                "profile": decision.get("profile"),
                "votes": [_vote(vote) for vote in votes if _is_of(vote, decision)],
            }
            for decision in made
        ],
        "shadows": [one for drawn in of_type.get("shadows.drawn", []) for one in drawn["shadows"]],
    }


def _is_of(vote: Tree, decision: Tree) -> bool:
    """Return whether a vote is one of those behind a decision; in a competition each profile has its own."""
    own = decision.get("profile") in (None, vote["profile"])
    return own and vote["symbol"] == decision["symbol"]


def _vote(vote: Tree) -> Tree:
    """Return the vote as it is shown, with the flags for what was discounted."""
    steps = {step["kind"]: step for step in vote["confidenceSteps"]}
    lowered = {kind: s for kind, s in steps.items() if s["factor"] and float(s["factor"]) < 1}
    fallback, hidden_hand = "fallback" in lowered, lowered.get("hidden_hand")
    return {
        **_shown(vote),
        "degradedInference": fallback,
        "originalConfidence": _number(steps["raw"]["value"]) if fallback else None,
        "degradationReason": "fallback_model_used" if fallback else None,
        "phaseSignalConflict": hidden_hand is not None,
        "hiddenHandWarning": hidden_hand["reason"] if hidden_hand else None,
    }


def _shown(value: Tree, name: str = "") -> Tree:
    """Return a part of a payload as it is shown: measured numbers as numbers."""
    if isinstance(value, dict):
        return {key: _shown(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_shown(item) for item in value]
    return _number(value) if name in MEASURED and isinstance(value, str) else value


def _number(text: str | None) -> Number | None:
    return None if text is None else Number(repr(float(text)))


def _without_why(run: Tree) -> Tree:
    decisions = [
        {name: part for name, part in decision.items() if name != "why"}
        for decision in run["decisions"]
    ]
    return {**run, "decisions": decisions}


def _require_same(wanted: Tree, found: Tree, place: str) -> None:
    """Refuse where the two differ; true is not 1, and 1.0 is not 1."""
    _require(type(wanted) is type(found), f"{place} is not what the rows say")
    if isinstance(wanted, dict):
        _require(set(wanted) == set(found), f"{place} has other parts than the rows say")
        for name in wanted:
            _require_same(wanted[name], found[name], f"{place}.{name}")
    elif isinstance(wanted, list):
        _require(len(wanted) == len(found), f"{place} has another length than the rows say")
        for index, (one, other) in enumerate(zip(wanted, found, strict=True)):
            _require_same(one, other, f"{place}[{index}]")
    else:
        _require(wanted == found, f"{place} is not what the rows say")


def _payload(row: Tree) -> Tree:
    return _parsed(row["payload"])


def _parsed(text: str) -> Tree:
    return json.loads(text, object_pairs_hook=_each_name_once, parse_float=Number)


def _each_name_once(pairs: list[tuple[str, Tree]]) -> Tree:
    _require(len({name for name, _ in pairs}) == len(pairs), "a name stands twice in one object")
    return dict(pairs)


def _require(holds: object, otherwise: str) -> None:
    if not holds:
        raise RefusedError(otherwise)


def main(arguments: list[str]) -> int:
    """Say what the file proves; exit 3 when it proves nothing."""
    try:
        rows = verified(Path(arguments[0]), *arguments[1:2])
    except RefusedError as refused:
        sys.stderr.write(f"refused: {refused}\n")
        return 3
    sys.stdout.write(f"{rows} rows, all as they were written and signed\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
