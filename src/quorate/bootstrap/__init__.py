"""The composition root: chooses every adapter and wires it to the rooms; the only importer of adapters."""

from quorate.adapters.sql.finding import Found
from quorate.adapters.sql.tail import JournalFeed
from quorate.arena.acceptance import RequestKey
from quorate.bootstrap.answers import (
    BookClock,
    Page,
    ProfileChange,
    RunPreview,
    StartedRun,
    TokenChange,
)
from quorate.bootstrap.app import App
from quorate.bootstrap.backups import (
    back_up_database,
    restore_database,
    rows_at_stake,
    vacuum_database,
)
from quorate.bootstrap.checking import Check
from quorate.bootstrap.hub_api import open_hub_api
from quorate.bootstrap.mending import mend_home
from quorate.bootstrap.opening import check_database, migrate_database, open_app
from quorate.bootstrap.safety import emergency_halt
from quorate.bootstrap.tools import ToolTest

__all__ = [
    "App",
    "BookClock",
    "Check",
    "Found",
    "JournalFeed",
    "Page",
    "ProfileChange",
    "RequestKey",
    "RunPreview",
    "StartedRun",
    "TokenChange",
    "ToolTest",
    "back_up_database",
    "check_database",
    "emergency_halt",
    "mend_home",
    "migrate_database",
    "open_app",
    "open_hub_api",
    "restore_database",
    "rows_at_stake",
    "vacuum_database",
]
