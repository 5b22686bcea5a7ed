"""The risk desk of a book: everything that the checks read is gathered here, and every verdict is signed.

broker + keeper + orders + market + system -> situation -> 28 checks -> signed verdict -> approved order, or a refusal
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from quorate.cycle.ports import Judged
from quorate.cycle.risk_desk.gathering import entries_today
from quorate.cycle.risk_desk.locks import (
    PERSONS,
    Lock,
    LockKey,
    LockKind,
    due_locks,
    guard_events,
    lifted_event,
    losses_of,
    market_causes,
    pause_events,
    standing,
)
from quorate.cycle.risk_desk.ports import DeskRecords, DeskTransaction, Signer
from quorate.cycle.risk_desk.situations import Situations
from quorate.execution.order_table import OrderState
from quorate.kernel.errors import InvariantBrokenError, RejectedError
from quorate.kernel.ids import BookName, DecisionId, Symbol
from quorate.kernel.journal import Event
from quorate.kernel.ports import Clock, IdSource, Journal
from quorate.portfolio.entry_size import Sized
from quorate.risk import (
    ApprovedOrder,
    EntryWish,
    OrderRequest,
    RiskLimits,
    approve,
    assess,
    sized_entry,
)
from quorate.risk.situation import AccountFacts, DecisionFacts, MarketFacts
from quorate.risk.verdict import Verdict, recorded_approval, stream_of

AT_SUBMIT: Final = timedelta(seconds=15)
"""What was judged longer ago than this is judged anew before it is sent. Source: RELIABILITY 3 (07)."""

VERDICT_LIFE: Final = timedelta(seconds=60)
"""A verdict approves nothing after this time. Source: RELIABILITY 3 (03)."""

NOT_AT_BROKER: Final = frozenset({OrderState.INITIALIZED, OrderState.DENIED})
"""In these states nothing was sent, so an approval is given anew."""

_Decide: TypeAlias = Callable[[DeskTransaction], Sequence[Event]]


@dataclass(frozen=True, slots=True)
class _Judgement:
    """What was judged in this cycle, and when."""

    judged: Judged
    at: datetime


class RiskDesk:
    """The desk of one book; it is execution's `Approval` too. Source: DESIGN 8 (Risk), RELIABILITY 3."""

    def __init__(  # noqa: PLR0913  (what it stands on, each named)
        self,
        *,
        book: BookName,
        situations: Situations,
        records: DeskRecords,
        journal: Journal[DeskTransaction],
        signer: Signer,
        clock: Clock,
        ids: IdSource,
        limits: RiskLimits,
    ) -> None:
        """Take what the desk stands on; `clock` is the book's, as that of its `situations` is."""
        self._book = book
        self._situations = situations
        self._records = records
        self._journal = journal
        self._signer = signer
        self._clock = clock
        self._ids = ids
        self._limits = limits
        self._limits_hash = limits.hash
        self._turn = asyncio.Lock()
        self._judged: dict[str, _Judgement] = {}
        self._looks_only = False

    def looking(self) -> RiskDesk:
        """Return a desk that judges as this one does and commits nothing: no lock is set, no state is moved."""
        desk = copy(self)
        desk._turn, desk._judged, desk._looks_only = asyncio.Lock(), {}, True  # noqa: SLF001  (its own copy)
        return desk

    async def open(
        self,
        decisions: Mapping[DecisionId, DecisionFacts],
        market: Mapping[Symbol, MarketFacts],
        snapshot_hash: str,
    ) -> None:
        """Take what this cycle knows; what was judged in an earlier one is forgotten.

        Raises:
            UnavailableError: the broker or the database told nothing.
        """
        async with self._turn:
            self._judged = {}
            self._situations.begin(decisions, market, snapshot_hash)
            await self._situations.reading(fresh=True)

    async def account(self) -> AccountFacts:
        """Return the account as it stands, with what was approved in this cycle counted as open."""
        return await self._situations.account(self._passed(), fresh=False)

    async def wished(self, wish: EntryWish) -> Sized:
        """Return the size that is left of a wish under the limits; see `sized_entry`."""
        return sized_entry(wish, await self.account(), self._limits)

    async def judged(self, request: OrderRequest) -> Judged:
        """Return what the 28 checks find, with the row of the signed verdict, which the caller commits.

        An order that passes counts as open from then on; judged twice it counts once.
        """
        async with self._turn:
            return await self._judge(request, fresh=False)

    async def approved(self, request: OrderRequest) -> ApprovedOrder:
        """Return the approved order, its verdict durable.

        What passed in this cycle at most 15 s ago, and stands in the journal, is not judged again; a sale but once. An
        entry that is at the broker already gets the approval back that it was sent with; every other order is judged
        as things are now.

        Raises:
            RejectedError: a check denied it; the verdict says which.
            InvariantBrokenError: the recorded verdict of an order is not as it was signed.
        """
        async with self._turn:
            return await self._approve(request)

    async def guarded(self) -> Sequence[Event]:
        """Return the rows by which losses and locks changed what the book may do, committed; none where nothing did."""
        today = self._clock.now().date()
        account = await self._situations.account((), fresh=True)
        reading = await self._situations.reading(fresh=False)
        bought = entries_today(await self._situations.lines(), today)
        losses, exits = losses_of(account), reading.standing.exits
        due = due_locks(today, losses, exits, bought, self._limits)
        trading = (await self._records.trading(self._book)).standing
        locks = await self._records.locks(self._book)
        found = guard_events(self._book, locks, trading, due, today)
        if not found or self._looks_only:
            return tuple(found)
        return await self._committed(
            lambda tx: guard_events(
                self._book, tx.locks(self._book), tx.trading(self._book), due, today
            )
        )

    async def new_risk(self, fell: Collection[Symbol], bearish: Collection[Symbol]) -> str:
        """Return why no entry may be taken now, empty where one may; the pause is a lock. Source: DESIGN 8, L2."""
        causes, today = market_causes(fell, bearish), self._clock.now().date()
        reason, events = pause_events(
            self._book, await self._records.locks(self._book), causes, today
        )
        if events and not self._looks_only:
            await self._committed(
                lambda tx: pause_events(self._book, tx.locks(self._book), causes, today)[1]
            )
        return reason

    async def lifted(self, kind: LockKind, symbol: Symbol, *, reason: str, by: str) -> Lock:
        """Return the lock that a person lifted; it is not set again on the same day. Source: RTS 6 Art. 15.3.

        Raises:
            RejectedError: there is no such lock now, or it ends by itself.
        """
        if kind not in PERSONS:
            raise RejectedError(
                f"a lock of kind {kind} ends by itself",
                effect="it stands",
                fix="wait until it ends, or change [risk] in the configuration",
            )
        today, found = self._clock.now().date(), Lock(kind=kind, symbol=symbol)

        def decide(tx: DeskTransaction) -> list[Event]:
            nonlocal found
            lock = standing(tx.locks(self._book), LockKey(kind, symbol))
            if lock is None:
                raise RejectedError(
                    f"{self._book} has no lock {kind} on {symbol}",
                    effect="nothing changed",
                    slug="not-found",
                )
            found = replace(lock, until=today)
            return [lifted_event(self._book, found, reason=reason, by=by)]

        await self._journal.commit(decide)
        return found

    async def _approve(self, request: OrderRequest) -> ApprovedOrder:
        recent = self._judged.get(request.hash)
        if recent is not None and await self._still_holds(recent):
            self._spend(request)
            return approve(recent.judged.assessment)
        recorded = await self._approval_on_record(request)
        if recorded is not None:
            return recorded
        judged = await self._judge(request, fresh=True)
        self._spend(request)
        await self._journal.commit(lambda _tx: [judged.event])
        denial = judged.assessment.denial
        if denial is not None:
            raise RejectedError(
                f"the {request.leg} of {request.symbol} was denied: {denial.code} ({denial.reason})",
                effect="it was not sent",
                fix=f"quorate explain {request.decision_id}",
            )
        return approve(judged.assessment)

    async def _still_holds(self, recent: _Judgement) -> bool:
        """Return whether a judgement is young, let the order through, and was committed by its caller."""
        is_young = self._clock.now() - recent.at <= AT_SUBMIT
        passes = recent.judged.assessment.passes
        return passes and is_young and await self._records.is_judged(recent.judged.verdict_id)

    async def _approval_on_record(self, request: OrderRequest) -> ApprovedOrder | None:
        """Return the approval of an entry that was sent: asked for again after a kill, it is not judged against itself.

        The same holds for any order of which nobody knows whether it left. What never left is judged as things are now.
        """
        lines = [
            line
            for line in await self._situations.lines(request.decision_id)
            if line.is_of(request) or line.is_in_doubt_for(request)
        ]
        if not any(line.state not in NOT_AT_BROKER for line in lines):
            return None
        verdict_id = await self._records.approval_of(self._book, request.hash)
        if verdict_id is None:
            return None
        for entry in await self._journal.entries(stream_of(verdict_id)):
            envelope = entry.facts.get("envelope")
            told = envelope if isinstance(envelope, dict) else {}
            return recorded_approval(told, request, self._signer.is_signed)
        raise InvariantBrokenError(f"the verdict {verdict_id} is not in the journal")

    async def _judge(self, request: OrderRequest, *, fresh: bool) -> Judged:
        situation = await self._situations.of(request, self._passed(), fresh=fresh)
        assessment, now = assess(request, situation, self._limits), self._clock.now()
        verdict = Verdict(
            verdict_id=self._ids.ulid("vrd_"),
            book=self._book,
            assessment=assessment,
            snapshot_hash=self._situations.snapshot_of(situation.decision),
            limits_hash=self._limits_hash,
            judged_at=now,
            valid_until=now + VERDICT_LIFE,
        )
        event = verdict.row(key_id=self._signer.key_id, sign=self._signer.sign)
        judged = Judged(assessment=assessment, verdict_id=verdict.verdict_id, event=event)
        self._judged[request.hash] = _Judgement(judged, now)
        return judged

    def _spend(self, request: OrderRequest) -> None:
        """Forget the judgement of a sale: it lets one through, and the next is judged on what is left."""
        if request.reduce_only:
            self._judged.pop(request.hash, None)

    def _passed(self) -> list[OrderRequest]:
        """Return the orders that were approved in this cycle."""
        found = (each.judged.assessment for each in self._judged.values())
        return [assessment.order for assessment in found if assessment.passes]

    async def _committed(self, decide: _Decide) -> Sequence[Event]:
        """Return the rows that `decide` gave on what stood there at the commit."""
        events: list[Event] = []

        def kept(tx: DeskTransaction) -> Sequence[Event]:
            events[:] = decide(tx)
            return events

        await self._journal.commit(kept)
        return tuple(events)
