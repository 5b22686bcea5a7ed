"""The composition root: chooses every adapter and wires it to the rooms; the only importer of adapters."""

from quorate.bootstrap.app import App
from quorate.bootstrap.opening import check_database, migrate_database, open_app

__all__ = ["App", "check_database", "migrate_database", "open_app"]
