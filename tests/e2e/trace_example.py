"""docs/ARENA_TRACE_EXAMPLE.md: a real run over real HTTP, and the queries that read it back. `make trace` writes it.

Two cheap profiles in parallel disagree, one power call settles it. The models are the scripted server of the tests, so
what they say is written here; everything that the document shows was printed by the program or read from its database.
"""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.browser.hub import free_port
from tests.e2e.conftest import Home
from tests.model_server import ModelServer, Rule, Say, Vote

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "ARENA_TRACE_EXAMPLE.md"
PROFILES = ("cheap_tech_analyst", "cheap_risk_manager", "power_macro_judge")
RUN = (
    *("run", "AAPL", "--as-of", "2012-06-29"),
    *("--profiles", "cheap_tech_analyst,cheap_risk_manager"),
)
SHOWN = (
    "decisionId",
    "symbol",
    "finalAction",
    "reasonCode",
    "confidence",
    "disagreement",
    "escalated",
)

QUERIES: Mapping[str, str] = {
    "calls": """
SELECT purpose, tier, profile, provider, model_served, status,
       prompt_tokens, completion_tokens, cost AS billionths_usd, cost_source, latency_ms
FROM llm_calls
WHERE tenant = 'local' AND run_id = '{run}'
ORDER BY CASE purpose WHEN 'answer' THEN 1 WHEN 'argue' THEN 2 ELSE 3 END, profile
""",
    "votes": """
SELECT profile, role, CASE WHEN voter THEN 'yes' ELSE 'no' END AS voter, action, confidence, seq
FROM ai_arena_agent_decisions
WHERE tenant = 'local' AND run_id = '{run}'
ORDER BY voter DESC, profile
""",
    "decision": """
SELECT decision_id, symbol, final_action, reason_code, confidence, disagreement,
       CASE WHEN escalated THEN 'yes' ELSE 'no' END AS escalated, triggers, seq
FROM ai_arena_consensus
WHERE tenant = 'local' AND run_id = '{run}'
""",
    "journal": """
SELECT seq, type, stream
FROM journal
WHERE tenant = 'local' AND trace_id = '{trace}'
ORDER BY seq
""",
}
"""Valid on SQLite and PostgreSQL alike."""

Rows = Sequence[Sequence[object]]


@dataclass(frozen=True)
class Example:
    """All that the document shows of one run."""

    printed: str
    why: str
    api: str
    run_id: str
    trace_id: str
    rows: Mapping[str, tuple[Sequence[str], Rows]]


def say(action: str, confidence: float, rationale: str) -> Say:
    vote = Vote(symbol="*", action=action, confidence=confidence, rationale=rationale)
    return Say(votes=[vote])


SCRIPT = (
    Rule(
        contains="Your seat: technical",
        what=say("BUY", 0.8, "The close stands above its averages and the range is narrow."),
    ),
    Rule(
        contains="Your seat: risk", what=say("HOLD", 0.7, "The move is late; wait for a pullback.")
    ),
    Rule(
        contains="Your seat: judge",
        what=say("BUY", 0.9, "The trend is intact and the risk of waiting is larger."),
    ),
)


def made(home: Home, server: ModelServer, **more: str) -> Example:
    """Run the arena in a home whose providers are the server, and read the run back as the document tells to."""
    keys = {
        "OPENROUTER_BASE_URL": server.openrouter_url,
        "OPENROUTER_API_KEY": "not-a-real-key",
        "OPENAI_BASE_URL": server.openai_url,
        "OPENAI_API_KEY": "not-a-real-key",
        **more,
    }
    server.script(*SCRIPT)
    for name in PROFILES:
        assert home.run("profiles", "enable", name, **keys).code == 0
    printed = home.run(*RUN, **keys)
    assert printed.code == 0, printed.err
    run_id = str(re.search(r"run_[0-9A-Z]{26}", printed.out)[0])
    trace_id = str(home.run("runs", "show", run_id, "--json", **keys).json["traceId"])
    read = _postgres if more else _sqlite
    queries = {
        name: text.format(run=run_id, trace=trace_id).strip() for name, text in QUERIES.items()
    }
    return Example(
        printed=printed.out.strip(),
        why=home.run("runs", "why", run_id, **keys).out.strip(),
        api=_api(home, run_id, keys),
        run_id=run_id,
        trace_id=trace_id,
        rows=read(home, more.get("QUORATE_DATABASE_URL", ""), queries),
    )


def document(example: Example) -> str:
    """Return the document's text."""
    shown = {
        name: text.format(run=example.run_id, trace=example.trace_id).strip()
        for name, text in QUERIES.items()
    }
    return f"""# A run, read back

One run as it is printed, as the API gives it, and as SQL finds it: from trigger to outcome. Written by `make trace`; a
test makes the run again and holds the queries and their answers against this page.

The models are the scripted server of the tests, which speaks the protocol of OpenRouter and OpenAI over HTTP: what they
say is written in `tests/e2e/trace_example.py`. Bars, votes, triggers, panel, calls, costs and rows are the program's.

## The run

Two cheap profiles are asked in parallel. They disagree by 0.5, more than 0.34: they argue for one round, then one power
call is made. The judge is sure and has a voter on its side.

```
$ quorate {" ".join(RUN)}
{example.printed}
$ quorate runs why {example.run_id}
{example.why}
```

## The same over the API

```
$ curl -s -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8600/api/admin/arena/runs/{example.run_id}
{example.api}
```

An excerpt: each decision has its id, which every later row that follows from it will carry. `$TOKEN` comes from
`quorate tokens create reader --scope read`.

## The same in SQL

The queries are the same on both databases; a cost is whole billionths of a dollar. On SQLite:

```
sqlite3 -header -column ~/.quorate/quorate.db "QUERY"
```

On PostgreSQL:

```
psql "$QUORATE_DATABASE_URL" -c "QUERY"
```

### Which models were asked, and what did it cost?

```sql
{shown["calls"]}
```

{_table(*example.rows["calls"])}

### Who voted what?

```sql
{shown["votes"]}
```

{_table(*example.rows["votes"])}

### What was decided, and why was the panel asked?

```sql
{shown["decision"]}
```

{_table(*example.rows["decision"])}

### Which rows prove it?

Every hop is a row of the journal before the next begins; `seq` above names the row.

```sql
{shown["journal"]}
```

{_table(*example.rows["journal"])}

`quorate audit verify --projections` proves that no row was changed and that the tables above are what the rows make.
"""


def without_own(text: str) -> str:
    """Blank what belongs to one run alone: ids, times, latencies, row numbers, what the length of a prompt costs."""
    text = re.sub(r"(run|task|tsk|dec|call|ask|vrd)_[0-9A-Z]{26}", r"\\1_", text)
    text = re.sub(r"\b[0-9a-f]{32}\b", "TRACE", text)
    text = re.sub(r"\$?\d+\.\d+(?= ms| *\||\")|\$0\.\d+|\bjournal:\d+", "_", text)
    text = re.sub(r"(?<=\| )\d+(?= \|)", "_", text)
    return re.sub(r"[ \t]+", " ", text)


def _table(columns: Sequence[str], rows: Rows) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(_cell(each) for each in line) + " |" for line in lines)


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _sqlite(
    home: Home, _url: str, queries: Mapping[str, str]
) -> dict[str, tuple[Sequence[str], Rows]]:
    with closing(sqlite3.connect(home.path / "quorate.db")) as database:
        found = {name: database.execute(query) for name, query in queries.items()}
        return {
            name: ([column[0] for column in each.description], each.fetchall())
            for name, each in found.items()
        }


def _postgres(
    _home: Home, url: str, queries: Mapping[str, str]
) -> dict[str, tuple[Sequence[str], Rows]]:
    import psycopg  # noqa: PLC0415  (the extra may be absent)

    with psycopg.connect(url) as database:
        found = {name: database.execute(query) for name, query in queries.items()}
        return {
            name: ([column.name for column in each.description or ()], each.fetchall())
            for name, each in found.items()
        }


def _api(home: Home, run_id: str, keys: Mapping[str, str]) -> str:
    """Return an excerpt of what a program with a token gets of the run."""
    secret = home.run("tokens", "create", "reader", "--scope", "read", "--json", **keys).json[
        "secret"
    ]
    with _served(home, keys) as url:
        request = urllib.request.Request(  # noqa: S310  (our own program on loopback)
            f"{url}/api/admin/arena/runs/{run_id}", headers={"Authorization": f"Bearer {secret}"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            run = json.load(answer)
    excerpt = {
        "runId": run["runId"],
        "traceId": run["traceId"],
        "decisions": [{name: made[name] for name in SHOWN} for made in run["decisions"]],
    }
    return json.dumps(excerpt, indent=2)


@contextmanager
def _served(home: Home, keys: Mapping[str, str]) -> Iterator[str]:
    port = free_port()
    process = home.start("up", "--port", str(port), "--json", **keys)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("{")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()


def main() -> None:
    """Write the document."""
    with tempfile.TemporaryDirectory() as folder, ModelServer() as server:
        DOCUMENT.write_text(document(made(Home(Path(folder)), server)))


if __name__ == "__main__":
    main()
