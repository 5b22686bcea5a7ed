"""What becomes of acts that a hub was asked for, in the words of the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from quorate.cli.cycle import parsed_span
from quorate.cli.cycle_view import status_lines
from quorate.cli.failures import ExitCode
from quorate.cli.listing import Row, part_of, parts_of
from quorate.cli.remote.way import GET, POST, paged
from quorate.kernel.errors import RejectedError

if TYPE_CHECKING:
    from quorate.cli.invocation import Invocation
    from quorate.cli.remote_ports import HubApi, Tree

WITHOUT_REASON: Final = "from a command line, no reason given"
"""A halt is never turned away for want of a word."""

HALT_PATH: Final = "/safety/halt"


def halt_body(params: Mapping[str, object]) -> Row:
    """Return the body of a halt.

    Raises:
        RejectedError: a drill is wished for, which proves the way on the machine of the home.
    """
    if params.get("drill"):
        raise RejectedError(
            "a drill proves the way on the hub's own machine",
            effect="nothing was halted",
            fix="run quorate halt --drill there, without --server",
        )
    reason = params.get("reason") or WITHOUT_REASON
    return {"scope": params["scope"], "reason": reason, "book": params.get("book")}


def halt_lines(halted: Row) -> Iterable[str]:
    """Yield what was halted, and what the broker has not confirmed."""
    already = "" if halted["applied"] else "already "
    for book in parts_of(halted, "books"):
        yield f"Trading {already}halted on {book['book']}. New orders are refused."
        for left in parts_of(book, "unconfirmed"):
            yield f"  not confirmed: {left['name']} ({left['cause']})"


def halt_ends(halted: Row) -> ExitCode:
    """Return 0 where the broker confirmed everything, else 7; new orders are refused all the same."""
    return ExitCode.DONE if halted["complete"] else ExitCode.UNREACHABLE


def resume_lines(resumed: Row) -> Iterable[str]:
    """Yield whether trading goes on."""
    books = ", ".join(str(book["book"]) for book in parts_of(resumed, "books"))
    return [f"Trading resumed on {books}." if resumed["applied"] else "Trading was not stopped."]


def status_of(current: Tree) -> Row:
    """Return where a book's cycles stand, by the names of `quorate cycle status`."""
    return {
        "readAt": current["readAt"],
        "book": current["book"],
        "mode": current["bookMode"],
        "state": current["state"],
        "cycleId": current["cycleId"],
        "number": part_of(current, "cycle").get("number", 0),
        "skipped": current["skipped"],
        "failuresInARow": current["failures"],
        "scheduler": current["schedule"],
        "everySeconds": current["everySeconds"],
        "nextStartAt": current["nextStartAt"],
    }


async def cycle_once(api: HubApi, call: Invocation) -> ExitCode:
    """Walk one cycle of the working book, wait for its end, and show its steps."""
    params = call.asked.params
    if params.get("book") or params.get("dry_run"):
        raise RejectedError(
            "a hub walks its working book, and sends its orders",
            effect="no cycle was walked",
            fix="leave --book and --dry-run out, or run it on the hub's machine without --server",
        )
    key = api.new_key()
    answer = await api.ask(POST, "/admin/cycles/once", body={}, key=key)
    while answer.status == 202:
        answer = await api.ask(POST, "/admin/cycles/once", body={}, key=key)
    walked = (await api.ask(GET, answer.location)).tree
    cycle, audit = part_of(walked, "cycle"), part_of(walked, "audit")
    violations = audit["violations"]
    tree = {
        "cycleId": cycle["cycleId"],
        "book": cycle["book"],
        "number": cycle["number"],
        "session": cycle["session"],
        "state": cycle["stage"],
        "failed": cycle["failed"],
        "auditPassed": audit["passed"],
        "violations": violations,
        "trace": walked["trace"],
    }
    call.terminal.reply(tree, _cycle_lines(tree))
    if violations:
        return ExitCode.SAFETY
    return ExitCode.FAILED if cycle["failed"] else ExitCode.DONE


async def schedule(api: HubApi, call: Invocation) -> ExitCode:
    """Have cycles start by themselves there, or no longer."""
    starts = call.asked.words == "cycle start"
    every = call.asked.params.get("every")
    body = {"everySeconds": parsed_span(str(every))} if starts and every else {}
    path = f"/admin/scheduler/{'start' if starts else 'stop'}"
    tree = status_of((await api.ask(POST, path, body=body if starts else None)).tree)
    call.terminal.reply(tree, status_lines(tree))
    return ExitCode.DONE


async def agents(api: HubApi, call: Invocation) -> ExitCode:
    """List the agents of the registry, then the workers of the fleet."""
    from quorate.cli.agents import COLUMNS, agent_row  # noqa: PLC0415  (its noun; only where it is shown)
    from quorate.cli.listing import table  # noqa: PLC0415

    told = (await api.ask(GET, "/admin/agents")).tree
    rows = [agent_row(item) for item in parts_of(told, "items")]
    rows += [
        {**worker, "name": worker["worker"], "kind": "worker", "role": "", "tier": "", "model": ""}
        for worker in parts_of(told, "workers")
    ]
    tree = {"readAt": told["readAt"], "items": rows, "nextCursor": None}
    call.terminal.reply(tree, table(rows, COLUMNS) if rows else ["There is no agent."])
    return ExitCode.DONE


async def leaderboard(api: HubApi, call: Invocation) -> ExitCode:
    """Rank agents, or lay every two side by side."""
    from quorate.cli.leaderboard_view import (  # noqa: PLC0415  (its noun; only where it is shown)
        agreement_lines,
        alike_first,
        board_lines,
        line_key,
        pair_key,
    )
    from quorate.cli.listing import note_more  # noqa: PLC0415
    from quorate.cli.remote.way import query_of  # noqa: PLC0415

    pairs = call.asked.words.endswith("agreement")
    names = {name: name for name in ("window", "market", "strategy", "role", "book")}
    more = {} if pairs else {"by": "groupBy", "least": "minOutcomes"}
    path = "/admin/arena/agreement" if pairs else "/admin/arena/leaderboard"
    told = (await api.ask(GET, path, query=query_of(call.asked.params, names | more))).tree
    if pairs:
        told = {**told, "items": alike_first(told)}
    tree = paged(told, pair_key if pairs else line_key, call)
    call.terminal.reply(tree, agreement_lines(tree) if pairs else board_lines(tree))
    cursor = tree["nextCursor"]
    note_more(call, cursor if isinstance(cursor, str) else None)
    return ExitCode.DONE


async def set_budget(api: HubApi, call: Invocation) -> ExitCode:
    """Give a limit on model calls another size."""
    params = call.asked.params
    name, amount = str(params["name"]), str(params["amount"])
    size = None if amount == "default" else amount.removeprefix("$")
    done = (await api.ask("PUT", "/admin/budgets", body={"limits": {name: size}})).tree
    lines = parts_of(done, "items")
    line: Row = next((each for each in lines if name in each.values()), {})
    tree = {"target": name, "applied": done["applied"], "dryRun": False, **line}
    already = "" if done["applied"] else "already "
    call.terminal.reply(tree, [f"{name} is {already}{amount}."])
    return ExitCode.DONE


def _cycle_lines(tree: Row) -> Iterable[str]:
    day = f"   session {tree['session']}" if tree["session"] else ""
    yield f"cycle {tree['cycleId']}   book {tree['book']}   number {tree['number']}{day}"
    for message in parts_of(tree, "trace"):
        mark = "ok" if message["success"] else "failed"
        yield f"  {message['agent']:<15}  {mark:<6}  {message['error'] or message['action']}"
    violations = tree["violations"]
    for violation in violations if isinstance(violations, list) else ():
        yield f"  ! {violation}"
