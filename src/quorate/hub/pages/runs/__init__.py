"""Runs: the list of what was run, one run in full, and a new one."""

from quorate.hub.pages.runs.creation import new_run, preview, start
from quorate.hub.pages.runs.details import export_run, run_details
from quorate.hub.pages.runs.listing import export_selected, news, runs
from quorate.hub.pages.runs.reruns import ask_what_if, compare, replay

HANDLERS = (
    ask_what_if,
    compare,
    export_run,
    export_selected,
    new_run,
    news,
    preview,
    replay,
    run_details,
    runs,
    start,
)
"""The routes of the room."""

__all__ = ["HANDLERS"]
