"""The library: every version of every role's prompt, the packaged ones and those that users wrote.

A user writes the role's task. The rules, the answer's schema and the fence round foreign text stand outside it, so no
version can take them away. Source: R-066, DESIGN 7.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from quorate.agents.profile import AgentProfile, Role, Violation
from quorate.agents.prompts.templates import TEMPLATES, PromptTemplate
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import RejectedError
from quorate.kernel.journal import Event

MAX_TEXT: Final = 8_000
"""The longest task in characters.  Ours: a quarter of a prompt's budget, so that the evidence still fits."""

MAX_NOTE: Final = 120

PACKAGED: Final = "Quorate"
"""Who wrote the first version of every prompt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptVersion:
    """A prompt with its origin; `added_at` is empty of a packaged one, `note` is what its author said of it."""

    template: PromptTemplate
    note: str = ""
    added_by: str = PACKAGED
    added_at: str = ""

    @property
    def packaged(self) -> bool:
        """Return whether it came with Quorate."""
        return not self.added_at


PACKAGED_PROMPTS: Final = tuple(
    PromptVersion(template=template, note="Packaged with Quorate.")
    for template in TEMPLATES.values()
)


def library_of(stored: Iterable[PromptVersion]) -> Sequence[PromptVersion]:
    """Return every version of every role's prompt, the roles in their order, the oldest version first."""
    roles = list(Role)
    versions = [*PACKAGED_PROMPTS, *stored]
    return sorted(
        versions, key=lambda each: (roles.index(each.template.role), each.template.version)
    )


def prompt_in(library: Iterable[PromptVersion], template_id: str) -> PromptVersion:
    """Return the version with this id.

    Raises:
        RejectedError: there is none (slug `not-found`).
    """
    known = {each.template.template_id: each for each in library}
    if template_id not in known:
        raise RejectedError(
            f"there is no prompt template '{template_id}'",
            effect="nothing was done",
            fix=f"choose from {', '.join(known)}",
            slug="not-found",
        )
    return known[template_id]


def prompt_violation(profile: AgentProfile, library: Iterable[PromptVersion]) -> Violation | None:
    """Return what is wrong with the prompt that a profile of a model names; None where it fits its role."""
    if profile.is_rule_agent:
        return None
    roles = {each.template.template_id: each.template.role for each in library}
    role = roles.get(profile.prompt_template)
    if role is profile.role:
        return None
    own = ", ".join(each for each, of in roles.items() if of is profile.role)
    said = "is not known" if role is None else f"is one of a {role}"
    return Violation("promptTemplate", f"'{profile.prompt_template}' {said}; choose from {own}")


def checked_text(text: str) -> str:
    """Return a task as it is stored: its lines without trailing blanks, no empty line at either end.

    Raises:
        RejectedError: it is empty, too long, or holds what a person cannot see.
    """
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    clean = "\n".join(lines).strip("\n")
    if not clean:
        raise _refusal("a prompt says something", "write what the role is to look at")
    if len(clean) > MAX_TEXT:
        raise _refusal(
            f"a prompt has at most {MAX_TEXT} characters, this one {len(clean)}", "cut it"
        )
    odd = next((sign for sign in clean if not sign.isprintable() and sign not in "\n\t"), None)
    if odd is not None:
        raise _refusal(f"a prompt holds no U+{ord(odd):04X}: nobody can see it", "take it out")
    return clean


def checked_note(note: str) -> str:
    """Return what an author says of a version, on one line.

    Raises:
        RejectedError: it is too long, or holds what a person cannot see.
    """
    clean = note.strip()
    if len(clean) > MAX_NOTE or not clean.isprintable():
        raise _refusal(f"a note is one line of at most {MAX_NOTE} characters", "shorten it")
    return clean


def next_version(
    role: Role, text: str, stored: Sequence[PromptVersion]
) -> tuple[PromptTemplate, bool]:
    """Return the version that `text` is of a role's prompt, and whether it is a new one.

    `stored` are the role's; a text that stands there already is that version, under its old number.
    """
    known = [each.template for each in library_of(stored) if each.template.role is role]
    if not known:
        raise RejectedError(
            f"a {role} has no prompt: its agent is code",
            effect="nothing was written",
            fix="name a role that a model plays",
        )
    same = next((template for template in known if template.text == text), None)
    if same is not None:
        return same, False
    version = known[-1].version + 1
    return PromptTemplate(template_id=f"{role}/{version}", role=role, text=text), True


def added_event(template: PromptTemplate, *, note: str, by: str) -> Event:
    """Return the fact that somebody wrote a version."""
    payload: dict[str, JsonValue] = {
        "templateId": template.template_id,
        "role": template.role,
        "version": template.version,
        "sha256": template.sha256,
        "text": template.text,
        "note": note,
        "by": by,
    }
    return Event(stream=f"prompt:{template.role}", type="prompt.version_added", payload=payload)


def _refusal(cause: str, fix: str) -> RejectedError:
    return RejectedError(cause, effect="nothing was written", fix=fix)
