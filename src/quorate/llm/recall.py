"""An answer that is remembered: what unchanged evidence was answered before costs no call."""

from __future__ import annotations

from dataclasses import dataclass

from quorate.kernel.canonical import sha256_hex
from quorate.llm.call import ModelId, ToolCall


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberedAnswer:
    """What a model answered to a prompt, as bytes, and the name that it answered under."""

    content: bytes
    tool_calls: tuple[ToolCall, ...]
    model_served: str


def answer_key(*, profile_version: str, prompt_hash: str, model: ModelId) -> str:
    """Return what an answer is remembered under: who asked, in which version, what, and whom. Source: DESIGN 7."""
    return sha256_hex(f"{profile_version}\n{prompt_hash}\n{model}")
