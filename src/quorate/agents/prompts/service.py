"""Finding a prompt where there are none but the packaged ones."""

from __future__ import annotations

from quorate.agents.prompts.templates import PromptTemplate, template_named


class PackagedPrompts:
    """Finds the prompts that come with Quorate."""

    async def named(self, template_id: str) -> PromptTemplate:
        """Return the packaged prompt with this id; raises as `template_named`."""
        return template_named(template_id)
