"""Tasks as a person reads them: one with its path, and an act on orders in a few lines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from quorate.kernel.stamps import stamp

if TYPE_CHECKING:
    from quorate.arbiter.order_work import OrderTask
    from quorate.arbiter.record import TaskDetails, TaskStep


def task_lines(details: TaskDetails) -> Iterator[str]:
    """Yield a task with each state that it came into, who holds it, and its parts."""
    line = details.line
    yield f"{line.task_id}   {line.type}   {line.state}"
    yield f"  about     {line.subject}" + (f" on book {line.book}" if line.book else "")
    if line.reason:
        yield f"  why       {line.reason}"
    if line.failure_source:
        yield f"  source    {line.failure_source}"
    yield f"  attempts  {line.attempts}"
    if details.lease is not None and not line.is_over:
        held = details.lease
        yield f"  held by   {held.owner or 'nobody'} until {held.expires_at} (token {held.token})"
    if line.not_before:
        yield f"  due       {line.not_before}"
    yield from _others(details)
    yield "  path"
    yield from (_step_line(step) for step in details.path)
    for name, value in details.result.items():
        yield f"  {name}  {value}"


def act_lines(item: OrderTask) -> Iterator[str]:
    """Yield an act on orders with how far it came."""
    task = item.task
    yield f"{item.task_id}   {item.act.type} on book {item.act.book}   {task.state}"
    yield f"  about     {item.act.key}"
    yield f"  attempts  {task.attempts}"
    if item.code:
        yield f"  {'waits' if item.code == 'WAITING' else 'failed'}     {item.code}: {item.reason}"
    if task.not_before is not None and not item.is_over:
        yield f"  due       {stamp(task.not_before)}"
    for name, value in item.result.items():
        yield f"  {name}  {value}"


def _others(details: TaskDetails) -> Iterator[str]:
    if details.line.parent:
        yield f"  part of   {details.line.parent}"
    if details.retry_of:
        yield f"  tries     {details.retry_of} again"
    if details.retried_by:
        yield f"  again as  {details.retried_by}"
    for child in details.children:
        yield f"  part      {child.task_id}   {child.type}   {child.state}   {child.subject}"


def _step_line(step: TaskStep) -> str:
    took = "" if step.took is None else _took(step.took)
    why = f"   {step.reason}" if step.reason else ""
    return f"    {step.at}   {step.state.value:<18} {took:>10}   {step.event}{why}"


def _took(took: timedelta) -> str:
    seconds = took.total_seconds()
    return f"{1000 * seconds:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
