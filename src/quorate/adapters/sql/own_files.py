"""Own files: what a database leaves on disk, readable by its owner alone from its first byte on.

Every prompt, answer and order stands in it, so it is nobody else's. Source: RELIABILITY 6.15.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

OWNER_ONLY: Final = 0o600
FOLDER: Final = 0o700
"""Of a folder that is made; one that is there already stays as its owner left it."""


def make_folder(folder: Path) -> None:
    """Make the folder, for its owner alone; what is there stays. Raises OSError where it cannot be made."""
    folder.mkdir(parents=True, exist_ok=True, mode=FOLDER)


def claim_file(file: Path) -> None:
    """Make an empty file that nobody else may read; what is there stays, and what cannot be made SQLite will tell.

    SQLite takes an empty file for a new database, and gives its log and its index the same mode.
    """
    with suppress(OSError):
        new_file(file)


def new_file(file: Path) -> None:
    """Make an empty file that nobody else may read, where there is nothing, not even a link that leads nowhere.

    Raises FileExistsError where there is something, OSError where it cannot be made.
    """
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, OWNER_ONLY))
