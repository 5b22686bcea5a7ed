"""The work queue: acts on orders that are asked for now and done as soon as it can be, each once. Source: R-105."""

from quorate.execution.work_queue.failing import Failure, failure_of
from quorate.execution.work_queue.item import WorkItem, WorkOrder, WorkPolicy, WorkType
from quorate.execution.work_queue.table import WORK_TABLE, WorkEvent, WorkState, work_table_page

__all__ = [
    "WORK_TABLE",
    "Failure",
    "WorkEvent",
    "WorkItem",
    "WorkOrder",
    "WorkPolicy",
    "WorkState",
    "WorkType",
    "failure_of",
    "work_table_page",
]
