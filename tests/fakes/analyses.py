"""One agent's turn as a worker takes it: real gateway and decoding, a scripted model, money at a fake hub."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache

from quorate.agents.defaults import DEFAULT_PROFILES
from quorate.agents.policy import AgentsPolicy
from quorate.agents.prompts import BookView, Briefing
from quorate.agents.prompts.templates import template_named
from quorate.arena.model_agents import ModelAgents
from quorate.arena.ports import Question, RunContext
from quorate.bootstrap.fleet.encoding import analysis_assignment
from quorate.bootstrap.fleet.remote_purse import RemotePurse
from quorate.bootstrap.fleet.worker_models import WorkerModels
from quorate.bootstrap.fleet.worker_tasks import AnalysisWork
from quorate.fleet.ports import Treasury
from quorate.fleet.wire import (
    CallBody,
    ChargeBody,
    Refused,
    Reserved,
    TaskAssignment,
)
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, RunId, Symbol, TraceId
from quorate.kernel.money import Usd
from quorate.kernel.ports import Clock
from quorate.llm.catalogue import Catalogue, CataloguePolicy
from quorate.llm.ladder import Preset
from quorate.llm.service import Gateway
from quorate.llm.tier import Tier
from quorate.market import freeze_snapshot
from quorate.market.news import NewsItem
from quorate.market.series import Series
from tests.fakes.clock import FakeClock
from tests.fakes.fleet import assignment
from tests.fakes.models import Act, CountedIds, ScriptedModel, reply
from tests.fakes.purse import FlatPrices
from tests.unit.arena.markets import series as made_up
from tests.unit.market.histories import packaged

AAPL, IBM = Symbol("AAPL"), Symbol("IBM")
DAY = date(2012, 6, 29)
ANALYST = next(each for each in DEFAULT_PROFILES if each.name == "cheap_tech_analyst")
LADDERS = {"openai/small": ("openai/first", "openai/second"), "openai/repair": ("openai/mender",)}
TIERS = {"openai/first": Tier.CHEAP, "openai/second": Tier.CHEAP, "openai/mender": Tier.CHEAP}
CONTEXT = RunContext(
    run_id=RunId("run_1"),
    trace_id=TraceId("a" * 32),
    book=BookName("replay"),
    limit=Usd(Decimal("0.25")),
    preset=Preset.CHEAP_FIRST,
    answer_ttl_s=0.5,
)
NEWS = NewsItem(
    symbols=(AAPL,),
    published_at=datetime(2012, 6, 28, 14, 30, tzinfo=UTC),
    source="wire",
    headline="A headline",
    body="Its body, \u00e9 and all.",
)


def spoken(action: str = "BUY", confidence: float = 0.85, symbols: Iterable[str] = (AAPL, IBM)):
    """Return a model's whole answer on some symbols."""
    said = [
        {"symbol": symbol, "action": action, "confidence": confidence, "rationale": "up"}
        for symbol in symbols
    ]
    return reply(json.dumps({"decisions": said}).encode())


@cache
def question(**changes: object) -> Question:
    """Return a turn of the technical analyst on two symbols of the packaged history."""
    stored = packaged()
    facts: dict[str, object] = {
        "profile": ANALYST,
        "briefing": Briefing(
            snapshot=freeze_snapshot({AAPL: stored[AAPL], IBM: stored[IBM]}, DAY),
            symbols=(AAPL, IBM),
            book=BookView(
                mode="REPLAY",
                cash=Decimal("99999.50"),
                equity=Decimal("100000.25"),
                held={AAPL: Decimal("1.5")},
            ),
            news=(NEWS,),
        ),
        "context": CONTEXT,
    }
    return Question(**{**facts, **changes})


@cache
def small_question() -> Question:
    """Return a turn on one symbol with few bars: for worlds by the hundred."""
    bars = made_up("AAPL")
    briefing = Briefing(
        snapshot=freeze_snapshot({AAPL: bars}, bars.sessions[-1]),
        symbols=(AAPL,),
        book=BookView(mode="REPLAY", cash=Decimal(1), equity=Decimal(1)),
    )
    seat = replace(ANALYST, tool_policy=())
    return Question(profile=seat, briefing=briefing, context=CONTEXT)


def small_metadata() -> dict[str, object]:
    """Return that turn as a hub assigns it."""
    metadata = analysis_assignment(small_question(), template_named(ANALYST.prompt_template))
    return dict(json.loads(json.dumps(metadata)))


def small_series() -> MemorySeries:
    """Return the series that it stands on."""
    bars = made_up("AAPL")
    return MemorySeries(stored={bars.digest: bars.to_bytes()})


def analysis(task_id: str = "tsk_1", token: int = 1, **changes: object) -> TaskAssignment:
    """Return the turn as a hub assigns it."""
    asked = question(**changes)
    metadata = analysis_assignment(asked, template_named(ANALYST.prompt_template))
    return assignment(task_id, token, metadata=json.loads(json.dumps(metadata)))


@dataclass
class HubMoney:
    """The treasury of a hub, in memory: each call reserved once at the most, each settled by its last word."""

    refuses: Refused | Exception | None = None
    refusals: int = 1_000_000
    reserved: Counter[str] = field(default_factory=Counter)
    settled: dict[str, list[ChargeBody]] = field(default_factory=dict)
    asked: list[CallBody] = field(default_factory=list)

    async def reserve(self, task_id: str, call: CallBody) -> Reserved | Refused:
        self.asked.append(call)
        if self.refuses is not None and self.refusals:
            self.refusals -= 1
            if isinstance(self.refuses, Exception):
                raise self.refuses
            return self.refuses
        self.reserved[call.call_id] += 1
        return Reserved(
            task_id=task_id, call_id=call.call_id, reserved_usd="0.01", day="2026-11-20"
        )

    async def settle(self, task_id: str, call_id: str, charge: ChargeBody) -> None:  # noqa: ARG002
        self.settled.setdefault(call_id, []).append(charge)

    @property
    def paid(self) -> Decimal:
        """What all settled calls cost, each counted once."""
        costs = (charges[0].cost_usd for charges in self.settled.values())
        return sum((Decimal(cost or 0) for cost in costs), Decimal(0))


@dataclass
class MemoryAnswers:
    """Paid answers that outlive their worker."""

    kept: dict[tuple[str, str], bytes] = field(default_factory=dict)

    async def recall(self, task_id: str, prompt_hash: str) -> bytes | None:
        return self.kept.get((task_id, prompt_hash))

    async def keep(self, task_id: str, prompt_hash: str, content: bytes) -> None:
        self.kept[task_id, prompt_hash] = content


@cache
def packaged_bytes() -> Mapping[str, bytes]:
    """Return the series that the turn stands on, by their digest."""
    wanted: list[Series] = [packaged()[AAPL], packaged()[IBM]]
    return {series.digest: series.to_bytes() for series in wanted}


@dataclass
class MemorySeries:
    """A hub's series and a worker's cache of them; `fetched` are the digests asked of the hub."""

    stored: Mapping[str, bytes] = field(default_factory=packaged_bytes)
    fetched: list[str] = field(default_factory=list)
    cache: dict[str, bytes] = field(default_factory=dict)

    async def series(self, digest: str) -> bytes:
        self.fetched.append(digest)
        if digest not in self.stored:
            raise RejectedError("no such series", slug="not-found")
        return self.stored[digest]

    async def found(self, digest: str) -> bytes | None:
        return self.cache.get(digest)

    async def keep(self, digest: str, content: bytes) -> None:
        self.cache[digest] = content


@dataclass
class Desk:
    """A worker's analysis work on fakes; `script` is by model."""

    script: Mapping[str, list[Act]] = field(default_factory=lambda: {"first": [Act(spoken())]})
    clock: Clock = field(default_factory=FakeClock)
    money: Treasury = field(default_factory=HubMoney)
    paid: MemoryAnswers = field(default_factory=MemoryAnswers)
    series: MemorySeries = field(default_factory=MemorySeries)
    ids: CountedIds = field(default_factory=CountedIds)
    model: ScriptedModel | None = None

    def __post_init__(self) -> None:
        self.model = self.model or ScriptedModel(self.clock, by_model=dict(self.script))
        self.purse = RemotePurse(treasury=self.money, clock=self.clock)
        self.gateway = Gateway(
            models={"openai": self.model},
            purse=self.purse,
            prices=FlatPrices(),
            clock=self.clock,
            ids=self.ids,
            draw=lambda: 0.5,
        )
        self.models = WorkerModels(
            gateway=self.gateway,
            purse=self.purse,
            catalogue=Catalogue(CataloguePolicy(tiers=TIERS, ladders=LADDERS)),
            providers=("openai",),
            structured=(),
            clock=self.clock,
            ids=self.ids,
            paid=self.paid,
        )
        self.work = AnalysisWork(
            models=self.models,
            policy=AgentsPolicy(),
            source=self.series,
            cache=self.series,
            clock=self.clock,
        )

    @property
    def asked(self) -> list[str]:
        """The models that were asked, in order."""
        assert self.model is not None
        return [request.model.model for _, request in self.model.asked]

    def embedded(self, purse: object) -> ModelAgents:
        """Return who takes the same turn in the process of a run, with the same models and another purse."""
        gateway = Gateway(
            models={"openai": self.model},
            purse=purse,
            prices=FlatPrices(),
            clock=self.clock,
            ids=CountedIds(),
            draw=lambda: 0.5,
        )
        agents = self.models.agents_of("", template_named(ANALYST.prompt_template))
        return replace(agents, gateway=gateway, ids=CountedIds())
