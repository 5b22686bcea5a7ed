"""Use cases on their way through the writer, and the callers who wait for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from quorate.adapters.sql.transaction import Transaction
from quorate.kernel.journal import Committed, Event

if TYPE_CHECKING:
    from quorate.kernel.ids import Tenant

UseCase: TypeAlias = Callable[[Transaction], Sequence[Event]]
"""Reads through the transaction and returns what is to be written; may be called more than once."""


@dataclass(slots=True, eq=False)
class Case:
    """One use case on its way through the writer."""

    tenant: Tenant
    decide: UseCase
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Committed]
    error: Exception | None = None
    seqs: tuple[int, ...] = ()


def wake(cases: Sequence[Case]) -> None:
    """Tell every caller, on its own event loop, how its use case ended."""
    for loop, theirs in groupby(cases, key=lambda case: case.loop):
        done = list(theirs)
        if loop is _running_loop():
            _resolve(done)
            continue
        try:
            loop.call_soon_threadsafe(_resolve, done)
        except RuntimeError:  # the loop has ended meanwhile: nobody waits any more
            continue


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _resolve(cases: Sequence[Case]) -> None:
    for case in cases:
        if case.future.done():
            continue
        if case.error is not None:
            case.future.set_exception(case.error)
        else:
            case.future.set_result(Committed(seqs=case.seqs))
