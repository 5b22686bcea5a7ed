"""Owned files: secrets on disk, made once and readable by their owner alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from quorate.kernel.errors import RejectedError

OWNER_ONLY = 0o600
OTHERS = 0o077
"""The bits of a mode that let anybody but the owner in."""

WRITERS = 0o022
"""The bits of a folder's mode that let anybody but the owner exchange what is in it."""

FOLDER = 0o700
"""Of a folder that is made for secrets; one that is there already stays as its owner left it."""


def owned_bytes(path: Path, fresh: Callable[[], bytes], *, what: str) -> bytes:
    """Return the content of the file `path`; where there is none yet, that of `fresh`, kept from now on.

    `what` names the secret in a refusal: "signing key".

    Raises:
        RejectedError: the file cannot be made, can be read by others, or be exchanged by them.
    """
    try:
        if not path.exists():
            _create(path, fresh())
    except OSError as error:
        raise RejectedError(
            f"{path.parent} cannot hold the {what} ({error.strerror})",
            effect="nothing was opened",
            fix="point QUORATE_HOME to a folder that you may write to",
            slug="config-refused",
        ) from error
    if stat.S_IMODE(path.parent.stat().st_mode) & WRITERS:
        raise RejectedError(
            f"the folder of the {what}, {path.parent}, can be written to by others",
            effect="it is not used: anybody could put another one there",
            fix=f"chmod go-w {path.parent}",
            slug="config-refused",
        )
    if stat.S_IMODE(path.stat().st_mode) & OTHERS:
        raise RejectedError(
            f"the {what} {path} can be read by others",
            effect="it is not used",
            fix=f"chmod 600 {path}",
            slug="config-refused",
        )
    return path.read_bytes()


def _create(path: Path, content: bytes) -> None:
    """Write the file; of two processes that start at once, the first one's stays."""
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(parents=True, exist_ok=True, mode=FOLDER)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
