"""Faults: what goes wrong with which requests and frames, as a test writes it down."""

from __future__ import annotations

from typing import Literal

import msgspec

Reply = Literal["normal", "none", "status", "drip", "hang"]


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What goes wrong with the next requests that match.

    Args:
        method: of the request; "" stands for all.
        path: how the request's path begins.
        times: how many requests it befalls; 0 stands for all.
        skip: how many of them pass first.
        acts: whether the broker does what was asked, and only its reply goes wrong.
        reply: "none" closes the connection, "status" answers with `status` and `body`, "drip" sends a byte at a
            time, "hang" never answers.
        body: sent as it is when it is a text.
        put: fields that take another value in each object of a normal reply; "a.b" is not looked into.
        drop: fields that are left out of it.
        circle: whether the list of orders begins anew on every page.
    """

    method: str = ""
    path: str = ""
    times: int = 1
    skip: int = 0
    acts: bool = False
    reply: Reply = "normal"
    status: int = 0
    body: dict[str, object] | str | None = None
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    put: dict[str, object] = msgspec.field(default_factory=dict)
    drop: list[str] = msgspec.field(default_factory=list)
    circle: bool = False


class StreamFaults(msgspec.Struct, frozen=True, kw_only=True):
    """How the stream lies: shares of its frames that are lost, told twice, or told after the next one."""

    lose: float = 0.0
    repeat: float = 0.0
    swap: float = 0.0
    seed: int = 1


class Faults:
    """The faults that stand, and how often each has struck."""

    def __init__(self, wanted: list[Fault] | None = None) -> None:
        self._left = [(each, [0]) for each in wanted or []]

    def take(self, method: str, path: str) -> Fault | None:
        """Return what befalls this request."""
        for fault, seen in self._left:
            if fault.method not in {"", method} or not path.startswith(fault.path):
                continue
            seen[0] += 1
            if seen[0] <= fault.skip or (fault.times and seen[0] > fault.skip + fault.times):
                continue
            return fault
        return None
