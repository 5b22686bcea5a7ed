"""An application in memory: enough of one to see what the command line makes of it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

from quorate.access import Credential, token_grant
from quorate.agents.profile import Tool
from quorate.agents.tool_report import ToolCounts, ToolLine
from quorate.agents.tools import ToolUse
from quorate.arena.record import RunPosition, RunRow
from quorate.audit.verification import Verification
from quorate.bootstrap.tools import ToolTest
from quorate.kernel.errors import RejectedError
from quorate.llm.balance import Balance
from quorate.llm.budget import BudgetPolicy, size_of
from quorate.llm.budget_line import budget_lines
from quorate.llm.call_listing import CallPage
from quorate.llm.price_line import PriceLine, PriceSource
from quorate.llm.tier import Tier
from quorate.llm.told_prices import rates_of
from quorate.market.news_intake import NewsRefusal, RefusedNews
from quorate.market.series import SeriesSummary
from tests.fakes.arenas import FakeArenas
from tests.fakes.competitions import FakeCompetitions
from tests.fakes.order_book import FakeOrderBook
from tests.fakes.registry import FakeRegistry
from tests.fakes.safety import FakeSafety
from tests.fakes.scoring import FakeScoring
from tests.fakes.strategies import FakeBacktests, FakeStrategyDesk
from tests.unit.arena.casts import entries
from tests.unit.arena.record.runs import facts
from tests.unit.cli.fake_broker import FakeBroker
from tests.unit.cli.fake_law import FakeLaw
from tests.unit.cli.fake_models import FakeModels
from tests.unit.cli.fake_sign_ins import FakeSignIns
from tests.unit.cli.fake_tasks import FakeOrderDesk, FakeTasks
from tests.unit.cli.fake_trading import FakeTrading

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
class FakeLine:
    row: RunRow


@dataclass
class Bag:
    """Any small result: what an attribute is called is all that matters."""

    items: tuple = ()
    next_after: RunPosition | None = None
    profile: object = None
    token: object = None
    applied: bool = True
    rows: int = 12
    checkpoint: int | None = 10
    symbols: tuple = ()
    bars: int = 0
    actions: int = 0
    quarantined: tuple = ()
    notes: tuple = ()
    line: object = None


@dataclass
class FakeCheck:
    name: str
    ok: bool = True
    detail: str = "fine"
    fix: str = ""


@dataclass
class FakeMigrated:
    before: str = ""
    after: str = "0002"


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
class FakeMoney:
    """Two profiles were called today: one model's cost is known, the other's is not."""

    told: dict = field(default_factory=dict)
    costs: tuple = ()
    asked: list = field(default_factory=list)

    calls_known: tuple = ()
    prices_told: dict = field(default_factory=dict)

    async def cost_summary(self, by, since, until=None):
        self.asked.append((by, since, until))
        return self.costs

    async def calls(self, wanted, limit, after):
        self.asked.append((wanted, limit, after))
        found = [line for line in self.calls_known if after is None or line.call_id < after]
        more = found[limit - 1].call_id if len(found) > limit else None
        return CallPage(items=tuple(found[:limit]), next_after=more)

    async def prices(self):
        return [
            PriceLine(
                model=model,
                tier=Tier.CHEAP,
                source=PriceSource.COMMAND if price else PriceSource.NOBODY,
                rates=None if price is None else rates_of(price, 1),
                changes=1,
                used_by=("analyst",),
            )
            for model, price in self.prices_told.items()
        ]

    async def set_price(self, model, price):
        applied = self.prices_told.get(model) != price
        self.prices_told[model] = price
        (line,) = [each for each in await self.prices() if each.model == model]
        return Bag(line=line, applied=applied)

    async def budgets(self):
        today = {
            "analyst": Balance(reserved=10_000_000, spent=18_700_000, calls=3, open_calls=1),
            "judge": Balance(calls=2, unpriced=1, power_calls=2),
        }
        return budget_lines(BudgetPolicy().sizes(), self.told, today, {})

    async def set_budget(self, limit, amount):
        wanted = None if amount is None else size_of(limit, amount)
        applied = self.told.get(limit) != wanted
        self.told = {name: size for name, size in self.told.items() if name is not limit}
        self.told |= {} if wanted is None else {limit: wanted}
        (line,) = [
            each for each in await self.budgets() if (each.limit, each.profile) == (limit, "")
        ]
        return Bag(line=line, applied=applied)


@dataclass
class FakeTools:
    """One tool was used twice this week, once in vain; a try answers with what was asked."""

    async def listing(self):
        used = ToolCounts(calls=2, refused=1, p50_ms=0.4, p95_ms=1.2)
        return [
            ToolLine(
                tool=tool,
                since="2026-11-15",
                today=ToolCounts(),
                window=used if tool is Tool.BARS else ToolCounts(),
                allowed=("analyst",),
            )
            for tool in sorted(Tool)
        ]

    async def tried(self, name, symbol):
        use = ToolUse(name=name, arguments="{}", result=f"{symbol}: 584.00", latency_ms=0.5)
        return ToolTest(tool=Tool(name), symbol=symbol, as_of=date(2013, 3, 1), use=use)


@dataclass
class FakeLab:
    """Reports what a test put there, whatever is asked; `asked` has what was."""

    report: object = None
    asked: list = field(default_factory=list)

    async def converge(self, path, **asked):
        self.asked.append({"path": path, **asked})
        return self.report

    async def drift(self, **asked):
        self.asked.append(asked)
        return self.report


@dataclass
class FakeReplay:
    """A run recomputed: to the same bytes unless told otherwise."""

    digest: str = "d1"
    recorded_digest: str = "d1"
    differences: tuple = ()
    unrecorded: tuple = ()

    @property
    def identical(self):
        return self.digest == self.recorded_digest

    def as_json(self):
        return {"identical": self.identical, "digest": self.digest, "costUsd": "0"}


@dataclass
class FakeReruns:
    """Answers what a test put there; `asked` has what was asked for."""

    replayed: FakeReplay = field(default_factory=FakeReplay)
    comparison: object = None
    asked: list = field(default_factory=list)

    async def replay(self, run_id):
        self.asked.append(run_id)
        return self.replayed

    async def what_if(self, wanted):
        self.asked.append(wanted)
        return self.comparison

    async def compare(self, a, b):
        self.asked.append((a, b))
        return self.comparison


@dataclass
class FakeNews:
    """Stores two items of a file and refuses one; lists three."""

    files: list = field(default_factory=list)
    summary: object = field(
        default_factory=lambda: SimpleNamespace(
            items=2,
            duplicates=1,
            shortened=0,
            refused=(RefusedNews(reason=NewsRefusal.NO_OFFSET, count=1, first_line=3),),
            first="2012-06-28T12:00:00.000000Z",
            last="2012-06-29T18:30:00.000000Z",
        )
    )

    async def import_news(self, path):
        self.files.append(path)
        return self.summary

    async def listing(self, limit, after):
        lines = [
            SimpleNamespace(
                item_id=f"item{number}",
                published_at=f"2012-06-2{number}T12:00:00.000000Z",
                symbols="AAPL IBM",
                source="wire",
                headline="Up\x1b[2J\u202e",
            )
            for number in (9, 8, 7)
        ]
        names = [line.item_id for line in lines]
        return lines[names.index(after) + 1 if after else 0 :][:limit]


@dataclass
class FakeApp:
    """Runs decide BUY, whatever is asked; `failure` is raised instead by every method."""

    started: tuple[str, ...] = ()
    runs: list[FakeRun] = field(default_factory=list)
    requests: list = field(default_factory=list)
    sessions: int = 3
    failure: BaseException | None = None
    details: object = None
    filters: list = field(default_factory=list)
    verification: Verification = WHOLE
    checks: tuple[FakeCheck, ...] = (FakeCheck("database"),)
    imported: Bag = field(default_factory=lambda: Bag(symbols=("MINE",), bars=300, actions=1))
    known_profiles: FakeRegistry = field(default_factory=FakeRegistry)
    known_tokens: dict = field(default_factory=dict)
    sign_ins: FakeSignIns = field(default_factory=FakeSignIns)
    clock: FakeClock = field(default_factory=FakeClock)
    money: FakeMoney = field(default_factory=FakeMoney)
    news: FakeNews = field(default_factory=FakeNews)
    competitions: FakeCompetitions = field(default_factory=FakeCompetitions)
    arenas: FakeArenas = field(default_factory=FakeArenas)
    models: FakeModels = field(default_factory=FakeModels)
    broker: FakeBroker = field(default_factory=FakeBroker)
    order_desk: FakeOrderDesk = field(default_factory=FakeOrderDesk)
    usage: list = field(default_factory=list)
    safety: FakeSafety = field(default_factory=FakeSafety)
    orders: FakeOrderBook = field(default_factory=FakeOrderBook)
    trading: FakeTrading = field(default_factory=FakeTrading)
    scoring: FakeScoring = field(default_factory=FakeScoring)
    tools: FakeTools = field(default_factory=FakeTools)
    lab: FakeLab = field(default_factory=FakeLab)
    law: FakeLaw = field(default_factory=FakeLaw)
    strategies: dict = field(default_factory=dict)
    reruns: FakeReruns = field(default_factory=FakeReruns)
    backtests: FakeBacktests = field(default_factory=FakeBacktests)
    standings: dict = field(default_factory=dict)
    steps: list = field(default_factory=list)
    wishes: list = field(default_factory=list)

    @property
    def tasks(self):
        return FakeTasks(self.order_desk)

    @property
    def strategy_desk(self):
        return FakeStrategyDesk(
            self.strategies, self.standings, self.backtests, self.steps, self.wishes
        )

    def _answer(self):
        if self.failure is not None:
            raise self.failure

    async def service_usage(self, limit):
        return self.usage[:limit]

    def __post_init__(self):
        self.trading.app = self

    async def run_arena(self, request, *, allow_order=False):
        self.allowed = allow_order
        self._answer()
        self.requests.append(request)
        as_of = str(request.as_of or date(2013, 3, 1))
        decisions = [decision_tree(symbol) for symbol in request.symbols]
        run = FakeRun(run_tree(f"run_{len(self.requests)}", as_of, decisions))
        self.runs.append(run)
        return run

    async def run_entries(self, _run_id):
        return entries(facts())

    async def recorded_run(self, run_id):
        found = [run for run in self.runs if run.tree["runId"].startswith(run_id)]
        if not found:
            raise RejectedError(f"there is no run {run_id!r}", fix="quorate runs", slug="not-found")
        return found[0]

    async def run_details(self, run_id, *, with_texts=False):  # noqa: ARG002
        self._answer()
        if self.details is None:
            raise RejectedError(f"there is no run {run_id!r}", fix="quorate runs", slug="not-found")
        return self.details

    async def list_runs(self, wanted, limit, after):
        self.filters.append(wanted)
        start = int(after.run_id) if after else 0
        shown = [FakeLine(run.row()) for run in self.runs[start : start + limit]]
        more = start + limit < len(self.runs)
        end = RunPosition("2026", str(start + limit)) if more else None
        return Bag(items=tuple(shown), next_after=end)

    async def export_run(self, _run_id, path):
        path.write_text("{}")
        return Bag()

    async def export_journal(self, path):
        path.write_text("{}")
        return Bag()

    async def profiles(self):
        self._answer()
        roster = await self.known_profiles.roster()
        return [each.profile for each in roster if not each.profile.archived]

    @property
    def registry(self):
        self._answer()
        return self.known_profiles

    @property
    def prompts(self):
        return self.known_profiles.prompts

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

    async def create_token(self, name, scopes, life):
        secret = Credential(f"arn_secret-{len(self.known_tokens) + 1}")
        token = token_grant(
            secret,
            token_id=f"tok_{len(self.known_tokens) + 1}",
            name=name,
            scopes=scopes,
            now=self.clock.now(),
            life=life,
        )
        self.known_tokens[token.token_id] = token
        return secret, token

    async def tokens(self):
        return list(self.known_tokens.values())

    async def revoke_token(self, token_id):
        before = self.known_tokens.get(token_id)
        if before is None:
            raise RejectedError(f"there is no token {token_id!r}", slug="not-found")
        self.known_tokens[token_id] = replace(before, revoked=True)
        return Bag(token=self.known_tokens[token_id], applied=not before.revoked)


@dataclass
class FakeComposition:
    app: FakeApp

    @asynccontextmanager
    async def open_app(self, settings):
        assert settings.home == Path(settings.home)
        yield self.app

    def mend_home(self, settings):
        return [f"{settings.home} was made"]

    def vacuum_database(self, _settings):
        return 8192, 4096

    def migrate_database(self, _settings):
        return FakeMigrated()

    def check_database(self, _settings):
        return [FakeCheck("schema", ok=False, detail="at 0000", fix="quorate db migrate")]
