"""Tasks as a person reads them: one with its path, and an act on orders in a few lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from quorate.arbiter.task import TERMINAL
from quorate.cli.listing import Row, part_of, parts_of
from quorate.kernel.stamps import stamp

if TYPE_CHECKING:
    from quorate.arbiter.order_work import OrderTask


def task_lines(task: Row) -> Iterator[str]:
    """Yield a task with each state that it came into, who holds it, and its parts."""
    yield f"{task['taskId']}   {task['type']}   {task['state']}"
    yield f"  about     {task['subject']}" + (f" on book {task['book']}" if task["book"] else "")
    if task["reason"]:
        yield f"  why       {task['reason']}"
    if task["failureSource"]:
        yield f"  source    {task['failureSource']}"
    yield f"  attempts  {task['attempts']}"
    held = part_of(task, "lease")
    if held and task["state"] not in set(TERMINAL):
        yield f"  held by   {held['owner'] or 'nobody'} until {held['expiresAt']} (token {held['token']})"
    if task["notBefore"]:
        yield f"  due       {task['notBefore']}"
    yield from _others(task)
    yield "  path"
    yield from map(_step_line, parts_of(task, "path"))
    for name, value in part_of(task, "result").items():
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


def _others(task: Row) -> Iterator[str]:
    if task["parent"]:
        yield f"  part of   {task['parent']}"
    if task["retryOf"]:
        yield f"  tries     {task['retryOf']} again"
    if task["retriedBy"]:
        yield f"  again as  {task['retriedBy']}"
    for child in parts_of(task, "children"):
        yield f"  part      {child['taskId']}   {child['type']}   {child['state']}   {child['subject']}"


def _step_line(step: Row) -> str:
    took = step["ms"]
    shown = _took(took) if isinstance(took, int) else ""
    why = f"   {step['reason']}" if step["reason"] else ""
    return f"    {step['at']}   {step['state']:<18} {shown:>10}   {step['event']}{why}"


def _took(milliseconds: int) -> str:
    return f"{milliseconds} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"
