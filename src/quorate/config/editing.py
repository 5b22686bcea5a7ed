"""Editing: keys of the configuration file set or given back; its comments and its order are kept.

The new text is read as a whole before it takes the file's place: what is not allowed never gets there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import tomlkit
from tomlkit.exceptions import TOMLKitError

from quorate.config.chosen import PREFIX, chosen
from quorate.config.settings import ConfigError, Settings, config_file, load_settings
from quorate.kernel.errors import RejectedError

GIVEN_BACK: Final = "default"
"""The word that stands for no value of one's own."""

_PLAIN: Final = {"database.url": "DATABASE_URL", "results.redis_url": "REDIS_URL"}
"""Keys with a plain variable of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """What became of an edit: not `applied` where the file said so already.

    `overridden` names the variables that go before the file, so that nothing changes as long as they are set.
    """

    file: Path
    applied: bool
    settings: Settings
    overridden: tuple[str, ...]


def edit_config(changes: Mapping[str, str]) -> Edited:
    """Set keys (`log.level`) to values as one writes them in TOML, or as bare text; `default` gives a key back.

    Raises:
        ConfigError: the configuration would be refused; the file is as it was.
        RejectedError: the file cannot be read or written, or a key is none that stands in a file.
    """
    file = config_file()
    before = file.read_text() if file.exists() else ""
    try:
        tree: Any = tomlkit.parse(before)
    except TOMLKitError as error:
        raise _refused(f"{file} is no TOML ({error})") from error
    for key, text in changes.items():
        _put(tree, key, text)
    after = tomlkit.dumps(tree)
    settings = _taken(file, after) if after != before else load_settings()
    return Edited(
        file=file,
        applied=after != before,
        settings=settings,
        overridden=tuple(name for key in changes for name in _variables(key)),
    )


def _put(tree: Any, key: str, text: str) -> None:  # noqa: ANN401  (tomlkit's own)
    *tables, name = key.split(".")
    if not tables or not all((*tables, name)):
        raise _refused(f"{key!r} is no key of the file: a key is a section and a name")
    place = tree
    for each in tables:
        if each not in place:
            if text == GIVEN_BACK:
                return
            place[each] = tomlkit.table()
        place = place[each]
        if not isinstance(place, Mapping):
            raise _refused(f"{each} in {key!r} is a value, no section")
    if text == GIVEN_BACK:
        place.pop(name, None)
    elif (value := _value(text)) != place.get(name):
        place[name] = value


def _value(text: str) -> Any:  # noqa: ANN401  (whatever TOML holds)
    """Return what the text is in TOML, else the text itself: `0.7` is a number, `debug` a text."""
    try:
        return tomlkit.item(tomlkit.parse(f"value = {text}\n").unwrap()["value"])
    except TOMLKitError:
        return text


def _taken(file: Path, text: str) -> Settings:
    """Put `text` in the file's place once it is allowed, and return the settings that come of it."""
    part = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
            opened.write(text)
        with chosen(file=str(part)):
            settings = load_settings()
        part.replace(file)
    except ConfigError as error:
        raise ConfigError(file, error.errors) from None
    except OSError as error:
        raise _refused(f"{file} cannot be written ({error.strerror})") from error
    finally:
        part.unlink(missing_ok=True)
    return settings


def _variables(key: str) -> tuple[str, ...]:
    names = [f"{PREFIX}{key.replace('.', '__').upper()}", f"{PREFIX}{_PLAIN.get(key, '')}"]
    return tuple(name for name in names if os.environ.get(name))


def _refused(cause: str) -> RejectedError:
    return RejectedError(
        cause, effect="the configuration is as it was", fix="quorate config show names every key"
    )
