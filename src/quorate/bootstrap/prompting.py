"""Prompting: the prompts of one home, those that are packaged and those that its users wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from quorate.adapters.sql.prompts import stored_prompts
from quorate.adapters.sql.transaction import Transaction
from quorate.agents.profile import Role
from quorate.agents.prompts.library import (
    PromptVersion,
    added_event,
    checked_note,
    checked_text,
    library_of,
    next_version,
    prompt_in,
)
from quorate.agents.prompts.templates import TEMPLATES, PromptTemplate
from quorate.agents.role_templates import role_template
from quorate.bootstrap.store import Store
from quorate.kernel.journal import Event


@dataclass(frozen=True, slots=True)
class PromptChange:
    """What became of a wish to add a version; not `applied` where the same text stands there already."""

    prompt: PromptVersion
    applied: bool


@dataclass(frozen=True, slots=True)
class PromptShelf:
    """Finds and keeps prompts; a version never changes, so one that was read is not read again."""

    store: Store
    _read: dict[str, PromptTemplate] = field(default_factory=lambda: dict(TEMPLATES))

    async def named(self, template_id: str) -> PromptTemplate:
        """Return the prompt with this id, for a call that is about to be made.

        Raises:
            RejectedError: there is none (slug `not-found`).
        """
        if template_id not in self._read:
            self._read[template_id] = prompt_in(await self.library(), template_id).template
        return self._read[template_id]

    async def library(self) -> Sequence[PromptVersion]:
        """Return every version of every role's prompt, the roles in their order, the oldest version first."""
        tenant = self.store.tenant
        return library_of(await self.store.database.read(partial(stored_prompts, tenant=tenant)))

    async def add(self, role: str, text: str, *, note: str = "", by: str = "") -> PromptChange:
        """Keep `text` as the next version of a role's prompt; profiles go on with theirs until they are edited.

        Raises:
            RejectedError: no model plays the role, or the text or the note cannot be kept.
        """
        wanted = Role(role_template(role).role)
        clean, said = checked_text(text), checked_note(note)
        done: list[tuple[PromptTemplate, bool]] = []

        def decide(tx: Transaction) -> Sequence[Event]:
            done[:] = [next_version(wanted, clean, tx.role_prompts(wanted))]
            template, is_new = done[0]
            return [added_event(template, note=said, by=by)] if is_new else []

        await self.store.journal.commit(decide)
        template, is_new = done[0]
        return PromptChange(prompt_in(await self.library(), template.template_id), is_new)
