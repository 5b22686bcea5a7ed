"""An application in memory: enough of one to see what the command line makes of it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from quorate.agents.defaults import DEFAULT_PROFILES
from quorate.arena.record.run import RunRow
from quorate.audit.verification import Verification
from quorate.kernel.errors import RejectedError
from quorate.market.series import SeriesSummary

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WHOLE = Verification(ok=True, rows=12, first_bad=None, checkpoint=10)


def vote_tree(profile="trend", action="BUY", confidence=0.7, **changes):
    steps = [{"kind": "raw", "factor": None, "value": confidence, "reason": "7 of 10 right"}]
    return {
        "profile": profile,
        "role": profile,
        "provider": "rules",
        "model": f"{profile}/1",
        "voter": True,
        "action": action,
        "reasonCode": None,
        "veto": False,
        "confidence": confidence,
        "confidenceSteps": steps,
        "rationale": "because",
        "latencyMs": 0.25,
        "costUsd": "0",
    } | changes


def abstention_tree(profile="wyckoff", reason="no_setup", **changes):
    silent = {"confidence": None, "confidenceSteps": [], "reasonCode": reason}
    return vote_tree(profile, "ABSTAIN", **silent) | changes


def trigger_tree(name, value, threshold, fired=False):  # noqa: FBT002
    return {"name": name, "value": value, "threshold": threshold, "fired": fired}


def decision_tree(symbol="AAPL", action="BUY", reason="consensus", **changes):
    return {
        "decisionId": f"dec_{symbol}",
        "symbol": symbol,
        "finalAction": action,
        "reasonCode": reason,
        "confidence": 0.7,
        "disagreement": 0.0,
        "regime": "bullish",
        "wyckoffPhase": "markup",
        "volumeTrend": "rising",
        "escalated": False,
        "sizing": {"kind": "pct_equity", "value": 0.014},
        "stop": "551.09",
        "target": "633.10",
        "timeHorizon": "P20D",
        "triggers": [trigger_tree("disagreement", 0.0, 0.34)],
        "votes": [vote_tree("momentum"), vote_tree("trend"), abstention_tree("wyckoff")],
        "why": [{"text": f"{symbol} closed at 584.00.", "evidence": ["journal:7"]}],
    } | changes


def run_tree(run_id="run_1", as_of="2012-06-29", decisions=None, **changes):
    return {
        "runId": run_id,
        "traceId": "0" * 32,
        "cycleId": None,
        "book": "replay",
        "bookMode": "REPLAY",
        "mode": "debate",
        "status": "completed",
        "requestedAsOf": as_of,
        "asOf": as_of,
        "costUsd": "0",
        "latencyMs": 8.4,
        "decisions": [decision_tree()] if decisions is None else decisions,
        "shadows": [],
    } | changes


@dataclass
class FakeRun:
    tree: dict

    def as_json(self):
        return self.tree

    def why_json(self):
        decisions = [{"symbol": d["symbol"], "why": d["why"]} for d in self.tree["decisions"]]
        return {"runId": self.tree["runId"], "decisions": decisions}

    def row(self):
        tree = self.tree
        return RunRow(
            run_id=tree["runId"],
            trace_id=tree["traceId"],
            book=tree["book"],
            mode=tree["mode"],
            symbols=tuple(d["symbol"] for d in tree["decisions"]),
            started_at="2026-11-21T12:00:00.000000Z",
            final_actions={d["symbol"]: d["finalAction"] for d in tree["decisions"]},
            cost_usd=tree["costUsd"],
            escalated=False,
            status=tree["status"],
        )


@dataclass
class Bag:
    """Any small result: what an attribute is called is all that matters."""

    items: tuple = ()
    next_cursor: str | None = None
    profile: object = None
    applied: bool = True
    rows: int = 12
    checkpoint: int | None = 10
    symbols: tuple = ()
    bars: int = 0
    actions: int = 0
    quarantined: tuple = ()
    notes: tuple = ()


@dataclass
class FakeCheck:
    name: str
    ok: bool = True
    detail: str = "fine"
    fix: str = ""


@dataclass
class FakeMigrated:
    before: str = ""
    after: str = "0001"


@dataclass
class FakeQuarantine:
    symbol: str = "BAD"
    code: str = "BAR_NON_FINITE"
    detail: str = "row 3"


class FakeClock:
    def __init__(self):
        self.seconds = 0.0

    def now(self):
        return NOON

    def monotonic(self):
        self.seconds += 1.5
        return self.seconds


@dataclass
class FakeApp:
    """Runs decide BUY, whatever is asked; `failure` is raised instead by every method."""

    started: tuple[str, ...] = ()
    runs: list[FakeRun] = field(default_factory=list)
    requests: list = field(default_factory=list)
    sessions: int = 3
    failure: BaseException | None = None
    verification: Verification = WHOLE
    checks: tuple[FakeCheck, ...] = (FakeCheck("database"),)
    imported: Bag = field(default_factory=lambda: Bag(symbols=("MINE",), bars=300, actions=1))
    known_profiles: dict = field(default_factory=lambda: {p.name: p for p in DEFAULT_PROFILES})
    clock: FakeClock = field(default_factory=FakeClock)

    def _answer(self):
        if self.failure is not None:
            raise self.failure

    async def run_arena(self, request):
        self._answer()
        self.requests.append(request)
        as_of = str(request.as_of or date(2013, 3, 1))
        decisions = [decision_tree(symbol) for symbol in request.symbols]
        run = FakeRun(run_tree(f"run_{len(self.requests)}", as_of, decisions))
        self.runs.append(run)
        return run

    async def recorded_run(self, run_id):
        found = [run for run in self.runs if run.tree["runId"].startswith(run_id)]
        if not found:
            raise RejectedError(f"there is no run {run_id!r}", fix="quorate runs", slug="not-found")
        return found[0]

    async def list_runs(self, limit, cursor):
        start = int(cursor or 0)
        shown = [run.row() for run in self.runs[start : start + limit]]
        more = start + limit < len(self.runs)
        return Bag(items=tuple(shown), next_cursor=str(start + limit) if more else None)

    async def export_run(self, _run_id, path):
        path.write_text("{}")
        return Bag()

    async def export_journal(self, path):
        path.write_text("{}")
        return Bag()

    async def profiles(self):
        self._answer()
        return list(self.known_profiles.values())

    async def set_profile_enabled(self, name, enabled):
        before = self.known_profiles[name]
        self.known_profiles[name] = replace(before, enabled=enabled)
        return Bag(profile=self.known_profiles[name], applied=before.enabled != enabled)

    async def import_bars(self, _path, _symbol):
        self._answer()
        return self.imported

    async def series_listing(self):
        first, last = date(2000, 3, 1), date(2013, 3, 1)
        return [
            SeriesSummary(
                symbol=symbol,
                source="packaged",
                bars=3270,
                first=first,
                last=last,
                actions=2,
                quarantine=None,
                digest="0" * 64,
            )
            for symbol in ("MSFT", "AAPL")
        ]

    async def last_sessions(self, symbols, count):
        newest = date(2013, 3, 1)
        days = range(min(count, self.sessions) - 1, -1, -1) if symbols else ()
        return [newest - timedelta(days=back) for back in days]

    async def verify(self, *, projections, against):  # noqa: ARG002
        return self.verification

    async def doctor(self):
        return self.checks


@dataclass
class FakeComposition:
    app: FakeApp

    @asynccontextmanager
    async def open_app(self, settings):
        assert settings.home == Path(settings.home)
        yield self.app

    def migrate_database(self, _settings):
        return FakeMigrated()

    def check_database(self, _settings):
        return [FakeCheck("schema", ok=False, detail="at 0000", fix="quorate db migrate")]
