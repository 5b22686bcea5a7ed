"""Calibrations, read: how agents' stated confidences came out, in memory, and later only what came since."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection

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
    votes_told,
)
from quorate.agents.profile import RULES, AgentProfile
from quorate.kernel.calibration import CalibrationCurve
from quorate.kernel.ids import BookName, ProfileName, Tenant
from quorate.scoring.calibrating import Identity, KnownOutcomes, KnownView

if TYPE_CHECKING:
    from quorate.adapters.sql.database import Database

FEW: Final = 64
"""So many new outcomes are read where the asker stands, the rest off the event loop. Ours."""

MANY: Final = 5000


class SqlCalibrations:
    """One tenant's calibrations; each book has its own: what came out on past bars proves nothing of live ones.

    They are read anew where the table does not hold what was taken in from it: then it was folded again.
    """

    def __init__(self, database: Database, tenant: Tenant) -> None:
        self._database = database
        self._tenant = tenant
        self._lock = threading.Lock()
        self._forget()

    async def curves(
        self, book: BookName, profiles: Iterable[AgentProfile], before: date
    ) -> Mapping[ProfileName, CalibrationCurve]:
        """Return the curves of those `profiles` that had enough outcomes before a session, as they are asked now.

        Raises:
            UnavailableError: the database gave no answer.
        """
        await self._catch_up()
        with self._lock:
            found = {each.name: self._outcomes(book, each) for each in profiles}
            curves = {
                name: known.curve_before(before)
                for name, known in sorted(found.items())
                if known is not None
            }
        return {name: curve for name, curve in curves.items() if curve is not None}

    async def known_before(self, book: BookName, profile: AgentProfile, before: date) -> int:
        """Return how many outcomes of an agent as it is asked now were known before a session."""
        await self._catch_up()
        with self._lock:
            known = self._outcomes(book, profile)
            return 0 if known is None else known.known_before(before)

    def _outcomes(self, book: BookName, profile: AgentProfile) -> KnownOutcomes | None:
        return self._known.get(identity_of(book, profile))

    async def _catch_up(self) -> None:
        if await self._database.look_up(lambda connection: self._read(connection, FEW)) < FEW:
            return
        while await self._database.read(lambda connection: self._read(connection, MANY)) == MANY:
            pass

    def _forget(self) -> None:
        self._known: defaultdict[Identity, KnownOutcomes] = defaultdict(KnownOutcomes)
        self._held = NOTHING_HELD

    def _read(self, connection: Connection, most: int) -> int:
        """Take in at most `most` new outcomes, and return how many there were."""
        with self._lock:
            if outcomes_held(connection, self._tenant, self._held.newest) != self._held:
                self._forget()
            rows = outcome_rows(connection, self._tenant, self._held.newest, most)
            told = [(row, votes_told(row)) for row in rows]
            modelled = {row.run_id for row, votes in told if any(map(_is_modelled, votes))}
            facts = facts_of_runs(connection, self._tenant, modelled)
            for row, votes in told:
                self._take(row, votes, facts.get(row.run_id, NOTHING_ASKED))
            if rows:
                self._held = Held(self._held.rows + len(rows), rows[-1].seq)
            return len(rows)

    def _take(self, row: OutcomeRow, votes: Sequence[VoteTold], facts: RunFacts) -> None:
        for vote in votes:
            if vote.hit is not None and vote.rawConfidence is not None:
                stated, right = float(vote.rawConfidence), vote.hit
                view = KnownView(row.resolved, row.as_of, row.seq, row.symbol, stated, right)
                self._known[_identity(row, vote, facts)].add(view)


def identity_of(book: str, profile: AgentProfile) -> Identity:
    """Return a profile as it is asked now."""
    prompt = profile.model if profile.is_rule_agent else profile.prompt_template
    return Identity(book, profile.name, profile.provider, profile.model, prompt)


def _identity(row: OutcomeRow, vote: VoteTold, facts: RunFacts) -> Identity:
    """Return the agent as it was asked; of a keyless one the vote tells it, for its code is all there is."""
    if not _is_modelled(vote):
        model = vote.model or ""
        return Identity(row.book, vote.profile, RULES, model, model)
    return Identity(row.book, vote.profile, *facts.agent(vote.profile))


def _is_modelled(vote: VoteTold) -> bool:
    return vote.provider != RULES
