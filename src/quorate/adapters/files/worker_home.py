"""A worker's own files: a name nobody else on the machine uses, results not delivered, answers paid for, series.

Everything is written whole and put in its place at once; what cannot be read is left out, and removed.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import re
import socket
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, TextIO

from quorate.fleet.spool import Delivery, from_bytes, to_bytes
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.errors import InvariantBrokenError, RejectedError, UnavailableError

MOST_NAMES: Final = 64
"""How many unnamed workers one machine has. Ours."""

_UNFIT: Final = re.compile(r"[^A-Za-z0-9._-]+")


class WorkerHome:
    """The folder of one worker, held while it runs: two of one name would take each other's results."""

    def __init__(self, folder: Path, name: str, lock: TextIO) -> None:
        self.folder = folder
        self.name = name
        self._lock = lock

    @classmethod
    def claimed(cls, home: Path, name: str = "") -> WorkerHome:
        """Return the folder of the worker called `name`; without one, of the machine's first that nobody uses.

        Raises:
            RejectedError: a worker of this name runs already, or the folder cannot be written.
        """
        if name:
            found = cls._taken(home, name)
            if found is None:
                raise RejectedError(
                    f"a worker called {name} runs on this machine already",
                    effect="no second one was started",
                    fix="leave --name out, or choose another one",
                    slug="conflict",
                )
            return found
        base = _UNFIT.sub("-", socket.gethostname()).strip("-.")[:48] or "worker"
        for number in range(1, MOST_NAMES + 1):
            found = cls._taken(home, base if number == 1 else f"{base}-{number}")
            if found is not None:
                return found
        raise RejectedError(
            f"{MOST_NAMES} workers run on this machine already", effect="no other one was started"
        )

    def close(self) -> None:
        """Give the name back."""
        self._lock.close()

    @classmethod
    def _taken(cls, home: Path, name: str) -> WorkerHome | None:
        folder = home / "worker" / name
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = (folder / "lock").open("w", encoding="utf-8")
        except OSError as error:
            raise RejectedError(
                f"{folder} cannot be written: {error.strerror}",
                effect="the worker was not started",
                fix="set QUORATE_HOME to a folder that can",
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            return None
        return cls(folder, name, lock)


class FileSpool:
    """Results that were not delivered, a file a task; see the fleet's port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, delivery: Delivery) -> None:
        """Keep it; see the port."""
        await asyncio.to_thread(_put, self._file(delivery.task_id), to_bytes(delivery))

    async def forget(self, task_id: str) -> None:
        """Forget what is kept of a task."""
        self._file(task_id).unlink(missing_ok=True)

    async def undelivered(self) -> Sequence[Delivery]:
        """Return all that is kept; see the port."""
        return await asyncio.to_thread(self._read)

    def _read(self) -> Sequence[Delivery]:
        kept = []
        for file in sorted(self._folder.glob("*.json")):
            try:
                kept.append(from_bytes(file.read_bytes()))
            except (OSError, InvariantBrokenError):
                file.unlink(missing_ok=True)
        return kept

    def _file(self, task_id: str) -> Path:
        return self._folder / f"{sha256_hex(task_id)[:40]}.json"


class FileAnswers:
    """Answers of models that were paid for, by task and prompt: a task that is begun again asks for none of them."""

    def __init__(self, folder: Path, kept: int = 2000) -> None:
        self._folder = folder
        self._kept = kept
        self._new = 0

    async def recall(self, task_id: str, prompt_hash: str) -> bytes | None:
        """Return what was answered, None where nothing was."""
        with suppress(OSError):
            return self._file(task_id, prompt_hash).read_bytes()
        return None

    async def keep(self, task_id: str, prompt_hash: str, content: bytes) -> None:
        """Keep an answer.

        Raises:
            UnavailableError: it cannot be written.
        """
        await asyncio.to_thread(_put, self._file(task_id, prompt_hash), content)
        self._new += 1
        if self._new % 100 == 1:
            await asyncio.to_thread(_only_newest, self._folder, self._kept)

    def _file(self, task_id: str, prompt_hash: str) -> Path:
        return self._folder / f"{sha256_hex(f'{task_id} {prompt_hash}')}.json"


class FileSeries:
    """Series by their SHA-256: fetched once, and checked whenever they are read."""

    def __init__(self, folder: Path, kept: int = 2000) -> None:
        self._folder = folder
        self._kept = kept

    async def found(self, digest: str) -> bytes | None:
        """Return the bytes kept under `digest`, None where there are none, or others than that."""
        return await asyncio.to_thread(self._read, digest)

    async def keep(self, digest: str, content: bytes) -> None:
        """Keep a series that was checked.

        Raises:
            UnavailableError: it cannot be written.
        """
        await asyncio.to_thread(_put, self._file(digest), content)
        await asyncio.to_thread(_only_newest, self._folder, self._kept)

    def _read(self, digest: str) -> bytes | None:
        file = self._file(digest)
        try:
            content = file.read_bytes()
        except OSError:
            return None
        if sha256_hex(content) != digest:
            file.unlink(missing_ok=True)
            return None
        return content

    def _file(self, digest: str) -> Path:
        return self._folder / f"{sha256_hex(digest)}.json"


def _put(file: Path, content: bytes) -> None:
    draft = file.with_suffix(f".{os.getpid()}.draft")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with draft.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)
    except OSError as error:
        raise UnavailableError(
            f"{file.parent} cannot be written: {error.strerror}", source="the worker's files"
        ) from error


def _only_newest(folder: Path, kept: int) -> None:
    files = list(folder.glob("*.json"))
    if len(files) <= kept:
        return
    with suppress(OSError):
        files.sort(key=lambda file: file.stat().st_mtime)
    for old in files[:-kept]:
        old.unlink(missing_ok=True)
