"""The traces of cycles as files: `events/CYCLE/events.jsonl`, those of the newest cycles.

A file is written whole and put in its place at once, so a reader never sees half a trace, and the same trace again
leaves the same bytes. Source: R-016.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from quorate.kernel.canonical import JsonValue, canonical_json
from quorate.kernel.errors import UnavailableError
from quorate.kernel.ids import CycleId, is_like_an_id

FILE: Final = "events.jsonl"
CYCLES: Final = "cyc_"
SLACK: Final = 50
"""Cycles beyond those that are kept, before the oldest are removed: not at every cycle."""


class FileTraces:
    """The traces below one folder; see the watch's port."""

    def __init__(self, folder: Path, kept_cycles: int) -> None:
        self._folder = folder
        self._kept = kept_cycles
        self._new = SLACK

    async def keep(self, cycle_id: CycleId, lines: Sequence[Mapping[str, JsonValue]]) -> None:
        """Write a cycle's file as a whole.

        Raises:
            UnavailableError: it could not be written.
        """
        text = "".join(f"{canonical_json(line)}\n" for line in lines)
        await asyncio.to_thread(self._write, cycle_id, text)

    def _write(self, cycle_id: CycleId, text: str) -> None:
        if not is_like_an_id(cycle_id):
            raise UnavailableError(f"'{cycle_id}' names no file", source="the event files")
        try:
            place = self._folder / cycle_id
            is_new = not place.exists()
            place.mkdir(parents=True, exist_ok=True)
            draft = place / f"{FILE}.{os.getpid()}"
            draft.write_text(text, encoding="utf-8")
            draft.replace(place / FILE)
            if is_new:
                self._rotate()
        except OSError as error:
            cause = f"{self._folder} cannot be written: {error.strerror}"
            raise UnavailableError(cause, source="the event files") from error

    def _rotate(self) -> None:
        """Remove the oldest cycles once there are enough of them; ids sort by their creation."""
        self._new += 1
        if self._new <= SLACK:
            return
        self._new = 0
        cycles = sorted(self._folder.glob(f"{CYCLES}*/"))
        for old in cycles[: -self._kept]:
            shutil.rmtree(old, ignore_errors=True)
