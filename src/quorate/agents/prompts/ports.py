"""What asking a model needs: somebody who finds the prompt that a profile names."""

from __future__ import annotations

from typing import Protocol

from quorate.agents.prompts.templates import PromptTemplate


class Prompts(Protocol):
    """Where prompts are found: the packaged ones, and those that users wrote."""

    async def named(self, template_id: str) -> PromptTemplate:
        """Return the prompt with this id.

        Raises:
            RejectedError: there is none (slug `not-found`).
        """
        ...
