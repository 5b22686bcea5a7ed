"""The broker's two keys in one file of the home, that its owner alone may read: written together, removed together."""

from __future__ import annotations

import json
import os
import stat
import tomllib
from pathlib import Path
from typing import Final, NamedTuple

from quorate.adapters.keys.owned_file import FOLDER, OTHERS, OWNER_ONLY
from quorate.kernel.errors import RejectedError
from quorate.kernel.secret import Secret

BROKER_KEYS_FILE: Final = Path("keys") / "alpaca.toml"
LONGEST_KEY: Final = 4096
"""No broker's key is longer; what is was pasted by mistake. Ours."""


class BrokerKeys(NamedTuple):
    """The public and the secret part of one account's key; neither is shown."""

    key_id: Secret
    secret_key: Secret


def broker_keys_in(path: Path) -> BrokerKeys | None:
    """Return the keys in the file at `path`, None where there is no file.

    Raises:
        RejectedError: others than its owner may read it, or it holds something else than both keys.
    """
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            raw = b"" if mode & OTHERS else file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _refused(f"the keys in {path} cannot be read ({error.strerror})", path) from error
    if mode & OTHERS:
        raise RejectedError(
            f"the keys in {path} can be read by others",
            effect="the broker is not asked",
            fix=f"chmod 600 {path}",
            slug="config-refused",
        )
    return _parsed(raw, path)


def store_broker_keys(path: Path, keys: BrokerKeys) -> bool:
    """Keep both keys in the file at `path`; return False where they stood there already.

    The file is replaced as a whole, readable by its owner alone from its first byte on.

    Raises:
        RejectedError: one of them can be no key, or the file cannot be read or written; nothing was changed.
    """
    checked = BrokerKeys(*(_checked(*each) for each in zip(keys._fields, keys, strict=True)))
    if broker_keys_in(path) == checked:
        return False
    text = "".join(
        f"{name} = {json.dumps(key.reveal())}\n"
        for name, key in zip(checked._fields, checked, strict=True)
    )
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=FOLDER)
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise _unwritable(path, error) from error
    return True


def remove_broker_keys(path: Path) -> bool:
    """Take the file away; return False where there was none.

    Raises:
        RejectedError: it cannot be removed.
    """
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _unwritable(path, error) from error
    return True


def _parsed(raw: bytes, path: Path) -> BrokerKeys:
    try:
        tree = tomllib.loads(raw.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        tree = {}  # what it says may quote the file, so it is not passed on
    told = [tree.get(name) for name in BrokerKeys._fields]
    texts = [each for each in told if isinstance(each, str) and each]
    if len(texts) != len(told):
        raise _refused(f"{path} does not hold both keys of the broker", path)
    return BrokerKeys(*map(Secret, texts))


def _checked(name: str, key: Secret) -> Secret:
    """Return the key without the blanks round it; what it is is not repeated in a refusal."""
    text = key.reveal().strip()
    printable = text.isascii() and text.isprintable() and " " not in text
    if not text or not printable or len(text) > LONGEST_KEY:
        raise RejectedError(
            f"what was given as {name} is no key: it is empty, too long, or holds a blank",
            effect="no key was stored",
            fix="copy the key anew, the whole of it and nothing else",
        )
    return Secret(text)


def _refused(cause: str, path: Path) -> RejectedError:
    return RejectedError(
        cause,
        effect="the broker is not asked",
        fix=f"remove {path}, then: quorate keys set alpaca",
        slug="config-refused",
    )


def _unwritable(path: Path, error: OSError) -> RejectedError:
    return RejectedError(
        f"{path} cannot be written ({error.strerror})",
        effect="no key was changed",
        fix=f"make {path.parent} a folder that you may write to",
        slug="config-refused",
    )
