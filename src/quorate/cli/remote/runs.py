"""Runs, asked of a hub: started and waited for, explained, and taken away."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from quorate.cli.failures import ExitCode
from quorate.cli.listing import Row, parts_of
from quorate.cli.remote.way import GET, POST, place
from quorate.cli.run_facts import run_facts
from quorate.cli.run_view import run_lines
from quorate.cli.typed import parsed_names
from quorate.cli.why_view import why_lines
from quorate.kernel.errors import RejectedError

if TYPE_CHECKING:
    from quorate.cli.invocation import Invocation
    from quorate.cli.remote_ports import HubAnswer, HubApi

WAIT_S: Final = 20
"""How long a hub is asked to wait for a run, again and again with the same key."""

RUN: Final = "/arena/runs/{run}"


async def start(api: HubApi, call: Invocation) -> ExitCode:
    """Start a run, wait for its end, and show it; `--dry-run` shows what it would be."""
    params = call.asked.params
    body = _wanted(params)
    if params.get("fresh"):
        raise RejectedError(
            "a hub cannot be told to ask every model afresh",
            effect="nothing was started",
            fix="leave --fresh out, or run it on the hub's machine without --server",
        )
    if params.get("dry_run"):
        tree = (await api.ask(POST, "/admin/arena/run", body={**body, "dryRun": True})).tree
        cost = tree["worstCostUsd"]
        bound = "its cost has no bound" if cost is None else f"at most ${cost}"
        symbols, asked = _words(tree["symbols"]), _words(tree["profiles"])
        said = f"{symbols} as of {tree['asOf']} on {tree['book']} ({tree['bookMode']}), {bound}"
        call.terminal.reply(tree, [f"{said}; nothing was written.", f"asked: {asked}"])
        return ExitCode.DONE
    return await _carried_out(api, call, "/admin/arena/run", body)


async def debate(api: HubApi, call: Invocation) -> ExitCode:
    """Start a run whose disputes are argued, wait for its end, and show it."""
    rounds = call.asked.params.get("rounds")
    body = _wanted(call.asked.params)
    named = {
        name: body[name] for name in body if name in {"symbols", "asOf", "profiles", "maxCostUsd"}
    }
    told = named if rounds is None else {**named, "rounds": rounds}
    return await _carried_out(api, call, "/debate/sessions", told)


async def why(api: HubApi, call: Invocation) -> ExitCode:
    """Say why a run decided as it did."""
    where = place(RUN, call.asked.params)
    tree = (await api.ask(GET, f"{where}/why")).tree
    run = (await api.ask(GET, where)).tree
    call.terminal.reply(tree, why_lines(run_facts(run)))
    return ExitCode.DONE


async def export(api: HubApi, call: Invocation) -> ExitCode:
    """Write a run with its journal rows and checkpoint to a file on this machine."""
    params = call.asked.params
    bundle = (await api.ask(GET, f"{place(RUN, params)}/export")).tree
    named = params.get("file")
    target = named if isinstance(named, Path) else Path(f"{params['run']}.json")
    try:
        target.write_text(json.dumps(bundle, ensure_ascii=False), encoding="utf-8")
    except OSError as error:
        raise RejectedError(
            f"{target} cannot be written: {error.strerror}",
            effect="nothing was exported",
            fix="name another file",
        ) from None
    rows = parts_of(bundle, "rows")
    size = rows[-1]["seq"] if rows else None
    tree = {
        "target": str(target),
        "applied": True,
        "dryRun": False,
        "rows": len(rows),
        "checkpoint": size,
    }
    call.terminal.reply(tree, [f"{len(rows)} journal rows of {params['run']} written to {target}"])
    return ExitCode.DONE


async def _carried_out(api: HubApi, call: Invocation, path: str, body: Row) -> ExitCode:
    key = api.new_key()
    answer = await api.ask(POST, path, body=body, key=key, wait_s=WAIT_S)
    while answer.status == 202:
        answer = await api.ask(POST, path, body=body, key=key, wait_s=WAIT_S)
    _show(call, answer)
    if body.get("allowOrder"):
        call.terminal.note(
            "What it decided is carried out there by a cycle of its book: quorate tasks --type order"
        )
    return ExitCode.DONE


def _show(call: Invocation, answer: HubAnswer) -> None:
    run = run_facts(answer.tree)
    call.terminal.reply(answer.tree, run_lines(run, bars=call.terminal.is_interactive))


def _wanted(params: Mapping[str, object]) -> Row:
    """Return the body of a new run; what the command line refuses was refused before."""
    symbols, profiles = params.get("symbols"), params.get("profiles")
    told = {
        "symbols": list(symbols) if isinstance(symbols, list | tuple) else [],
        "asOf": params.get("as_of"),
        "book": params.get("book"),
        "profiles": list(parsed_names(profiles)) if isinstance(profiles, str) else None,
        "mode": params.get("mode"),
        "strategyId": params.get("strategy"),
        "maxCostUsd": params.get("max_cost"),
        "allowOrder": params.get("allow_order") or None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _words(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else ""
