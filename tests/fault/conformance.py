"""Whether the hub keeps what its description promises: drawn requests against a hub that serves.

schemathesis reads `/api/openapi.json` and draws requests from it, good and bad ones. Each answer is held against the
description: none of 5xx, no status, type, header or body that is not described. Two rounds: one names whatever is
drawn, the other names runs, decisions and profiles that are there, so that the answers have something in them.

Usage: python -m tests.fault.conformance [--requests 20000] [--seed 1]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from quorate.access import Scope
from quorate.adapters.clock.system import SystemClock
from quorate.bootstrap import App, open_app
from quorate.config import Settings
from quorate.hub.application import guarded_routes
from quorate.hub.security.principal import RATES
from quorate.hub.security.rates import RateLimiter
from tests.fakes.homes import settings_of, with_runs
from tests.integration.hub.served import Served, serving_app

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)

LEFT_OUT = ("stream", "logOut", "revokeToken", "storeBrokerKeys", "tryBroker", "tryProvider")
"""A stream has no end; the next two would take away what the requests come in with; the others would have somebody
asked who does not answer here, which is 502 by right."""

NOWHERE = "http://127.0.0.1:9"
"""Where this home's providers and broker are: nobody answers, so nothing leaves the machine."""


class Hurried(SystemClock):
    """The machine's clock, far ahead of itself each time: nobody has asked too often."""

    def monotonic(self) -> float:
        return super().monotonic() * 1_000_000


@dataclass(frozen=True)
class Outcome:
    """What a round came to: the answers by status, and each failure in a line."""

    statuses: Counter[int]
    failures: tuple[str, ...]

    @property
    def requests(self) -> int:
        return self.statuses.total()


def closed_settings(home: Path) -> Settings:
    """Return the settings of a home that can reach nobody."""
    return settings_of(
        home,
        PROVIDERS__OPENROUTER__BASE_URL=NOWHERE,
        PROVIDERS__OPENAI__BASE_URL=NOWHERE,
        BROKER__BASE_URL=NOWHERE,
        BROKER__DATA_URL=NOWHERE,
    )


async def conforming(home: Path, *, examples: int, seed: int, phases: str = "fuzzing") -> Outcome:
    """Serve `home` and draw `examples` requests of each operation, in each round."""
    settings = closed_settings(home)
    runs = await with_runs(settings)
    async with open_app(settings) as app, serving_app(app) as served:
        served.server.config.app.state[RATES] = RateLimiter(Hurried())
        secret, _ = await app.create_token("conformance", list(Scope), timedelta(days=1))
        drawing = _Drawing(served, secret, home, examples, seed, phases)
        rounds = [await drawing.round({}), await drawing.round(await _real_names(app, runs))]
    statuses = sum((each.statuses for each in rounds), Counter[int]())
    return Outcome(statuses, tuple(said for each in rounds for said in each.failures))


async def _real_names(app: App, runs: Sequence[str]) -> Mapping[str, object]:
    """Return what parameters may be called that something answers to."""
    first = (await app.recorded_run(runs[0])).as_json()
    decisions = first["decisions"]
    assert isinstance(decisions, list)
    return {
        "run_id": list(runs),
        "a": runs[0],
        "b": runs[1],
        "trace_id": first["traceId"],
        "decision_id": [each["decisionId"] for each in decisions],
        "role": "judge",
        "version": 1,
        "symbol": ["AAPL", "IBM"],
    }


@dataclass(frozen=True)
class _Drawing:
    """What both rounds have in common."""

    served: Served
    secret: str
    home: Path
    examples: int
    seed: int
    phases: str

    async def round(self, real: Mapping[str, object]) -> Outcome:
        """Draw requests whose parameters are called as `real` says, as they come where it says nothing."""
        report, told = self.home / "conformance.ndjson", self.home / "conformance.txt"
        config = self.home / "schemathesis.toml"
        config.write_text(_config(real))
        with told.open("w") as said:
            asked = await asyncio.create_subprocess_exec(
                str(Path(sys.executable).with_name("schemathesis")),
                *("--config-file", str(config)),
                *("run", f"{self.served.url}/api/openapi.json"),
                *("--header", f"Authorization: Bearer {self.secret}"),
                *("--phases", self.phases, "--checks", ",".join(CHECKS)),
                *("--max-examples", str(self.examples), "--seed", str(self.seed)),
                *(word for each in LEFT_OUT for word in ("--exclude-operation-id", each)),
                *("--continue-on-failure", "--no-shrink", "--generation-database", "none"),
                *("--request-timeout", "30", "--warnings", "off"),
                *("--report-ndjson-path", str(report)),
                stdout=said,
                stderr=said,
            )
            ended = await asked.wait()
        failures = _failures(told.read_text()) if ended else ()
        return Outcome(Counter(_statuses(report)), failures)


def _config(real: Mapping[str, object]) -> str:
    lines = [f"{name} = {json.dumps(value)}" for name, value in real.items()]
    return "\n".join(["[parameters]", *lines, ""])


def _statuses(report: Path) -> list[int]:
    """Return the status of each answer in a report of events, one JSON object a line."""
    found: list[int] = []

    def look(tree: object) -> None:
        if isinstance(tree, dict):
            status = tree.get("status_code")
            if isinstance(status, int):
                found.append(status)
            for each in tree.values():
                look(each)
        elif isinstance(tree, list):
            for each in tree:
                look(each)

    for line in report.read_text().splitlines():
        look(json.loads(line))
    return found


def _failures(text: str) -> tuple[str, ...]:
    """Return what the program said of failures, from the headline of its first one on."""
    lines = [line for line in text.splitlines() if line.strip()]
    start = next((n for n, line in enumerate(lines) if "FAILURES" in line or "ERRORS" in line), 0)
    return tuple(lines[start : start + 200]) or ("it ended without a word",)


def main(requests: int, seed: int) -> int:
    """Draw about so many requests and say what came of it; 1 where the hub broke a promise."""
    with tempfile.TemporaryDirectory(prefix="quorate-conformance-") as folder:
        each = max(1, requests // (2 * _operations(Path(folder) / "counted")))
        home = Path(folder) / "home"
        home.mkdir()
        found = asyncio.run(conforming(home, examples=each, seed=seed))
    for said in found.failures:
        print(said)
    by_status = ", ".join(f"{status}: {n}" for status, n in sorted(found.statuses.items()))
    print(f"{found.requests} drawn requests ({by_status}): {len(found.failures)} lines of failures")
    return 1 if found.failures else 0


def _operations(home: Path) -> int:
    """Return how many operations the API has."""

    async def counted() -> int:
        async with open_app(closed_settings(home)) as app, serving_app(app) as served:
            routes = guarded_routes(served.server.config.app)
        return sum(route.path.startswith("/api/") for route in routes)

    home.mkdir()
    return asyncio.run(counted())


if __name__ == "__main__":
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--requests", type=int, default=20_000)
    wanted.add_argument("--seed", type=int, default=1)
    chosen = wanted.parse_args()
    sys.exit(main(chosen.requests, chosen.seed))
