"""The lab as people meet it: an artifact judged blind, and models pressed against their budgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from quorate.adapters.sql.books import book_named
from quorate.adapters.sql.profiles import registered_profiles
from quorate.agents.profile import RULES, AgentProfile, Role
from quorate.agents.rule_agents import rule_agent
from quorate.arena.scene import scene_of
from quorate.arena.voting import AgentReply
from quorate.bootstrap.models import Models
from quorate.bootstrap.money import MoneyBook
from quorate.bootstrap.presets import PresetBook
from quorate.bootstrap.store import Store
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import ProfileName, Symbol
from quorate.kernel.money import Usd
from quorate.llm.budget import Limit
from quorate.llm.call import ModelId
from quorate.llm.nanos import usd_of
from quorate.market.series import Series
from quorate.market.snapshot import Snapshot, freeze_snapshot

if TYPE_CHECKING:
    from quorate.lab import Desk, Seat, Session
    from quorate.lab.converge import ConvergenceReport
    from quorate.lab.drift import DriftReport, Ground

MOST_SESSIONS = 250
"""How far back a session is looked for at which the risk manager lets somebody enter. Ours: a year."""


@dataclass(frozen=True, slots=True)
class Lab:
    """One home's lab; it asks models through the gateway that every run asks through."""

    store: Store
    models: Models
    money: MoneyBook
    presets: PresetBook

    async def converge(
        self,
        path: Path,
        *,
        profiles: Sequence[ProfileName] = (),
        question: str = "",
        limit: Usd | None = None,
    ) -> ConvergenceReport:
        """Have the text in a file judged by several models, none knowing of another.

        Raises:
            RejectedError: the file cannot be judged, or by these profiles; nobody was asked.
        """
        from quorate.lab import chosen  # noqa: PLC0415  (slow, and seldom needed)
        from quorate.lab.converge import (  # noqa: PLC0415
            Convergence,
            ConvergenceRequest,
            checked_artifact,
        )
        from quorate.lab.converge.judgement import TEMPLATE, checked_question  # noqa: PLC0415

        registered = await self._profiles()
        judges = chosen(profiles, registered, least=2)
        artifact = checked_artifact(path.name, _read(path), self._names(registered))
        asked, seed = checked_question(question), self.store.ids.trace_id()
        desk = await self._desk(judges)
        session = self._session(TEMPLATE, limit)
        wanted = ConvergenceRequest(
            artifact=artifact,
            question=asked,
            seed=seed,
            seats=await self._seated(judges, seed),
            limit=limit,
        )
        return await Convergence(desk=desk).carried_out(wanted, session)

    async def drift(
        self,
        *,
        profiles: Sequence[ProfileName] = (),
        turns: int = 5,
        symbol: Symbol | None = None,
        limit: Usd | None = None,
    ) -> DriftReport:
        """Press models turn by turn to ask for more than they may have, and hold that against what the code allows.

        Raises:
            RejectedError: these profiles cannot be asked, or there is no bar to decide on; nobody was asked.
        """
        from quorate.lab import chosen  # noqa: PLC0415  (slow, and seldom needed)
        from quorate.lab.drift import PRESSURES, Drift, DriftRequest, Stated  # noqa: PLC0415
        from quorate.lab.drift.pressure import TEMPLATE  # noqa: PLC0415

        if not 1 <= turns <= len(PRESSURES):
            raise _refused(f"{turns} turns", f"the script has 1 to {len(PRESSURES)} turns")
        registered = await self._profiles()
        pressed = chosen(profiles, registered, least=1)
        ground, as_of = await self._ground(registered, symbol)
        held = await self._run_budget(limit)
        seed = self.store.ids.trace_id()
        desk = await self._desk(pressed)
        session = self._session(TEMPLATE, held)
        wanted = DriftRequest(
            seats=await self._seated(pressed, seed),
            turns=turns,
            seed=seed,
            stated=Stated(
                size_pct=100 * self.store.settings.agents.entry_pct_equity, spend_usd=held.amount
            ),
            ground=ground,
            as_of=as_of,
        )
        return await Drift(desk=desk, probe=self.money.purse).carried_out(wanted, session)

    def _names(self, registered: Sequence[AgentProfile]) -> set[str]:
        """Return what could tell a judge whose vote it reads: profiles, models and providers, but no plain words."""
        catalogue = self.models.catalogue
        models = [rung.model for rung in catalogue.models]
        own = [ModelId(profile.provider, profile.model) for profile in registered]
        named = [*models, *(model for model in own if not catalogue.knows(model))]
        providers = {model.provider for model in named} - {RULES}
        return {
            *(profile.name for profile in registered),
            *(part for model in named for part in (model.model, model.model.rpartition("/")[2])),
            *providers,
        }

    def _session(self, template: str, limit: Usd | None) -> Session:
        from quorate.lab import Session  # noqa: PLC0415  (slow, and seldom needed)

        ids = self.store.ids
        return Session(
            lab_id=ids.ulid("lab_"), trace_id=ids.trace_id(), template=template, limit=limit
        )

    async def _desk(self, profiles: Sequence[AgentProfile]) -> Desk:
        """Return who asks models.

        Raises:
            RejectedError: no provider of these profiles is configured (slug `unauthenticated`).
        """
        from quorate.lab import Desk  # noqa: PLC0415  (slow, and seldom needed)

        await self.models.refresh()
        if not any(profile.provider in self.models.providers for profile in profiles):
            wanted = ", ".join(sorted({profile.provider for profile in profiles}))
            raise RejectedError(
                f"no provider of these profiles is configured ({wanted})",
                effect="nobody was asked",
                fix="export its key or base URL, as in OPENROUTER_API_KEY, and try again",
                slug="unauthenticated",
            )
        return Desk(asker=self.models.gateway, journal=self.store.journal, ids=self.store.ids)

    async def _seated(self, profiles: Sequence[AgentProfile], seed: str) -> tuple[Seat, ...]:
        from quorate.lab import seated  # noqa: PLC0415  (slow, and seldom needed)

        preset = (await self.presets.in_force()).preset
        return seated(
            profiles,
            seed,
            lambda wanted, tier: self.models.catalogue.ladder(
                wanted, tier=tier, providers=self.models.providers, preset=preset
            ),
        )

    async def _profiles(self) -> Sequence[AgentProfile]:
        tenant = self.store.tenant
        return await self.store.database.read(
            lambda connection: registered_profiles(connection, tenant)
        )

    async def _run_budget(self, limit: Usd | None) -> Usd:
        """Return what the experiment may cost: its own limit, never above the budget of a run."""
        (line,) = [
            each
            for each in await self.money.budgets()
            if each.limit is Limit.RUN and not each.profile
        ]
        held = usd_of(line.size)
        return held if limit is None else min(limit, held)

    async def _ground(
        self, registered: Sequence[AgentProfile], symbol: Symbol | None
    ) -> tuple[Ground, str]:
        """Return a real scene and the risk manager's word on it, at the newest session that lets somebody enter."""
        from quorate.lab.drift import Ground  # noqa: PLC0415  (slow, and seldom needed)

        store, settings = self.store, self.store.settings
        tenant, name = store.tenant, settings.book.name
        book = await store.database.read(lambda connection: book_named(connection, tenant, name))
        series = await self._series(symbol)
        if book is None:
            raise _refused(f"there is no book '{name}'", "quorate doctor")
        snapshot, reply = self._entry(series, _manager(registered))
        ground = Ground(
            scene=scene_of(snapshot, series.symbol, book), manager=reply, policy=settings.arena
        )
        return ground, snapshot.as_of.isoformat()

    async def _series(self, symbol: Symbol | None) -> Series:
        listed = [each.symbol for each in await self.store.market.listing()]
        if symbol is not None and symbol not in listed:
            raise _refused(
                f"there are no bars of {symbol[:40]!a}", "quorate data list", "not-found"
            )
        least = self.store.settings.arena.min_history_bars
        stored = await self.store.market.series([symbol] if symbol else listed)
        found = next((each for each in stored.values() if len(each.sessions) >= least), None)
        if found is None:
            raise _refused(
                "there are no bars to decide on", "quorate data import FILE", "not-found"
            )
        return found

    def _entry(
        self, series: Series, manager: AgentProfile | None
    ) -> tuple[Snapshot, AgentReply | None]:
        """Return the newest snapshot at which nobody vetoes an entry; where all are vetoed, the newest of all."""
        newest: tuple[Snapshot, AgentReply | None] | None = None
        for session in reversed(series.sessions[-MOST_SESSIONS:]):
            snapshot = freeze_snapshot({series.symbol: series}, session)
            reply = self._word_of(manager, snapshot)
            newest = newest or (snapshot, reply)
            if reply is None or not any(answer.veto for answer in reply.answers):
                return snapshot, reply
        if newest is None:
            raise _refused("there are no bars to decide on", "quorate data import FILE")
        return newest

    def _word_of(self, manager: AgentProfile | None, snapshot: Snapshot) -> AgentReply | None:
        if manager is None:
            return None
        agent, policy = rule_agent(manager), self.store.settings.agents
        answers = tuple(agent.answer(view, manager, policy) for view in snapshot.views.values())
        return AgentReply(profile=manager, answers=answers, model=manager.model)


def _manager(registered: Sequence[AgentProfile]) -> AgentProfile | None:
    """Return the enabled rule risk manager, None where there is none: then nobody caps an entry in a run either."""
    rules = [each for each in registered if each.enabled and each.is_rule_agent]
    return next((each for each in rules if each.role is Role.RISK_MANAGER), None)


def _read(path: Path) -> bytes:
    from quorate.lab.converge.artifact import MAX_BYTES  # noqa: PLC0415  (slow)

    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        raise _refused(
            f"{path} cannot be read ({error.strerror})",
            "name a file of text",
            "not-found" if missing else "",
        ) from None


def _refused(cause: str, fix: str, slug: str = "") -> RejectedError:
    return RejectedError(cause, effect="nobody was asked", fix=fix, slug=slug)
