"""Tasks: every unit of work, where it stands, for how long, and why; tried again, or stopped."""

from quorate.hub.pages.tasks.acts import cancel, retry
from quorate.hub.pages.tasks.details import task
from quorate.hub.pages.tasks.page import tasks

HANDLERS = (cancel, retry, task, tasks)
"""The routes of the room."""

__all__ = ["HANDLERS"]
