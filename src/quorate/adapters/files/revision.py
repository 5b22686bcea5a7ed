"""The revision of the code that runs: the commit of the checkout it stands in, nothing where it was installed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def commit_of(place: Path) -> str:
    """Return the commit that the checkout around `place` stands at, empty where there is none.

    Git is not asked: its two files say it, and a process of its own would cost more than all else at start.
    """
    for folder in place.parents:
        git = folder / ".git"
        try:
            if git.is_file():
                pointer = git.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
                return _commit(folder / pointer)
            if git.is_dir():
                return _commit(git)
        except (OSError, UnicodeDecodeError):
            return ""
    return ""


def _commit(git: Path) -> str:
    head = (git / "HEAD").read_text(encoding="utf-8").strip()
    if not head.startswith("ref:"):
        return _checked(head)
    name = head.removeprefix("ref:").strip()
    common = git / "commondir"
    base = git / common.read_text(encoding="utf-8").strip() if common.is_file() else git
    loose = base / name
    if loose.is_file():
        return _checked(loose.read_text(encoding="utf-8").strip())
    packed = base / "packed-refs"
    lines = packed.read_text(encoding="utf-8").splitlines() if packed.is_file() else []
    return next(
        (_checked(line[: -len(name) - 1]) for line in lines if line.endswith(f" {name}")), ""
    )


def _checked(text: str) -> str:
    return text if _COMMIT.fullmatch(text) else ""
