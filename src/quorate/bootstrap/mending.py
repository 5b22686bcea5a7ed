"""Mending: what is safe to put right in a home without asking anybody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from quorate.config import Settings, config_file
from quorate.kernel.errors import RejectedError

OTHERS: Final = 0o077
"""What nobody but the owner of a home needs to do with its files. Source: RELIABILITY 6."""

SECRET: Final = ("keys", "quorate.db*", "hub.json")
"""What only the owner may read: the keys, the database with its log, and where the hub is."""


def mend_home(settings: Settings) -> Sequence[str]:
    """Make the home where it is missing, and its files their owner's alone; return what was done, in sentences.

    Raises:
        RejectedError: a file or the folder belongs to somebody else.
    """
    return [*_made(settings.home), *_closed(settings.home)]


def _made(home: Path) -> Iterator[str]:
    if home.exists():
        return
    try:
        home.mkdir(parents=True, mode=0o700)
    except OSError as error:
        raise _refused(home, error) from error
    yield f"{home} was made"


def _closed(home: Path) -> Iterator[str]:
    named = [config_file(), *(each for name in SECRET for each in sorted(home.glob(name)))]
    for path in (each for one in named for each in (one, *_below(one))):
        if not path.exists() or not path.stat().st_mode & OTHERS:
            continue
        try:
            path.chmod(path.stat().st_mode & 0o777 & ~OTHERS)
        except OSError as error:
            raise _refused(path, error) from error
        yield f"{path} is its owner's alone now"


def _below(path: Path) -> Iterator[Path]:
    return path.rglob("*") if path.is_dir() else iter(())


def _refused(path: Path, error: OSError) -> RejectedError:
    return RejectedError(
        f"{path} cannot be mended ({error.strerror})",
        effect="it is as it was",
        fix="ask its owner, or name another home: QUORATE_HOME",
    )
