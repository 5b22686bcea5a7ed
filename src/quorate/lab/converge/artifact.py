"""The artifact: the text that is judged, checked, without secrets and without the names of who wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from quorate.kernel.canonical import Json, sha256_hex
from quorate.kernel.errors import RejectedError
from quorate.kernel.redaction import redacted

MAX_BYTES: Final = 64 * 1024
"""The largest artifact: with its rules it fits into the prompt that the gateway sends. Ours."""

SHORTEST_NAME: Final = 3
"""A shorter name would hide half of every text."""

_INVISIBLE: Final = re.compile(
    "[\U000e0000-\U000e007f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b-\x1f\x7f-\x9f]"
)
"""What carries hidden text, turns the reading order, or cannot be stored. Source: RELIABILITY 6.9."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A text to be judged: `sha256` and `size` (bytes) are the file's, `text` is what the judges are shown.

    `hidden` maps the names that were taken out of a run's export to what stands in their place.
    """

    name: str
    size: int
    sha256: str
    text: str
    hidden: Mapping[str, str]

    def as_json(self) -> dict[str, Json]:
        """Return what the report says of it; the hidden names stand there, for the judges have answered."""
        return {
            "name": self.name,
            "bytes": self.size,
            "sha256": self.sha256,
            "hidden": dict(self.hidden),
        }


def checked_artifact(name: str, raw: bytes, names: Iterable[str] = ()) -> Artifact:
    """Return the bytes of a file as what judges are shown.

    Invisible characters go, what looks like a secret is masked, and where the file is a run's export, so are `names`:
    a judge shall not know its own model's vote, or anybody's, from another.

    Raises:
        RejectedError: it is larger than 64 KiB, no UTF-8, or blank.
    """
    if len(raw) > MAX_BYTES:
        raise _refused(f"{name} has {len(raw)} bytes, more than {MAX_BYTES}", "give a part of it")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise _refused(f"{name} is no text: byte {error.start} is not UTF-8", "give text") from None
    text = redacted(_INVISIBLE.sub("", text.replace("\r\n", "\n")))
    if not text.strip():
        raise _refused(f"{name} is blank", "give a text with something in it")
    hidden = _numbered(names) if _is_export(text) else {}
    return Artifact(
        name=_INVISIBLE.sub("", name)[:200],
        size=len(raw),
        sha256=sha256_hex(raw),
        text=_without(text, hidden),
        hidden={each: mask for each, mask in hidden.items() if each in text},
    )


def _is_export(text: str) -> bool:
    """Return whether the text is what `quorate runs export` writes, or `quorate runs show --json` prints."""
    return text.lstrip().startswith("{") and '"runId"' in text and '"decisions"' in text


def _numbered(names: Iterable[str]) -> dict[str, str]:
    longest_first = sorted({*names}, key=lambda each: (-len(each), each))
    told = [each for each in longest_first if len(each) >= SHORTEST_NAME]
    return {each: f"name-{number}" for number, each in enumerate(told, start=1)}


def _without(text: str, hidden: Mapping[str, str]) -> str:
    if not hidden:
        return text
    words = "|".join(map(re.escape, hidden))
    found = re.compile(rf"(?<![A-Za-z0-9_]){'(?:' + words + ')'}(?![A-Za-z0-9_])")
    return found.sub(lambda each: hidden[each[0]], text)


def _refused(cause: str, fix: str) -> RejectedError:
    return RejectedError(cause, effect="nobody was asked", fix=fix)
