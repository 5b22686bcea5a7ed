"""The fleet: what a worker may be asked, and what hub and worker say to each other."""

from quorate.fleet.capability import TASK_CAPABILITIES, is_capable

__all__ = ["TASK_CAPABILITIES", "is_capable"]
