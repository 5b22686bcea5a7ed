"""Every address of the hub that answers a GET: the router's own routes, with names of the data in them and filters.

A route that the router gains is measured without being named here; what is left out is named with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, text

from quorate.bootstrap import App
from quorate.hub.application import create_hub, guarded_routes

FILES: Final = ("export", "download", "openapi.json")
"""How the routes end that answer with a whole file: they are told, and held against no bar of a page."""

LEFT_OUT: Final[Mapping[str, str]] = {
    "/": "a redirect to the dashboard",
    "/admin/safety/resume": "answers a fresh sign-in alone, with a form over the data of /admin/safety",
    "/admin/sign-in": "uses up the link that it is given",
    "/admin/static/{name}": "a file from memory",
    "/api/admin/agent/series/{digest}": "for workers: a file",
    "/api/admin/audit/verify": "reads and hashes the whole chain; its figure is 'verify 100,000 rows'",
    "/api/admin/stream": "goes on for ever; its figures are those of the stream",
    "/api/{path}": "what is not there",
    "/arena": "a redirect to the dashboard",
    "/dashboard": "a redirect to the dashboard",
}

_RUNS: Final = (
    *("view=running", "view=traded", "view=held", "view=no_trade", "view=failed", "view=what_if"),
    *("symbol=IBM", "symbol=IBM&trigger=disagreement", "escalated=yes", "rounds=yes", "per=100"),
    *("profile=trend&from=2012-01-01&to=2012-06-30", "profile=analyst_03", "after={runs_cursor}"),
)
_TABS: Final = (
    *("tab=agents", "tab=trace", "tab=tools", "tab=consensus", "tab=risk", "tab=prompts"),
    *("tab=cost", "tab=json"),
)
FILTERS: Final[Mapping[str, Sequence[str]]] = {
    "/admin/alerts": ("severity=acknowledged",),
    "/admin/arena/leaderboard": (
        *("groupBy=model", "window=30d", "book={book}", "market=IBM", "minOutcomes=100"),
    ),
    "/admin/arena/runs": _RUNS,
    "/admin/arena/profiles/{name}": ("tab=history",),
    "/admin/arena/runs/export": ("run={run}&run={other_run}",),
    "/admin/arena/runs/news": ("had=100",),
    "/admin/arena/runs/compare": ("a={run}&b={other_run}",),
    "/admin/arena/runs/{run_id}": _TABS,
    "/admin/audit": (
        *("tab=traces", "tab=verdicts", "tab=waivers", "tab=verdicts&outcome=failed"),
        *("tab=verdicts&kind=task&taskType=arena_run", "type=run.requested", "type=order.*"),
        *("type=series.imported", "type=nothing.there", "stream=run:{run}", "stream=book:*"),
        *("trace={trace}", "stream=run:*&type=decision.made", "after={events_cursor}"),
    ),
    "/admin/cost": (
        *("tab=calls", "tab=budgets", "tab=prices", "by=profile", "by=tier&days=90", "by=purpose"),
        *("tab=calls&profile=analyst_03", "tab=calls&status=failed", "tab=calls&run={run}"),
        *("tab=calls&purpose=panel", "tab=calls&unpriced=yes", "tab=calls&model=openai/gpt-5-mini"),
    ),
    "/admin/cycles": ("book={book}",),
    "/admin/debates": ("symbol=IBM", "escalated=yes"),
    "/admin/fleet": ("view=idle", "type=arena_run"),
    "/admin/orders": (
        *("book={book}", "tab=positions&book={book}", "tab=outcomes&book={book}"),
        *("tab=refused&book={book}", "view=filled&book={book}", "symbol=IBM&book={book}"),
    ),
    "/admin/results": ("symbol=IBM", "state=stale"),
    "/admin/search": ("q=run_01", "q=AAPL", "q={task}", "q={trace}", "q=nothing"),
    "/admin/settings": (
        *("tab=providers", "tab=broker", "tab=tokens", "tab=health", "tab=presets", "tab=models"),
    ),
    "/admin/tasks": (
        *("type=arena_run", "type=agent_turn", "state=COMPLETED", "state=FAILED", "stuck=yes"),
        *("book={book}", "worker=nobody", "after={tasks_cursor}"),
    ),
    "/api/admin/alerts": ("open=true&limit=200",),
    "/api/admin/arena/agreement": ("book={book}", "market=IBM"),
    "/api/admin/arena/leaderboard": ("groupBy=model", "book={book}", "window=30d"),
    "/api/admin/arena/prompts/{role}/diff": ("from=1&to=1",),
    "/api/admin/arena/runs": (
        *("limit=200", "limit=200&cursor={runs_cursor}", "view=traded&limit=200"),
        *("count=true", "count=true&symbol=IBM&escalated=true", "profile=analyst_03&limit=200"),
        *("trigger=disagreement&limit=200", "asOfFrom=2012-01-01&asOfTo=2012-06-30"),
    ),
    "/api/admin/arena/runs/compare": ("a={run}&b={other_run}",),
    "/api/admin/audit/events": (
        *("limit=200", "limit=200&cursor={events_cursor}", "type=run.requested&limit=200"),
        *("type=nothing.there", "stream=run:{run}", "stream=book:*", "traceId={trace}"),
    ),
    "/api/admin/backtests": ("strategy=keyless",),
    "/api/admin/cost/calls": (
        *("limit=200", "limit=200&cursor={calls_cursor}", "profile=analyst_03&limit=200"),
        *("run={run}", "purpose=panel", "status=failed", "unpriced=true", "since=2012-01-01"),
    ),
    "/api/admin/cost/summary": ("groupBy=model", "groupBy=profile", "groupBy=day", "groupBy=tier"),
    "/api/admin/cycles": ("limit=200", "book={book}&limit=200"),
    "/api/admin/cycles/current": ("book={book}",),
    "/api/admin/orders": ("book={book}&limit=200", "book={book}&symbol=IBM"),
    "/api/admin/outcomes": ("book={book}&limit=200", "book={book}&symbol=IBM"),
    "/api/admin/positions": ("book={book}",),
    "/api/admin/results": ("symbol=IBM", "limit=200"),
    "/api/admin/safety": ("book={book}",),
    "/api/admin/safety/limits": ("book={book}",),
    "/api/admin/search": ("q=run_01", "q=AAPL", "q={task}", "q={trace}", "q=nothing"),
    "/api/admin/tasks": (
        *("limit=200", "limit=200&cursor={tasks_cursor}", "type=arena_run&limit=200"),
        *("state=FAILED", "book={book}", "worker=nobody", "stuck=true"),
    ),
    "/api/admin/verdicts": (
        *("limit=200", "kind=task&limit=200", "passed=false", "taskType=arena_run&limit=200"),
        "book={book}&limit=200",
    ),
    "/api/debate/sessions": ("symbol=IBM", "escalated=true", "limit=200"),
}
"""What lists are asked for besides their first page."""

OTHERS: Final[Mapping[str, Sequence[str]]] = {
    "/admin/arena/runs/{run_id}": ("{oldest_run}", "{debated_run}", "{cycle_run}"),
    "/api/admin/arena/runs/{run_id}": ("{oldest_run}", "{debated_run}", "{cycle_run}"),
    "/api/admin/arena/runs/{run_id}/trace": ("{debated_run}", "{cycle_run}"),
    "/api/admin/arena/runs/{run_id}/why": ("{debated_run}", "{cycle_run}"),
}
"""Of a run's routes, which runs are asked for besides the newest."""

_NAMED: Final[Mapping[str, str]] = {
    "run": "SELECT run_id FROM ai_arena_runs WHERE triggered_by = 'manual' ORDER BY started_at DESC LIMIT 1",
    "other_run": "SELECT run_id FROM ai_arena_runs WHERE triggered_by = 'manual'"
    " ORDER BY started_at DESC LIMIT 1 OFFSET 5",
    "oldest_run": "SELECT run_id FROM ai_arena_runs ORDER BY started_at LIMIT 1",
    "debated_run": "SELECT run_id FROM llm_calls WHERE purpose = 'panel' ORDER BY call_id DESC LIMIT 1",
    "cycle_run": "SELECT run_id FROM cycles WHERE run_id <> '' ORDER BY seq DESC LIMIT 1",
    "task": "SELECT task_id FROM tasks ORDER BY seq DESC LIMIT 1",
    "trace": "SELECT trace_id FROM ai_arena_runs ORDER BY started_at DESC LIMIT 1",
    "book": "SELECT book FROM orders ORDER BY seq DESC LIMIT 1",
    "cycle": "SELECT cycle_id FROM cycles ORDER BY seq DESC LIMIT 1",
    "order": "SELECT client_order_id FROM orders ORDER BY seq DESC LIMIT 1",
    "decision": "SELECT decision_id FROM outcomes ORDER BY seq DESC LIMIT 1",
    "verdict": "SELECT verdict_id FROM verdicts ORDER BY seq DESC LIMIT 1",
    "competition": "SELECT competition_id FROM competitions ORDER BY created_at DESC LIMIT 1",
    "backtest": "SELECT backtest_id FROM backtests ORDER BY started_at DESC LIMIT 1",
    "trader": "SELECT name FROM trader_profiles LIMIT 1",
    "waiver": "SELECT waiver_id FROM waivers LIMIT 1",
    "arena": "SELECT arena_id FROM imported_arenas LIMIT 1",
    "seq": "SELECT max(seq) - 5 FROM journal",
}
"""What stands in an address, as the data has it."""

_VARIABLES: Final[Mapping[str, str]] = {
    "run_id": "{run}",
    "task_id": "{task}",
    "trace_id": "{trace}",
    "cycle_id": "{cycle}",
    "order_id": "{order}",
    "decision_id": "{decision}",
    "competition_id": "{competition}",
    "backtest_id": "{backtest}",
    "waiver_id": "{waiver}",
    "seq": "{seq}",
    "role": "judge",
    "version": "1",
}
_NAMES: Final[Mapping[str, str]] = {
    "profiles": "analyst_03",
    "verdicts": "{verdict}",
    "traders": "{trader}",
    "trader-profiles": "{trader}",
    "strategies": "keyless",
    "tools": "bars",
    "agents": "analyst_03",
    "router-presets": "cheap_first",
}
"""What stands for `{name}`, by the segment before it."""


class Address(NamedTuple):
    """An address to ask, what it is called in a table, and whether it answers with a whole file."""

    path: str
    shown: str
    is_file: bool


def addresses(app: App, found: Mapping[str, str]) -> Iterator[Address]:
    """Yield every address, of the router of a hub over `app`; `found` as of `found_in`, with cursors."""
    for route in guarded_routes(create_hub(app, 0)):
        if route.method != "GET" or route.path in LEFT_OUT:
            continue
        for template in _templates(route.path):
            is_file = route.path.endswith(FILES)
            try:
                yield Address(template.format_map(found), template, is_file)
            except KeyError:
                continue  # the data holds none of these


def found_in(connection: Connection) -> dict[str, str]:
    """Return what the data has to put into addresses; what it has none of is left out."""
    answers = {name: connection.execute(text(asked)).scalar() for name, asked in _NAMED.items()}
    return {name: str(value) for name, value in answers.items() if value is not None}


def _templates(path: str) -> Iterator[str]:
    """Yield the addresses of one route, with what the data has to fill in in braces."""
    parts = path.split("/")
    plain = "/".join(
        _value(part[1:-1], parts[place - 1]) if part.startswith("{") else part
        for place, part in enumerate(parts)
    )
    if path.startswith(("/admin/debates/", "/api/debate/sessions/")):
        plain = plain.replace("{run}", "{debated_run}")
    if path.endswith("/findings"):
        plain = plain.replace("{competition}", "{arena}")
    needs_a_query = path.endswith(("/compare", "/diff", "/runs/export"))
    if not needs_a_query:
        yield plain
    for query in FILTERS.get(path, ()):
        yield f"{plain}?{query}"
    for other in OTHERS.get(path, ()):
        yield plain.replace("{run}", other)


def _value(variable: str, before: str) -> str:
    if variable == "name":
        return _NAMES.get(before, "nobody")
    return _VARIABLES.get(variable, "nobody")
