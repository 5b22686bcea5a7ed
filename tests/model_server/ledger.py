"""The ledger: every call that arrived, what it said, and what became of its answer. Nothing is ever taken out of it.

It is the oracle of the tests: what was really sent is read here, not in the program under test.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

import msgspec


class Outcome(StrEnum):
    """What became of an answer."""

    PENDING = "pending"
    """Nothing was sent yet, or not all of it."""
    SENT = "sent"
    CUT = "cut"
    """The script cut it off."""
    ABANDONED = "abandoned"
    """The caller closed the connection first."""


class Call(msgspec.Struct, kw_only=True):
    """One call. Times are seconds since the epoch; a key is its SHA-256, its value is nowhere."""

    number: int
    """From 1, in the order of arrival."""
    at: float
    path: str
    dialect: str
    model: str = ""
    key_sha256: str = ""
    """Empty: no key came."""
    headers: dict[str, str] = {}
    """All but Authorization, names in lower case."""
    request: msgspec.Raw = msgspec.Raw(b"null")
    """The body as it came; a JSON text where it was no JSON."""
    rule: str = ""
    status: int = 0
    answer: str = ""
    """The body that was meant, at most ANSWER_KEPT characters, without the key."""
    finish_reason: str = ""
    model_served: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: Decimal = Decimal(0)
    """What the call truly cost, in dollars, whatever the answer says and whether or not it arrived."""
    outcome: Outcome = Outcome.PENDING
    ended_at: float | None = None

    @property
    def body(self) -> Mapping[str, Any]:
        """Return the request's JSON."""
        told: Mapping[str, Any] = msgspec.json.decode(self.request)
        return told

    @property
    def prompt(self) -> str:
        """Return the text of all messages."""
        messages = self.body.get("messages", ())
        return "\n".join(each["content"] for each in messages if isinstance(each["content"], str))

    @property
    def prompt_hash(self) -> str:
        """Return the SHA-256 of the messages as they were sent."""
        return hashlib.sha256(msgspec.json.encode(self.body.get("messages"))).hexdigest()


ANSWER_KEPT = 20_000


class Ledger:
    """The calls of a server's life, in memory; with a file also those of the lives before it.

    The file has a line for a call before it is answered, and another one when its answer has ended.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.calls: list[Call] = []
        self._file: BinaryIO | None = None
        if path is not None:
            self._open(path)

    def note(self, call: Call) -> None:
        """Keep a call, before a byte of its answer is sent."""
        self.calls.append(call)
        self._write(call)

    def close(self, call: Call, outcome: Outcome, at: float) -> None:
        """Keep what became of a call's answer; the first outcome stands."""
        if call.outcome is Outcome.PENDING:
            call.outcome, call.ended_at = outcome, at
            self._write(call)

    def _write(self, call: Call) -> None:
        if self._file is not None:
            self._file.write(msgspec.json.encode(call) + b"\n")
            self._file.flush()

    def _open(self, path: Path) -> None:
        lines = path.read_bytes().splitlines() if path.exists() else []
        told = [msgspec.json.decode(line, type=Call) for line in lines]
        self.calls = list({call.number: call for call in told}.values())
        self._file = path.open("ab")
