"""Settings of an opened home: what is in force, and taking up what may change while the process runs.

file changed -> read as a whole, refused as a whole -> what is reloadable is in force -> the rest waits for a restart
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from quorate.adapters.telemetry.logs import configure_logs
from quorate.config import chosen, config_file, load_settings
from quorate.config.reloadable import RELOADABLE, taken_up
from quorate.kernel.canonical import Json, digest
from quorate.kernel.errors import QuorateError, RejectedError
from quorate.kernel.journal import Event

if TYPE_CHECKING:
    from quorate.bootstrap.store import Store

RELOADED: Final = "config.reloaded"

LOOK_AGAIN_S: Final = 2.0
"""How often a process that serves looks at its file. Ours."""

_LOG = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A value in force, secrets masked; `reloadable` where a change of the file is taken up at once."""

    key: str
    value: Json
    reloadable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsView:
    """What is in force; `waiting` are the keys whose change in the file waits for a restart.

    `etag` tells the text of the file from all others, so that a change of another text can be refused.
    """

    file: str
    config_hash: str
    etag: str
    items: tuple[Setting, ...]
    changed: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()


class SettingsDesk:
    """One home's settings, for people to read and change."""

    def __init__(self, store: Store) -> None:
        self._store = store
        with self._here():
            self._file = config_file()
        self._seen = _stamp_of(self._file)
        self._waiting: tuple[str, ...] = ()

    def shown(self, *, changed: tuple[str, ...] = ()) -> SettingsView:
        """Return what is in force in this process."""
        settings, file = self._store.settings, self._file
        return SettingsView(
            file=str(file) if file.exists() else "",
            config_hash=settings.config_hash,
            etag=f'"{digest(_text_of(file))[:32]}"',
            items=tuple(
                Setting(key=key, value=value, reloadable=key in RELOADABLE)
                for section, table in settings.effective().items()
                for key, value in _keys_of(section, table)
            ),
            changed=changed,
            waiting=self._waiting,
        )

    async def change(self, changes: Mapping[str, str]) -> SettingsView:
        """Write values into the file and take them up; `default` gives a key back. Nothing changes unless all may.

        Raises:
            RejectedError: a key needs a restart (slug `conflict`), or the file would be refused.
        """
        from quorate.config.editing import edit_config  # noqa: PLC0415  (seldom asked for)

        if critical := sorted(set(changes) - RELOADABLE):
            raise RejectedError(
                f"{', '.join(critical)} is not changed while Quorate runs",
                effect="nothing was changed",
                fix=f"quorate config set {critical[0]} VALUE, then start it again",
                slug="conflict",
            )
        with self._here():
            edited = await asyncio.to_thread(edit_config, changes)
        if edited.overridden:
            _LOG.warning("settings_overridden", variables=" ".join(edited.overridden))
        return await self.reload()

    async def reload(self) -> SettingsView:
        """Take up what the file and the environment say now, as far as that may change while a process runs.

        Raises:
            ConfigError: they say what is not allowed; everything is as it was.
        """
        with self._here():
            taken = taken_up(self._store.settings, load_settings())
        self._waiting = taken.waiting
        if taken.changed:
            self._store.settings = taken.settings
            configure_logs(taken.settings.log.level)
            event = Event(
                stream="config",
                type=RELOADED,
                payload={
                    "changed": list(taken.changed),
                    "waiting": list(taken.waiting),
                    "configHash": taken.settings.config_hash,
                },
            )
            await self._store.journal.commit(lambda _tx: [event])
        return self.shown(changed=taken.changed)

    @asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        """Look at the file as long as the block lasts, and take up what changed."""
        watching = asyncio.create_task(self._keep_looking())
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.wait([watching])

    def _here(self) -> AbstractContextManager[None]:
        """Let the home that was opened be the one whose file is read, whatever the environment says by now."""
        return chosen(home=str(self._store.settings.home))

    async def _keep_looking(self) -> None:
        while True:
            await self._store.clock.sleep(LOOK_AGAIN_S)
            now = _stamp_of(self._file)
            if now == self._seen:
                continue
            self._seen = now
            try:
                view = await self.reload()
            except QuorateError as error:
                _LOG.warning("settings_not_taken_up", slug=error.slug, cause=str(error))
            else:
                _LOG.info("settings_taken_up", changed=view.changed, waiting=view.waiting)


def _keys_of(section: str, table: Json) -> list[tuple[str, Json]]:
    if not isinstance(table, dict):
        return [(section, table)]
    return [(f"{section}.{name}", value) for name, value in table.items()]


def _stamp_of(file: Path) -> tuple[int, int] | None:
    try:
        stat = os.stat(file)  # noqa: PTH116
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


def _text_of(file: Path) -> str:
    try:
        return file.read_text()
    except (OSError, UnicodeDecodeError):
        return ""
