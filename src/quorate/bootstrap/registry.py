"""The registry: the roster as people change it. Every change is a row, every guard holds inside its transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from functools import partial
from typing import Final

from quorate.adapters.sql.call_failures import last_failures
from quorate.adapters.sql.profiles import registry
from quorate.adapters.sql.transaction import Transaction
from quorate.agents.drafting import Asked, edited, new_profile
from quorate.agents.history import (
    ProfileStep,
    archived_event,
    changed_event,
    created_event,
    history_of,
    stream_of,
    switched_event,
)
from quorate.agents.profile import AgentProfile, UnfitProfileError
from quorate.agents.prompts.library import prompt_violation
from quorate.agents.registry import RegisteredProfile
from quorate.bootstrap.answers import ProfileChange
from quorate.bootstrap.prompting import PromptShelf
from quorate.bootstrap.store import Store
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.ids import ProfileName
from quorate.kernel.journal import Event
from quorate.llm.call_record import CallFailure

FAILURES_SHOWN: Final = timedelta(days=7)
"""How long a failed call is worth telling of its profile."""

Changed = Callable[[RegisteredProfile], Event | None]
"""Decides on a profile as it stands inside the transaction; None where nothing is to be done."""


@dataclass(frozen=True, slots=True)
class Registry:
    """One home's profiles; `providers` tells which providers of models are configured now."""

    store: Store
    prompts: PromptShelf
    providers: Callable[[], Collection[str]]

    async def roster(self) -> Sequence[RegisteredProfile]:
        """Return every profile with its version, by name, archived ones included."""
        return await self.store.database.read(partial(registry, tenant=self.store.tenant))

    async def profile(self, name: str) -> RegisteredProfile:
        """Return the profile of this name, archived or not.

        Raises:
            RejectedError: there is none (slug `not-found`).
        """
        roster = {each.profile.name: each for each in await self.roster()}
        found = roster.get(ProfileName(name))
        if found is None:
            raise _unknown(name, [each for each, of in roster.items() if not of.profile.archived])
        return found

    async def history(self, name: str) -> Sequence[ProfileStep]:
        """Return what was done to a profile, oldest first; raises as `profile`."""
        await self.profile(name)
        return history_of(await self.store.journal.entries(stream_of(name)))

    async def last_failures(self) -> Mapping[str, CallFailure]:
        """Return the newest failed model call of each profile by its name, of the last week."""
        since = (self.store.clock.now() - FAILURES_SHOWN).astimezone(UTC).date()
        return await self.store.database.read(
            partial(last_failures, tenant=self.store.tenant, since=since)
        )

    async def add(self, asked: Asked, *, enabled: bool = False, by: str = "") -> ProfileChange:
        """Make a profile on top of its role's template.

        Raises:
            UnfitProfileError: it cannot be; its violations say so field by field.
            RejectedError: its provider is not configured, and it was to be enabled.
            ConflictError: the name is taken.
        """
        taken = {each.profile.name for each in await self.roster()}
        profile = new_profile(asked, taken)
        if profile.name in taken:
            raise _taken(profile.name)
        await self._check_prompt(profile)
        if enabled:
            self._check_provider(profile)

        def decide(tx: Transaction) -> Sequence[Event]:
            if tx.profile(profile.name) is not None:
                raise _taken(profile.name)
            switch = [switched_event(profile.name, enabled=True, by=by)] if enabled else []
            return [created_event(profile, by=by), *switch]

        await self.store.journal.commit(decide)
        return ProfileChange((await self.profile(profile.name)).profile, applied=True)

    async def edit(
        self, name: str, asked: Asked, *, seen: str | None = None, by: str = ""
    ) -> ProfileChange:
        """Give a profile another version; `seen` is the revision that it must still stand at.

        Raises:
            UnfitProfileError: it cannot be so; its violations say so field by field.
            ConflictError: it was changed since it was seen (slug `precondition-failed`), or is being changed now.
        """
        present = await self.profile(name)
        _check_seen(present, seen)
        _check_present(present.profile)
        after = edited(present.profile, asked)
        await self._check_prompt(after)
        if after == present.profile:
            return ProfileChange(after, applied=False)
        made = RegisteredProfile(after, present.version + 1)
        return await self._change(
            present.profile.name,
            lambda _now: changed_event(made, by=by),
            at=present.revision,
            seen=seen,
        )

    async def archive(self, name: str, *, seen: str | None = None, by: str = "") -> ProfileChange:
        """Take a profile off the roster for good; its history and its runs stay. Raises as `edit`."""
        present = await self.profile(name)

        def change(now: RegisteredProfile) -> Event | None:
            return None if now.profile.archived else archived_event(now.profile.name, by=by)

        return await self._change(present.profile.name, change, seen=seen)

    async def switch(
        self, name: str, *, enabled: bool, seen: str | None = None, by: str = ""
    ) -> ProfileChange:
        """Switch a profile on or off; not applied where it is so already.

        Raises:
            RejectedError: there is no such profile, it is archived, or its provider is not configured.
        """
        present = await self.profile(name)
        if enabled:
            _check_present(present.profile)
            if not present.profile.enabled:
                self._check_provider(present.profile)

        def change(now: RegisteredProfile) -> Event | None:
            if now.profile.enabled == enabled:
                return None
            _check_present(now.profile)
            return switched_event(now.profile.name, enabled=enabled, by=by)

        return await self._change(present.profile.name, change, seen=seen)

    async def _change(
        self,
        name: ProfileName,
        change: Changed,
        *,
        at: str | None = None,
        seen: str | None = None,
    ) -> ProfileChange:
        """Commit what `change` decides on the profile as it stands; `at` is what the decision rests on."""
        applied: list[bool] = []

        def decide(tx: Transaction) -> Sequence[Event]:
            now = tx.profile(name)
            if now is None:
                raise _unknown(name, ())
            _check_seen(now, seen)
            if at is not None and now.revision != at:
                raise _moved(name, slug="conflict")
            event = change(now)
            applied[:] = [event is not None]
            return [event] if event else []

        await self.store.journal.commit(decide)
        return ProfileChange((await self.profile(name)).profile, applied[0])

    async def _check_prompt(self, profile: AgentProfile) -> None:
        violation = prompt_violation(profile, await self.prompts.library())
        if violation is not None:
            raise UnfitProfileError(profile.name, [violation])

    def _check_provider(self, profile: AgentProfile) -> None:
        if not profile.is_rule_agent and profile.provider not in self.providers():
            raise _no_provider(profile)


def _check_seen(now: RegisteredProfile, seen: str | None) -> None:
    if seen not in {None, now.revision}:
        raise _moved(now.profile.name, slug="precondition-failed")


def _check_present(profile: AgentProfile) -> None:
    if profile.archived:
        raise RejectedError(
            f"profile '{profile.name}' is archived",
            effect="nothing was changed",
            fix="make a new one: quorate profiles add NAME --role ROLE",
            slug="conflict",
        )


def _moved(name: str, *, slug: str) -> ConflictError:
    return ConflictError(
        f"profile '{name}' was changed since it was read",
        effect="it was not changed again",
        fix="read it again, then repeat the change",
        slug=slug,
    )


def _taken(name: str) -> ConflictError:
    return ConflictError(
        f"there is a profile '{name}' already",
        effect="nothing was written",
        fix="choose another name; an archived profile keeps its own",
    )


def _unknown(name: str, known: Collection[str]) -> RejectedError:
    return RejectedError(
        f"there is no profile '{name}'",
        effect="nothing was changed",
        fix=f"choose from {', '.join(known)}" if known else "quorate profiles list",
        slug="not-found",
    )


def _no_provider(profile: AgentProfile) -> RejectedError:
    name = profile.provider.upper()
    return RejectedError(
        f"profile '{profile.name}' needs the provider {profile.provider}, and it is not configured",
        effect="it stays disabled, the keyless agents go on",
        fix=(
            f"export {name}_API_KEY, or quorate keys set {profile.provider}; "
            "quorate providers shows what is missing"
        ),
        slug="unauthenticated",
    )
