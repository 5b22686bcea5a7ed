"""Scores, read: the outcomes and turns of every book in memory, and later only what came since."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from quorate.adapters.sql.chain_table import JOURNAL
from quorate.adapters.sql.routing import AGENT_CALLS, WHAT_IF
from quorate.adapters.sql.runs import RUNS
from quorate.adapters.sql.scored_rows import (
    NOTHING_ASKED,
    NOTHING_HELD,
    Held,
    OutcomeRow,
    RunFacts,
    VoteTold,
    facts_of_runs,
    outcome_rows,
    outcomes_held,
    resolved_told,
)
from quorate.adapters.sql.statement import Row, Statement, Values, rows_of
from quorate.kernel.ids import BookName, Tenant
from quorate.scoring.leaderboard import (
    BookRecord,
    Columns,
    ScoredTurn,
    ScoredView,
    Side,
    ViewKind,
)
from quorate.scoring.leaderboard.record import ARENA

if TYPE_CHECKING:
    from quorate.adapters.sql.database import Database

AT_ONCE: Final = 5000
"""So many rows are read at a time: a long record is never in memory as text. Ours."""

ALONE: Final = "agent:"
"""How the arm of a single agent begins: it is that agent's own vote once more."""

_HEAD: Final = Statement(
    select(func.coalesce(func.max(JOURNAL.c.seq), bindparam("none"))).where(
        JOURNAL.c.tenant == bindparam("tenant")
    )
)
_TURNS: Final = Statement(
    select(
        AGENT_CALLS.c.seq,
        AGENT_CALLS.c.run_id,
        AGENT_CALLS.c.profile,
        AGENT_CALLS.c.role,
        AGENT_CALLS.c.model,
        AGENT_CALLS.c.purpose,
        AGENT_CALLS.c.views,
        AGENT_CALLS.c.latency_us,
        AGENT_CALLS.c.cost_nanos,
    )
    .join(RUNS, (RUNS.c.tenant == AGENT_CALLS.c.tenant) & (RUNS.c.run_id == AGENT_CALLS.c.run_id))
    .where(
        AGENT_CALLS.c.tenant == bindparam("tenant"),
        AGENT_CALLS.c.seq > bindparam("after"),
        RUNS.c.outcome != bindparam("what_if"),
    )
    .order_by(AGENT_CALLS.c.seq)
    .limit(bindparam("most"))
)


class ScoredBook(NamedTuple):
    """One book's record as it stands, and the books that have one."""

    columns: Columns
    books: tuple[str, ...]


class SqlScores:
    """One tenant's outcomes; what is kept in memory equals what a reader from scratch would hold.

    It is read anew when the tables hold fewer or more rows up to where it stands: then they were folded again.
    """

    def __init__(self, database: Database, tenant: Tenant) -> None:
        self._database = database
        self._tenant = tenant
        self._lock = threading.Lock()
        self._forget()

    async def book(self, name: BookName) -> ScoredBook:
        """Return a book's record as the journal stands now; empty where nothing of it turned out yet.

        Raises:
            UnavailableError: the database gave no answer.
        """
        return await self._database.read(lambda connection: self._read(connection, name))

    def _read(self, connection: Connection, name: BookName) -> ScoredBook:
        with self._lock:
            self._catch_up(connection)
            record = self._records.get(name)
            columns = (BookRecord() if record is None else record).frozen()
            return ScoredBook(columns, tuple(sorted(self._records)))

    def _forget(self) -> None:
        self._records: defaultdict[str, BookRecord] = defaultdict(BookRecord)
        self._facts: dict[str, RunFacts] = {}
        self._unsettled: defaultdict[str, list[Row]] = defaultdict(list)
        self._held, self._turns = NOTHING_HELD, 0

    def _catch_up(self, connection: Connection) -> None:
        """Take in what came up to the newest row there is now; a run's turns come before its outcomes."""
        held = outcomes_held(connection, self._tenant, self._held.newest)
        ((newest,),) = rows_of(connection, _HEAD, {"tenant": self._tenant, "none": 0})
        head = int(newest or 0)
        if held != self._held or head < self._turns:
            self._forget()
        for turns in self._new_turns(connection):
            for row in turns:
                self._unsettled[str(row[1])].append(row)
        for outcomes in self._new_outcomes(connection, head):
            self._take(connection, outcomes)

    def _new_turns(self, connection: Connection) -> Iterator[Sequence[Row]]:
        values: Values = {"tenant": self._tenant, "what_if": WHAT_IF, "most": AT_ONCE}
        while rows := rows_of(connection, _TURNS, {**values, "after": self._turns}):
            self._turns = int(rows[-1][0] or 0)
            yield rows

    def _new_outcomes(self, connection: Connection, head: int) -> Iterator[Sequence[OutcomeRow]]:
        while rows := outcome_rows(connection, self._tenant, self._held.newest, AT_ONCE, head):
            self._held = Held(self._held.rows + len(rows), rows[-1].seq)
            yield rows

    def _take(self, connection: Connection, outcomes: Sequence[OutcomeRow]) -> None:
        unknown = {row.run_id for row in outcomes} - self._facts.keys()
        self._facts.update(facts_of_runs(connection, self._tenant, unknown))
        for row in outcomes:
            facts, record = self._facts.get(row.run_id, NOTHING_ASKED), self._records[row.book]
            record.add_views(_views(row, facts))
            turns = self._unsettled.pop(row.run_id, [])
            record.add_turns(_turn(turn, facts, row.resolved) for turn in turns)


def _views(row: OutcomeRow, facts: RunFacts) -> Iterator[ScoredView]:
    told = resolved_told(row)
    for vote in told.votes:
        if vote.voter or vote.panel:
            yield _vote(row, facts, vote)
    for shadow in told.shadows:
        if not shadow.arm.startswith(ALONE):
            yield _arm(row, facts, shadow.arm, shadow.action)
    if told.decision is not None:
        made = told.decision
        yield _arm(row, facts, ARENA, made.action, made.confidence)


def _vote(row: OutcomeRow, facts: RunFacts, vote: VoteTold) -> ScoredView:
    return ScoredView(
        kind=ViewKind.PANEL if vote.panel else ViewKind.VOTE,
        name=vote.profile,
        role=vote.role or "",
        provider=vote.provider or "",
        model=vote.model or "",
        prompt=facts.agent(vote.profile).prompt,
        run_id=row.run_id,
        symbol=row.symbol,
        strategy=facts.strategy,
        side=Side[vote.action],
        confidence=_number(vote.confidence),
        moved=row.moved,
        horizon=row.horizon,
        as_of=row.as_of,
        resolved=row.resolved,
        seq=row.seq,
    )


def _arm(
    row: OutcomeRow, facts: RunFacts, arm: str, action: str | None, confidence: str | None = None
) -> ScoredView:
    return ScoredView(
        kind=ViewKind.DECISION if arm == ARENA else ViewKind.ARM,
        name=arm,
        role="",
        provider="",
        model="",
        prompt="",
        run_id=row.run_id,
        symbol=row.symbol,
        strategy=facts.strategy,
        side=Side.UNKNOWN if action is None else Side[action],
        confidence=_number(confidence),
        moved=row.moved,
        horizon=row.horizon,
        as_of=row.as_of,
        resolved=row.resolved,
        seq=row.seq,
    )


def _turn(row: Row, facts: RunFacts, settled: date) -> ScoredTurn:
    _, run_id, profile, role, model, purpose, views, latency, cost = row
    asked = facts.agent(str(profile))
    return ScoredTurn(
        name=str(profile),
        role=str(role),
        provider=asked.provider,
        model=str(model),
        prompt=asked.prompt,
        run_id=str(run_id),
        symbols=facts.symbols,
        strategy=facts.strategy,
        purpose=str(purpose),
        asked=int(views or 0),
        latency_us=int(latency or 0),
        cost_nanos=None if cost is None else int(cost),
        settled=settled,
    )


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)
