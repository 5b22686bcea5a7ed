"""The commands that a hub can be asked for, each with its way; every other one needs the machine of the home."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from quorate.cli import orders, outcomes, results, strategies, tasks
from quorate.cli import runs as runs_noun
from quorate.cli.cycle_view import status_lines
from quorate.cli.failures import ExitCode
from quorate.cli.listing import Row, note_more, parts_of
from quorate.cli.order_typed import parsed_symbol
from quorate.cli.order_view import (
    cancelled_line,
    closed_line,
    comparison_lines,
    order_lines,
    order_row,
)
from quorate.cli.position_view import one_of, position_lines, positions_lines
from quorate.cli.profile_view import COLUMNS as PROFILE_COLUMNS
from quorate.cli.remote import acts, runs
from quorate.cli.remote.way import (
    GET,
    Acting,
    Listing,
    Params,
    Showing,
    Way,
    camel,
    facts,
    given,
    paged,
    query_of,
)
from quorate.cli.run_facts import run_facts
from quorate.cli.run_view import run_lines
from quorate.cli.strategy_view import (
    history_lines,
    listed,
    strategy_lines,
    switched_lines,
    written_lines,
)
from quorate.cli.strategy_writing import wished
from quorate.cli.task_view import task_lines

if TYPE_CHECKING:
    from quorate.cli.invocation import Invocation
    from quorate.cli.remote_ports import HubApi

BOOK: Final = {"book": "book"}
BREAKERS: Final = ("name", "dependency", "state", "failures", "threshold", "detail")
BUDGETS: Final = ("budget", "profile", "limitUsd", "limitCalls", "leftUsd", "leftCalls", "source")
EVENTS: Final = ("seq", "ts", "stream", "type", "book", "traceId")


async def _positions(api: HubApi, call: Invocation) -> ExitCode:
    asked = query_of(call.asked.params, BOOK)
    tree = paged((await api.ask(GET, "/admin/positions", query=asked)).tree, _symbol, call)
    call.terminal.reply(tree, positions_lines(tree))
    cursor = tree["nextCursor"]
    note_more(call, cursor if isinstance(cursor, str) else None)
    return ExitCode.DONE


async def _position(api: HubApi, call: Invocation) -> ExitCode:
    asked = query_of(call.asked.params, BOOK)
    held = (await api.ask(GET, "/admin/positions", query=asked)).tree
    tree = one_of(held, parsed_symbol(str(call.asked.params["symbol"])))
    call.terminal.reply(tree, position_lines(tree))
    return ExitCode.DONE


async def _strategy_history(api: HubApi, call: Invocation) -> ExitCode:
    where = f"/admin/strategies/{call.asked.params['name']}/history"
    tree = paged((await api.ask(GET, where)).tree, lambda step: str(step["seq"]), call)
    items = parts_of(tree, "items")
    call.terminal.reply(tree, history_lines(items) if items else [strategies.UNUSED])
    return ExitCode.DONE


def _strategy_body(params: Params) -> Row:
    named = {name: params.get(name) for name in ("description", "symbols", "profiles", "preset")}
    others = {
        "horizon_sessions": params.get("horizon"),
        "answer_ttl_s": params.get("answer_ttl"),
        "max_cost_usd": params.get("max_cost"),
    }
    told = {key: None if text is None else str(text) for key, text in {**named, **others}.items()}
    thresholds = params.get("threshold")
    body = wished(told, thresholds if isinstance(thresholds, list | tuple) else ())
    base = {"name": params["name"], **given(params, "based_on")}
    return {camel(name): value for name, value in {**base, **body}.items()}


def _symbol(item: Row) -> str:
    return str(item["symbol"])


def _name(item: Row) -> str:
    return str(item["name"])


def _budget(item: Row) -> str:
    return f"{item['budget']}:{item['profile'] or ''}"


def _book_body(params: Params) -> Row:
    return given(params, "book")


def _reason_body(params: Params) -> Row:
    return {"reason": params.get("reason") or ""}


def _resume_body(params: Params) -> Row:
    return {**_reason_body(params), "confirm": True, "book": params.get("book")}


def _act_body(params: Params) -> Row:
    act = str(params["kind"]).upper().replace("-", "_")
    return {"act": act, **given(params, "about", "book", "reason")}


def _switched(act: str) -> Acting:
    return Acting(
        path=f"/arena/profiles/{{name}}/{act}",
        inside="profile",
        lines=lambda done: [f"{done['target']} is {'' if done['applied'] else 'already '}{act}d."],
    )


def _strategy_switched(act: str) -> Acting:
    return Acting(
        path=f"/strategies/{{name}}/{act}",
        body=_reason_body,
        inside="strategy",
        lines=switched_lines,
    )


def _stands(act: str) -> Acting:
    return Acting(path=f"/agents/{{name}}/{act}", body=_reason_body, lines=_standing)


def _standing(done: Row) -> list[str]:
    said = "is" if done["applied"] else "was already"
    return [f"{done['target']} {said} {str(done['standing']).replace('_', ' ')}."]


def _compared(found: Row) -> ExitCode:
    return ExitCode.DONE if found["agrees"] else ExitCode.PROBLEMS_FOUND


def _all_works(ready: Row) -> list[str]:
    return [
        f"served: {ready['status']}",
        *(f"{each['name']:<20} {each['detail']}" for each in parts_of(ready, "components")),
    ]


_RECONCILE: Final = Acting(
    path="/reconcile", body=_book_body, lines=comparison_lines, ends=_compared
)

_LISTED: Final[Mapping[str, Way]] = {
    "runs list": Listing(path="/arena/runs", columns=runs_noun.COLUMNS, row=runs_noun.run_row),
    "orders list": Listing(
        path="/orders",
        columns=orders.COLUMNS,
        query={**BOOK, "view": "view", "symbol": "symbol", "leg": "leg"},
        row=order_row,
        empty="The book has no such order.",
    ),
    "positions list": _positions,
    "outcomes list": Listing(
        path="/outcomes",
        columns=outcomes.COLUMNS,
        query={**BOOK, "status": "status", "symbol": "symbol"},
        row=outcomes.outcome_row,
        empty="The book has no such outcome.",
    ),
    "tasks list": Listing(
        path="/tasks",
        columns=tasks.COLUMNS,
        query={**BOOK, "type_": "type", "state": "state", "worker": "worker", "stuck": "stuck"},
        empty="No tasks.",
    ),
    "profiles list": Listing(
        path="/arena/profiles",
        columns=PROFILE_COLUMNS,
        query={"archived": "archived"},
        key=_name,
    ),
    "strategies list": Listing(
        path="/strategies", columns=strategies.COLUMNS, row=listed, key=_name
    ),
    "agents list": acts.agents,
    "breakers list": Listing(path="/breakers", columns=BREAKERS, key=_name),
    "budget list": Listing(path="/budgets", columns=BUDGETS, key=_budget),
    "cycle status": Showing(
        path="/cycles/current", query=BOOK, tree=acts.status_of, lines=status_lines
    ),
}
"""What lists; the bare noun does the same."""

WAYS: Final[Mapping[str, Way]] = {
    **_LISTED,
    **{words.partition(" ")[0]: way for words, way in _LISTED.items()},
    "status": Showing(path="/ready", lines=_all_works),
    "run": runs.start,
    "runs show": Showing(path=runs.RUN, lines=lambda tree: run_lines(run_facts(tree), bars=False)),
    "runs why": runs.why,
    "runs export": runs.export,
    "debate start": runs.debate,
    "orders show": Showing(path="/orders/{order}", lines=order_lines),
    "orders cancel": Acting(
        path="/orders/{order}/cancel", lines=lambda done: [cancelled_line(done)]
    ),
    "orders reconcile": _RECONCILE,
    "positions show": _position,
    "positions close": Acting(
        path="/positions/{symbol}/close", query=BOOK, lines=lambda done: [closed_line(done)]
    ),
    "positions reconcile": _RECONCILE,
    "outcomes show": Showing(path="/outcomes/{decision}", lines=outcomes.outcome_lines),
    "results": Listing(
        path="/results",
        columns=results.COLUMNS,
        query={"symbol": "symbol", "state": "state"},
        row=results.result_row,
        empty="No such result yet. Start a run with: quorate run",
    ),
    "tasks show": Showing(path="/tasks/{task}", lines=task_lines),
    "tasks add": Acting(
        path="/tasks",
        body=_act_body,
        lines=lambda done: [
            f"{done['taskId']} {'was queued before' if done['replayed'] else 'queued'}."
        ],
    ),
    "tasks retry": Acting(
        path="/tasks/{task}/retry",
        inside="task",
        lines=lambda done: [f"{done['target']} is tried again as {done['taskId']}."],
    ),
    "tasks cancel": Acting(
        path="/tasks/{task}/cancel",
        body=_reason_body,
        inside="task",
        lines=lambda done: [
            f"{done['target']} {'is cancelled' if done['applied'] else 'was cancelled before'}."
        ],
    ),
    "profiles show": Showing(
        path="/arena/profiles/{name}", query={"version": "version"}, lines=facts
    ),
    "profiles enable": _switched("enable"),
    "profiles disable": _switched("disable"),
    "strategies show": Showing(path="/strategies/{name}", lines=strategy_lines),
    "strategies history": _strategy_history,
    "strategies add": Acting(
        path="/strategies", body=_strategy_body, inside="strategy", lines=written_lines
    ),
    "strategies enable": _strategy_switched("enable"),
    "strategies disable": _strategy_switched("disable"),
    "agents show": Showing(path="/agents/{name}", lines=facts),
    "agents quarantine": _stands("quarantine"),
    "agents restore": _stands("restore"),
    "agents drain": _stands("drain"),
    "leaderboard": acts.leaderboard,
    "leaderboard agreement": acts.leaderboard,
    "cycle once": acts.cycle_once,
    "cycle start": acts.schedule,
    "cycle stop": acts.schedule,
    "halt": Acting(
        path=acts.HALT_PATH,
        body=acts.halt_body,
        lines=acts.halt_lines,
        ends=acts.halt_ends,
        patient=True,
    ),
    "resume": Acting(path="/safety/resume", body=_resume_body, lines=acts.resume_lines),
    "breakers reset": Acting(
        path="/breakers/{name}/reset",
        body=_reason_body,
        inside="breaker",
        lines=lambda done: [
            f"{done['target']} is {'' if done['applied'] else 'already '}{done['state']}."
        ],
    ),
    "budget set": acts.set_budget,
    "audit events": Listing(
        path="/audit/events",
        columns=EVENTS,
        query={"stream": "stream", "type_": "type", "trace": "traceId"},
    ),
}
