"""What the command line needs of backups."""

# ruff: noqa: D102  (each class says it for its members; the promises stand at `bootstrap.backups`)

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol


class Backup(Protocol):
    """What was backed up."""

    @property
    def file(self) -> Path: ...
    @property
    def size(self) -> int: ...
    @property
    def sha256(self) -> str: ...
    @property
    def head(self) -> int: ...


class Restored(Protocol):
    """What was put back."""

    @property
    def file(self) -> Path: ...
    @property
    def sha256(self) -> str: ...
    @property
    def head(self) -> int: ...
    @property
    def former(self) -> Sequence[Path]: ...
    @property
    def problems(self) -> Sequence[str]: ...
