"""The scoring desk: the leaderboard, who agrees with whom, and what confidences are worth; it reads alone."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial

from quorate.adapters.sql.books import book_named
from quorate.adapters.sql.calibrations import SqlCalibrations
from quorate.adapters.sql.scores import ScoredBook, SqlScores
from quorate.agents.profile import AgentProfile
from quorate.agents.registry import RegisteredProfile
from quorate.bootstrap.registry import Registry
from quorate.bootstrap.store import Store
from quorate.bootstrap.viewing import book_clock
from quorate.kernel.calibration import CalibrationCurve
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, ProfileName
from quorate.portfolio.book import Book
from quorate.scoring.leaderboard import (
    Agreement,
    BookFacts,
    Calibration,
    Known,
    Leaderboard,
    LeaderboardFilter,
    agreement_of,
    calibration_of,
    leaderboard_of,
    selected,
)


class ScoringDesk:
    """One home's scores, added up anew for each question from what is kept in memory."""

    def __init__(self, store: Store, registry: Registry) -> None:
        self._store = store
        self._registry = registry
        self._scores = SqlScores(store.database, store.tenant)
        self._calibrations = SqlCalibrations(store.database, store.tenant)

    async def leaderboard(self, wanted: LeaderboardFilter) -> Leaderboard:
        """Return the board of a book; an empty one where nothing turned out yet.

        Raises:
            RejectedError: there is no such book (slug `not-found`).
            UnavailableError: the database gave no answer.
        """
        book, scored = await self._book(wanted.book)
        facts = BookFacts(
            name=book.name,
            mode=book.mode.value,
            books=tuple(sorted({*scored.books, book.name})),
        )
        known = await self._known()
        return await asyncio.to_thread(leaderboard_of, scored.columns, wanted, facts, known)

    async def agreement(self, wanted: LeaderboardFilter) -> Agreement:
        """Return how often every two agents said the same; it raises as `leaderboard`."""
        book, scored = await self._book(wanted.book)
        known = await self._known()

        def computed() -> Agreement:
            selection = selected(scored.columns, wanted)
            return agreement_of(selection, book.name, wanted.window.value, known)

        return await asyncio.to_thread(computed)

    async def calibration(self, agent: str, book: BookName | None = None) -> Calibration:
        """Return how an agent's confidences came out in a book, and the curve that the next session's run would use.

        Raises:
            RejectedError: there is no such agent or book (slug `not-found`).
        """
        profile = await self._profile(agent)
        named, scored = await self._book(book)
        selection = selected(scored.columns, LeaderboardFilter(book=named.name))
        number = scored.columns.texts.names.find(agent)
        mine = selection.counts & (selection.views.name == number)
        shown = calibration_of(
            agent,
            named.name,
            selection.as_of,
            selection.views.confidence[mine],
            selection.views.hit[mine],
        )
        curve, outcomes = await self._curve(profile, named.name, shown)
        return replace(shown, curve=curve, outcomes=outcomes)

    async def _curve(
        self, profile: AgentProfile, book: BookName, shown: Calibration
    ) -> tuple[CalibrationCurve | None, int]:
        if shown.as_of is None:
            return None, 0
        next_day = shown.as_of + timedelta(days=1)
        curves = await self._calibrations.curves(book, [profile], next_day)
        known = await self._calibrations.known_before(book, profile, next_day)
        return curves.get(profile.name), known

    async def _book(self, name: BookName | None) -> tuple[Book, ScoredBook]:
        wanted = name or (await book_clock(self._store)).name
        book = await self._store.database.look_up(
            partial(book_named, tenant=self._store.tenant, name=wanted)
        )
        if book is None:
            raise RejectedError(
                f"there is no book '{wanted}'",
                effect="nothing was read",
                fix="leave --book out to use the book of the newest cycle",
                slug="not-found",
            )
        return book, await self._scores.book(book.name)

    async def _profile(self, name: str) -> AgentProfile:
        roster = await self._registry.roster()
        found = [each.profile for each in roster if each.profile.name == ProfileName(name)]
        if not found:
            raise RejectedError(
                f"there is no agent '{name}'",
                effect="nothing was read",
                fix="quorate profiles list",
                slug="not-found",
            )
        return found[0]

    async def _known(self) -> Mapping[str, Known]:
        return {each.profile.name: _known(each) for each in await self._registry.roster()}


def _known(registered: RegisteredProfile) -> Known:
    profile = registered.profile
    return Known(
        label=profile.label,
        tier=profile.provider if profile.is_rule_agent else profile.tier.value,
        provider=profile.provider,
        role=profile.role.value,
        retired=profile.archived or not profile.enabled,
    )
