"""Configured: what is in force in an opened home, for people to read; passwords are masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quorate.bootstrap.store import Store
from quorate.config.settings import config_file
from quorate.kernel.canonical import JsonValue, canonical_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The settings of this process: `file` is empty where none is read, `sections` tells each value as canonical JSON.

    `config_hash` is stamped on every run: runs with the same hash were decided by the same settings.
    """

    home: str
    file: str
    config_hash: str
    sections: Mapping[str, Mapping[str, str]]


def configuration(store: Store) -> Configuration:
    """Return what is in force since this process began; a changed file is read at the next start."""
    settings, file = store.settings, config_file()
    tables = {name: table for name, table in settings.effective().items() if name != "home"}
    return Configuration(
        home=str(settings.home),
        file=str(file) if file.exists() else "",
        config_hash=settings.config_hash,
        sections={name: _lines(table) for name, table in tables.items()},
    )


def _lines(table: JsonValue) -> Mapping[str, str]:
    return {key: _said(value) for key, value in table.items()} if isinstance(table, dict) else {}


def _said(value: JsonValue) -> str:
    return value if isinstance(value, str) else canonical_json(value)
