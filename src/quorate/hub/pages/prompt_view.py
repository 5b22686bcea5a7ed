"""A prompt as a page shows it: a version beside the one that it follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quorate.agents.profile import AgentProfile
from quorate.agents.prompts.difference import Difference, difference
from quorate.agents.prompts.library import PromptVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptChoice:
    """A version that is looked at, and how it differs from another one; `change` is None where it is the same."""

    shown: PromptVersion
    other: PromptVersion | None
    change: Difference | None


def prompt_choice(
    versions: Sequence[PromptVersion], profile: AgentProfile, chosen: str
) -> PromptChoice | None:
    """Return the chosen version beside the one that `profile` uses; None where there is none to look at."""
    known = {each.template.template_id: each for each in versions}
    shown = known.get(chosen)
    return None if shown is None else compared(known.get(profile.prompt_template), shown)


def compared(before: PromptVersion | None, after: PromptVersion) -> PromptChoice:
    """Return `after` beside `before`."""
    same = before is None or before.template == after.template
    change = None if before is None or same else difference(before.template, after.template)
    return PromptChoice(shown=after, other=before, change=change)
