"""The details of a run: its rows, the calls that were made for it, and the texts of both sides.

Made from one reading, so that a page cannot contradict itself; of a run that still goes on, what there is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from quorate.arena.record.run import RecordedRun, read_run
from quorate.arena.record.turns import Turn, read_turns
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.journal import JournalEntry
from quorate.kernel.redaction import redacted
from quorate.llm.call_listing import CallLine

RUN_STREAM = "run:"


@dataclass(frozen=True, slots=True)
class KeptText:
    """A prompt or an answer as it may be shown: `is_verified` says that what is kept has the hash that was recorded."""

    text: str
    is_verified: bool


@dataclass(frozen=True, kw_only=True)
class RunDetails:
    """`entries` are the rows of the run and of its task by seq, `texts` what is kept, by its SHA-256.

    `mask` hides what looks like a secret, and the keys that are configured: no text is shown without it.
    """

    entries: Sequence[JournalEntry]
    calls: Sequence[CallLine] = ()
    texts: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    mask: Callable[[str], str] = redacted

    @cached_property
    def run(self) -> RecordedRun:
        """Return the run that the rows tell."""
        return read_run([entry for entry in self.entries if entry.stream.startswith(RUN_STREAM)])

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        """Return the agents' turns, in the order in which they ended."""
        return read_turns(self.entries)

    def kept(self, digest: str | None) -> KeptText | None:
        """Return the text under a hash, None where there is none."""
        content = self.texts.get(digest or "")
        if content is None:
            return None
        return KeptText(self.mask(content.decode(errors="replace")), sha256_hex(content) == digest)


def texts_of(turns: Sequence[Turn]) -> frozenset[str]:
    """Return the hashes of all prompts and answers of some turns."""
    return frozenset(
        digest
        for turn in turns
        for exchange in turn.exchanges
        for digest in (exchange.prompt_hash, exchange.answer_hash)
        if digest
    )
