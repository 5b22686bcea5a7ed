"""The keeper of a book: what it holds and owes by its own executions, marked once a cycle, held against its broker.

newest mark -> what happened since, folded -> lots, ledger, outcomes -> against the broker's cash -> one commit
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from quorate.cycle.book_keeping.exits import lots_due
from quorate.cycle.book_keeping.folding import Folded, Period, folded
from quorate.cycle.book_keeping.happening import News
from quorate.cycle.book_keeping.hindsight import Hindsight
from quorate.cycle.book_keeping.linking import outcomes_at
from quorate.cycle.book_keeping.outcome import DecisionOutcome
from quorate.cycle.book_keeping.ports import Account, KeepingTransaction, MissedActions, Shelf
from quorate.cycle.book_keeping.sessions import sessions_held
from quorate.cycle.book_keeping.standing import MARKED, BookStanding, marked
from quorate.cycle.ports import ExitDue, Mark, MarkRequest
from quorate.execution.recorded import trading_event
from quorate.kernel.errors import ConflictError
from quorate.kernel.ids import BookName, Symbol
from quorate.kernel.journal import Event, step_key
from quorate.kernel.ports import Journal
from quorate.market.actions import CorporateAction
from quorate.market.bar import Bar
from quorate.portfolio.book import BookMode
from quorate.risk import TRADING_TABLE, TradingEvent

ATTEMPTS: Final = 3
"""How often the broker is asked again before a gap is believed, and a mark made again that another process forestalled.
Ours."""

KEEPER: Final = "keeper"
ONE_DAY: Final = timedelta(days=1)


class _Reckoning(NamedTuple):
    """A book at its next mark, and what it took to get there."""

    news: News
    folded: Folded
    mark: BookStanding


class BookKeeper:
    """Keeps one book; of several processes that mark it at once, one does and the others find it done."""

    def __init__(  # noqa: PLR0913  (what it stands on, each named)
        self,
        *,
        book: BookName,
        mode: BookMode,
        journal: Journal[KeepingTransaction],
        shelf: Shelf,
        account: Account,
        hindsight: Hindsight,
        missed: MissedActions | None = None,
        catch_up: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        """Take what it stands on.

        `missed` tells the corporate actions of sessions without a mark, in REPLAY alone; `catch_up` brings our orders
        up to the broker's before a gap is believed.
        """
        self._book = book
        self._mode = mode
        self._journal = journal
        self._shelf = shelf
        self._account = account
        self._hindsight = hindsight
        self._missed = missed
        self._catch_up = catch_up
        self._known: BookStanding | None = None

    async def standing(self) -> BookStanding:
        """Return the book at its newest mark.

        Raises:
            RejectedError: there is no such book.
        """
        number = self._known.number if self._known else -1
        newer = await self._shelf.newest(self._book, number)
        if newer is not None:
            self._known = newer
            return newer
        if self._known is None:
            raise ConflictError(f"the marks of {self._book} changed while they were read")
        return self._known

    async def due(self, bars: Mapping[Symbol, Bar], session: date) -> Sequence[ExitDue]:
        """Return the exits that are due at the close of `session`."""
        standing = await self.standing()
        due = lots_due(standing.lots, bars, session)
        hashes = await self._shelf.hashes({each.decision_id for each in due}) if due else {}
        return [
            ExitDue(
                decision_id=each.decision_id,
                decision_hash=hashes.get(each.decision_id, ""),
                symbol=each.symbol,
                leg=each.leg,
                quantity=each.quantity,
            )
            for each in due
        ]

    async def marked(self, close: MarkRequest) -> Mark:
        """Return the book after everything since its last mark; done once for a cycle, however often it is asked.

        A gap to the broker's cash that was not there before keeps new risk away until a person has looked. It is
        never booked.

        Raises:
            InvariantBrokenError: the executions contradict each other: more was sold than bought.
            UnavailableError: the database gave no answer; nothing was marked.
        """
        before = self._known or await self.standing()
        for _ in range(ATTEMPTS):
            if before.cycle_id == close.cycle_id:
                return before.as_mark()
            try:
                return await self._marked(before, close)
            except ConflictError:
                made = await self._shelf.marked_in(self._book, close.cycle_id)
                if made is not None:
                    return made.as_mark()
            before = await self.standing()
        raise ConflictError(
            f"{self._book} was marked by others each time", effect="nothing was marked"
        )

    async def resolved(self, session: date) -> int:
        """Return how many outcomes of votes and shadow arms became known by the close of `session`."""
        return await self._hindsight.resolved(session)

    async def _marked(self, before: BookStanding, close: MarkRequest) -> Mark:
        reckoning = await self._reckoned(before, close)
        outcomes = await self._outcomes(reckoning)
        mark = reckoning.mark
        payload = mark.payload()
        row = Event(
            stream=f"mark:{self._book}",
            type=MARKED,
            book=self._book,
            payload=payload,
            step_key=step_key(
                scope=close.cycle_id, step="mark", version="1", step_input=self._book
            ),
        )
        rows = [row, *(outcome.event() for outcome in outcomes)]
        reason = f"the broker's cash is {mark.gap:+} USD from ours"
        await self._journal.commit(
            lambda tx: [*rows, *(self._reduced(tx, reason) if mark.gap_is_new else ())]
        )
        self._known = mark
        return mark.as_mark(payload)

    async def _reckoned(self, before: BookStanding, close: MarkRequest) -> _Reckoning:
        """Return the book folded, and asked for again while the broker's cash says otherwise than before."""
        broker_cash = close.broker.cash
        reckoning = await self._folded(before, close, broker_cash)
        for _ in range(ATTEMPTS):
            if not reckoning.mark.gap_is_new:
                break
            if self._catch_up is not None:
                await self._catch_up()
            broker_cash = (await self._account.account()).cash
            reckoning = await self._folded(before, close, broker_cash)
        return reckoning

    async def _folded(
        self, before: BookStanding, close: MarkRequest, broker_cash: Decimal
    ) -> _Reckoning:
        actions = await self._actions(before, close)
        period = Period(
            since=before.session,
            until=close.session,
            held=sessions_held(self._mode, before.session, close.session),
            in_cents=self._mode is BookMode.REPLAY,
            actions=actions,
        )
        news = await self._shelf.news(self._book, before.through, sessions=any(actions.values()))
        after = folded(before.kept, news, period, close.prices)
        mark = marked(before, close, after, through=news.through, broker_cash=broker_cash)
        return _Reckoning(news, after, mark)

    async def _actions(
        self, before: BookStanding, close: MarkRequest
    ) -> Mapping[Symbol, Sequence[CorporateAction]]:
        """Return the actions since the last mark: those that were told, and those of sessions that nobody marked."""
        since, held = before.session, before.kept.symbols
        if self._missed is None or since is None or not held:
            return close.actions
        if close.session - since <= ONE_DAY:
            return close.actions
        missed = await self._missed.between(held, since, close.session)
        return {
            symbol: [*missed.get(symbol, ()), *close.actions.get(symbol, ())]
            for symbol in sorted({*missed, *close.actions})
        }

    async def _outcomes(self, reckoning: _Reckoning) -> list[DecisionOutcome]:
        news, after = reckoning.news, reckoning.folded
        touched = news.decisions.union(each.decision_id for each in after.closings)
        if not touched and not news.runs:
            return []
        linked = await self._shelf.linked(self._book, touched, news.runs)
        return outcomes_at(reckoning.mark, linked, after)

    def _reduced(self, tx: KeepingTransaction, reason: str) -> Sequence[Event]:
        before = tx.trading(self._book)
        after = TRADING_TABLE.target(before.state, TradingEvent.REDUCE)
        if after is before.state:
            return ()
        return [trading_event(self._book, before, after, reason=reason, by=KEEPER)]
