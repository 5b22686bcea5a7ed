"""Notices: what a page says has just happened, with the act that takes it back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from quorate.kernel.errors import QuorateError


class Tone(StrEnum):
    """How a notice looks; `LOSS` stays until it is dismissed. Source: UI 1 (Shell)."""

    GAIN = "gain"
    INFO = "info"
    WARN = "warn"
    LOSS = "loss"

    @property
    def icon(self) -> str:
        """Return the icon beside the text."""
        match self:
            case Tone.GAIN:
                return "check"
            case Tone.INFO:
                return "info-circle"
            case Tone.WARN | Tone.LOSS:
                return "alert-triangle"


@dataclass(frozen=True, slots=True)
class Undo:
    """The act that takes a change back: posted to `action`, its answer replaces `target`."""

    label: str
    action: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice; a newer one with the same `about` takes its place. `lines` say the same of several things."""

    tone: Tone
    text: str
    title: str = ""
    lines: tuple[str, ...] = ()
    about: str = ""
    undo: Undo | None = None

    @property
    def icon(self) -> str:
        """Return the icon beside the text."""
        return self.tone.icon


def refusal_notice(error: QuorateError, *, about: str = "") -> Notice:
    """Return what a page says when a rule said no: cause, effect and next act."""
    effect = _sentence(error.effect) if error.effect else ""
    fix = f"Next: {error.fix.rstrip('.')}." if error.fix else ""
    text = f"{effect} {fix}".strip()
    return Notice(tone=Tone.LOSS, title=_sentence(error.cause), text=text, about=about)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
