"""Tasks: every unit of work, where it stands, for how long, and why; tried again, or stopped."""

from quorate.hub.pages.tasks.acts import cancel, retry
from quorate.hub.pages.tasks.bulk import act_on_tasks, export_tasks
from quorate.hub.pages.tasks.details import task
from quorate.hub.pages.tasks.page import tasks

HANDLERS = (act_on_tasks, cancel, export_tasks, retry, task, tasks)
"""The routes of the room."""

__all__ = ["HANDLERS"]
