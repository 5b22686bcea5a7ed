"""A registry and a shelf of prompts in memory: the real rules on rows that nobody keeps."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from quorate.agents.defaults import DEFAULT_PROFILES
from quorate.agents.drafting import edited, new_profile
from quorate.agents.history import (
    archived_event,
    changed_event,
    created_event,
    history_of,
    stream_of,
    switched_event,
)
from quorate.agents.profile import AgentProfile, Role, UnfitProfileError
from quorate.agents.prompts.library import PromptVersion as Version
from quorate.agents.prompts.library import (
    added_event,
    checked_note,
    checked_text,
    library_of,
    next_version,
    prompt_in,
    prompt_violation,
)
from quorate.agents.registry import RegisteredProfile, to_payload
from quorate.agents.role_templates import role_template
from quorate.kernel.canonical import canonical_json
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.ids import BookName, ProfileName, Tenant, TraceId
from quorate.kernel.journal import Event, JournalEntry
from quorate.llm.call_record import CallFailure

AT = "2026-11-21T12:00:00.000000Z"


class ProfileChange(NamedTuple):
    """What became of a wish to change a profile."""

    profile: AgentProfile
    applied: bool


class PromptChange(NamedTuple):
    """What became of a wish to add a prompt."""

    prompt: Version
    applied: bool


def entry(event: Event, seq: int) -> JournalEntry:
    """Return `event` as a row of a journal; nothing is hashed."""
    return JournalEntry(
        seq=seq,
        ts=AT,
        tenant=Tenant("local"),
        book=BookName(""),
        trace_id=TraceId(""),
        stream=event.stream,
        type=event.type,
        payload=canonical_json(event.payload),
        prev_hash="",
        hash="",
    )


def _registered(name):
    """Return the row by which a profile that Quorate brings along came in."""
    return [
        Event(stream=stream_of(name), type="profile.registered", payload=to_payload(each))
        for each in DEFAULT_PROFILES
        if each.name == name
    ]


@dataclass
class FakePrompts:
    """Prompts that users wrote, beside the packaged ones."""

    stored: list[Version] = field(default_factory=list)

    async def library(self):
        return library_of(self.stored)

    async def named(self, template_id):
        return prompt_in(await self.library(), template_id).template

    async def add(self, role, text, *, note="", by=""):
        wanted = Role(role_template(role).role)
        own = [each for each in self.stored if each.template.role is wanted]
        template, is_new = next_version(wanted, checked_text(text), own)
        added_event(template, note=note, by=by)
        if is_new:
            version = Version(template=template, note=checked_note(note), added_by=by, added_at=AT)
            self.stored.append(version)
        return PromptChange(prompt_in(await self.library(), template.template_id), is_new)


@dataclass
class FakeRegistry:
    """The roster; a provider that is not among `providers` keeps a profile off."""

    prompts: FakePrompts = field(default_factory=FakePrompts)
    providers: frozenset[str] = frozenset({"openai", "openrouter"})
    held: dict[str, RegisteredProfile] = field(
        default_factory=lambda: {each.name: RegisteredProfile(each, 1) for each in DEFAULT_PROFILES}
    )
    events: list[Event] = field(default_factory=list)
    failures: dict[str, CallFailure] = field(default_factory=dict)
    failure: Exception | None = None

    async def last_failures(self):
        return self.failures

    def put(self, profile):
        """Register `profile` in its first version."""
        self.held[profile.name] = RegisteredProfile(profile, 1)

    async def roster(self):
        if self.failure is not None:
            raise self.failure
        return [self.held[name] for name in sorted(self.held)]

    async def profile(self, name):
        if name not in self.held:
            raise RejectedError(
                f"there is no profile '{name}'", fix="quorate profiles list", slug="not-found"
            )
        return self.held[name]

    async def history(self, name):
        await self.profile(name)
        rows = [
            *_registered(name),
            *(each for each in self.events if each.stream == stream_of(name)),
        ]
        return history_of(entry(event, seq) for seq, event in enumerate(rows, start=1))

    async def add(self, asked, *, enabled=False, by=""):
        profile = new_profile(asked, self.held)
        if profile.name in self.held:
            raise ConflictError(f"there is a profile '{profile.name}' already")
        await self._check_prompt(profile)
        if enabled:
            self._check_provider(profile)
        self.events.append(created_event(profile, by=by))
        self.put(profile)
        if enabled:
            await self.switch(profile.name, enabled=True, by=by)
        return ProfileChange(self.held[profile.name].profile, applied=True)

    async def edit(self, name, asked, *, seen=None, by=""):
        now = await self._seen(name, seen)
        after = edited(now.profile, asked)
        await self._check_prompt(after)
        if after == now.profile:
            return ProfileChange(after, applied=False)
        made = RegisteredProfile(after, now.version + 1)
        self.held[name] = made
        self.events.append(changed_event(made, by=by))
        return ProfileChange(after, applied=True)

    async def archive(self, name, *, seen=None, by=""):
        now = await self._seen(name, seen)
        if now.profile.archived:
            return ProfileChange(now.profile, applied=False)
        gone = replace(now.profile, enabled=False, archived=True)
        self.held[name] = replace(now, profile=gone)
        self.events.append(archived_event(name, by=by))
        return ProfileChange(gone, applied=True)

    async def switch(self, name, *, enabled, seen=None, by=""):
        now = await self._seen(name, seen)
        if now.profile.enabled == enabled:
            return ProfileChange(now.profile, applied=False)
        if enabled:
            self._check_provider(now.profile)
        switched = replace(now.profile, enabled=enabled)
        self.held[name] = replace(now, profile=switched)
        self.events.append(switched_event(ProfileName(name), enabled=enabled, by=by))
        return ProfileChange(switched, applied=True)

    async def _seen(self, name, seen):
        now = await self.profile(name)
        if seen not in {None, now.revision}:
            raise ConflictError(f"profile '{name}' was changed", slug="precondition-failed")
        return now

    async def _check_prompt(self, profile):
        violation = prompt_violation(profile, await self.prompts.library())
        if violation:
            raise UnfitProfileError(profile.name, [violation])

    def _check_provider(self, profile):
        if not profile.is_rule_agent and profile.provider not in self.providers:
            raise RejectedError("no provider is configured", effect="it stays off")
