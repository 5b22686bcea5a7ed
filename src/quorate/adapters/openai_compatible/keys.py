"""The keys of providers: from the environment, or from one file in the home that its owner alone may read.

The file is `keys/providers.toml`, mode 0600, one `name = "key"` a line; a key is never in the configuration, the
database, an argument or a log. Source: RELIABILITY 6.15.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from quorate.kernel.errors import RejectedError
from quorate.kernel.secret import Secret
from quorate.llm.provider import PROVIDER_NAME, RESERVED_NAMES

KEYS_FILE: Final = Path("keys") / "providers.toml"
OTHERS: Final = 0o077


class SecretProblem(NamedTuple):
    """What is wrong with a file of secrets: which, what, and its code."""

    key: str
    problem: str
    code: str


class SecretFileModeError(RejectedError):
    """Others than its owner may read a file of secrets; `errors` tells programs. Source: bad_inputs.jsonl CF-010."""

    default_slug = "config-refused"

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"the keys in {path} can be read by others",
            effect="no model is asked",
            fix=f"chmod 600 {path}",
        )
        self.errors = (SecretProblem(str(path), "can be read by others", "SECRET_FILE_MODE"),)


OWNER_ONLY: Final = 0o600
FOLDER: Final = 0o700

LONGEST_KEY: Final = 4096
"""No provider's key is longer; what is was pasted by mistake. Ours."""


def keys_in(path: Path) -> Mapping[str, Secret]:
    """Return the keys in the file at `path` by provider; none where there is no file.

    Raises:
        RejectedError: others than its owner may read the file, or it holds something else than keys.
    """
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            raw = file.read() if not mode & OTHERS else b""
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise _refused(
            f"the keys in {path} cannot be read ({error.strerror})",
            fix=f"make {path} a file that its owner can read",
        ) from error
    if mode & OTHERS:
        raise SecretFileModeError(path)
    return _parsed(raw, path)


def store_key(path: Path, name: str, key: Secret) -> bool:
    """Keep the key of provider `name` in the file at `path`; return False where it stood there already.

    The file is replaced as a whole, readable by its owner alone from its first byte on.

    Raises:
        RejectedError: it is no name or no key, or the file cannot be read or written; nothing was changed.
    """
    _require_name(name)
    checked = checked_key(name, key)
    with _held(path):
        known = dict(keys_in(path))
        if known.get(name) == checked:
            return False
        _replace(path, {**known, name: checked})
    return True


def remove_key(path: Path, name: str) -> bool:
    """Take the key of provider `name` out of the file at `path`; return False where there was none.

    Raises:
        RejectedError: the file cannot be read or written; nothing was changed.
    """
    if not path.exists():
        return False
    with _held(path):
        known = dict(keys_in(path))
        if known.pop(name, None) is None:
            return False
        _replace(path, known)
    return True


def checked_key(name: str, key: Secret) -> Secret:
    """Return the key without the blanks round it.

    Raises:
        RejectedError: it cannot be a key; what it is is not repeated.
    """
    text = key.reveal().strip()
    printable = text.isascii() and text.isprintable() and " " not in text
    if not text or not printable or len(text) > LONGEST_KEY:
        raise RejectedError(
            f"what was given for {name} is no key: it is empty, too long, or holds a blank",
            effect="no key was stored",
            fix="copy the key anew, the whole of it and nothing else",
        )
    return Secret(text)


def _require_name(name: str) -> None:
    if not PROVIDER_NAME.fullmatch(name) or name in RESERVED_NAMES:
        raise RejectedError(
            f"'{name}' is no name of a provider",
            effect="no key was stored",
            fix="use openrouter, openai, or a name that stands under [providers.NAME]",
        )


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Keep other processes from changing the file meanwhile: what they add would be lost."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=FOLDER)
        handle = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, OWNER_ONLY)
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _replace(path: Path, keys: Mapping[str, Secret]) -> None:
    text = "".join(f"{name} = {json.dumps(keys[name].reveal())}\n" for name in sorted(keys))
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise _unwritable(path, error) from error


def _parsed(raw: bytes, path: Path) -> Mapping[str, Secret]:
    try:
        tree = tomllib.loads(raw.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        tree = None  # what it says may quote the file, so it is not passed on
    if tree is None or not all(_is_entry(*entry) for entry in tree.items()):
        raise _refused(
            f"{path} holds something else than keys",
            fix='write one line per provider: openrouter = "your key"',
        )
    return {name: Secret(key) for name, key in tree.items() if key}


def _is_entry(name: str, key: object) -> bool:
    return bool(PROVIDER_NAME.fullmatch(name)) and isinstance(key, str)


def _unwritable(path: Path, error: OSError) -> RejectedError:
    return RejectedError(
        f"{path} cannot be written ({error.strerror})",
        effect="no key was changed",
        fix=f"make {path.parent} a folder that you may write to",
        slug="config-refused",
    )


def _refused(cause: str, *, fix: str) -> RejectedError:
    return RejectedError(cause, effect="no model is asked", fix=fix, slug="config-refused")
