"""The budget of a prompt; how many tokens a text takes is counted in `llm.tokens`."""

from __future__ import annotations

from typing import Final

BUDGET_TOKENS: Final = 18_000
"""The most that a prompt may take: the cap of 20,000 less a buffer of 2,000. Source: R-050, FM-TAW-009."""
