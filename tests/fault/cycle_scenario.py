"""A cycle at the scripted broker as a victim walks it, and what a survivor then demands of home and broker."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from quorate.adapters.alpaca.connection import Answer, Connection
from quorate.adapters.clock.system import SystemClock
from quorate.adapters.sql.journal import chain_rows
from quorate.agents.policy import AgentsPolicy
from quorate.agents.profile import Role
from quorate.arena.ports import Question
from quorate.arena.service import FREE, RuleAgents
from quorate.arena.voting import AgentReply
from quorate.bootstrap import open_app, opening
from quorate.bootstrap.app import App
from quorate.bootstrap.models import Agents
from quorate.config import Settings
from quorate.cycle.service import CycleRunningError
from quorate.kernel.action import Action
from quorate.kernel.confidence import Confidence
from quorate.kernel.ids import Tenant
from quorate.kernel.ports import Clock
from quorate.kernel.vote import Answer as AgentAnswer
from tests.broker_server import BrokerServer, Entry
from tests.fault.scenarios import KillSwitch
from tests.fault.simulation import invariants

TENANT = Tenant("local")
NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)
"""A Friday noon in New York: the market is open whatever day this runs on."""
LATER = timedelta(seconds=8)
"""The survivor comes so much later: the victim's leases, of 6 s, have run out, its decisions have not."""
PATIENCE = 60
PRICE = Decimal("131.00")
BARS = 320
CASH = "100000"


class FridayClock(SystemClock):
    """The machine's clock, moved to a Friday noon; `began` is what it showed when the job began."""

    def __init__(self, began: datetime, later: timedelta = timedelta()) -> None:
        self._shift = NOON + later - began

    def now(self) -> datetime:
        return super().now() + self._shift


def told_market(server: BrokerServer) -> None:
    """Begin anew at the broker: cash, a symbol that rises in small steps, its quote, an open market."""
    server.do("reset")
    server.do("set", limit=100_000, cash=CASH)
    server.do("clock", at=NOON.isoformat())
    server.do("market", bars={"AAPL": list(_bars())})
    quoted(server, NOON)
    server.trade("AAPL", str(PRICE))


def quoted(server: BrokerServer, at: datetime) -> None:
    """Tell a quote of this moment."""
    quote = {
        "t": at.isoformat().replace("+00:00", "Z"),
        "bp": float(PRICE - Decimal("0.02")),
        "ap": float(PRICE + Decimal("0.02")),
        "bs": 100,
        "as": 100,
    }
    server.do("market", quotes={"AAPL": quote})


def _bars() -> Sequence[Mapping[str, Any]]:
    """Return bars that end the day before: the close of the i-th is 99 + i / 10, give or take half a dollar."""
    days: list[date] = []
    day = NOON.date() - timedelta(days=1)
    while len(days) < BARS:
        if day.weekday() < 5:
            days.append(day)
        day -= timedelta(days=1)
    bars = []
    for place, session in enumerate(reversed(days)):
        close = 99 + place / 10 + (0.5 if place % 3 else -0.5)
        bars.append(
            {
                "t": f"{session}T05:00:00Z",
                "o": close,
                "h": close + 1,
                "l": close - 1,
                "c": close,
                "v": 1_000_000,
                "n": 1000,
                "vw": close,
            }
        )
    return bars


@dataclass
class TwoDays:
    """Agents that buy what is not held and sell what is."""

    clock: Clock

    async def ask(self, question: Question) -> AgentReply:
        """Return what the rule risk manager says, and of all others the same."""
        rules = await RuleAgents(AgentsPolicy(), self.clock).ask(question)
        profile, briefing = question.profile, question.briefing
        if profile.role is Role.RISK_MANAGER:
            return rules
        answers = tuple(
            AgentAnswer(
                symbol=symbol,
                action=Action.SELL if briefing.book.held.get(symbol) else Action.BUY,
                confidence=Confidence(0.8),
                horizon=20,
                rationale="As the script says.",
            )
            for symbol in briefing.snapshot.views
        )
        return AgentReply(profile=profile, answers=answers, model=profile.model, cost=FREE)


@asynccontextmanager
async def scripted_agents(store: Any, _purse: Any) -> AsyncIterator[Agents]:
    """Stand where the product opens its agents: these have opinions at once, and the same ones every time."""
    async with _OPENED(store, _purse) as agents:
        yield Agents(TwoDays(store.clock), agents.models)


_OPENED = opening.opened_agents


def with_scripted_agents() -> None:
    """Have every application of this process ask the scripted agents."""
    opening.opened_agents = scripted_agents  # type: ignore[assignment]


def with_network_failpoints(failpoint: Callable[[str], None]) -> None:
    """Pass a failpoint before every request leaves, and after every answer is there."""

    async def tapped(self: Connection, method: str, url: str, **more: Any) -> Answer:
        what = f"{method}:{_kind_of(urlsplit(url).path)}"
        failpoint(f"before:{what}")
        answer = await _ASK(self, method, url, **more)
        failpoint(f"after:{what}")
        return answer

    Connection.ask = tapped  # type: ignore[method-assign]


_ASK = Connection.ask


def without_network_failpoints() -> None:
    """Ask as the product does again."""
    Connection.ask = _ASK  # type: ignore[method-assign]


def _kind_of(path: str) -> str:
    """Return the path without the ids in it."""
    parts = [part if len(part) < 30 else "ID" for part in path.split("/")]
    return "/".join(parts)


async def buy_and_sell(settings: Settings, began: datetime, switch: KillSwitch) -> None:
    """Walk two cycles: the first one enters and protects, the second one leaves."""
    with_scripted_agents()
    with_network_failpoints(switch)
    clock = FridayClock(began)
    async with open_app(settings, clock=clock, failpoint=switch) as app:
        for _ in range(2):
            await _once(app)


async def _once(app: App) -> None:
    """Walk a cycle, after the lease of the one before: a busy machine may renew it as it is let go."""
    for _ in range(PATIENCE):
        try:
            await app.trading.once()
        except CycleRunningError:
            await app.clock.sleep(0.2)
        else:
            return
    raise AssertionError("a cycle of this very process never ended")


async def survived(
    settings: Settings, began: datetime
) -> tuple[list[str], float, list[dict[str, Any]]]:
    """Open what the victim left as the next process would; return what is wrong, how long it took, and the rows."""
    with_scripted_agents()
    clock = FridayClock(began, LATER)
    start = clock.monotonic()
    async with open_app(settings, clock=clock) as app:
        await app.recover_cycles()
        took = clock.monotonic() - start
        await _settled(app)
        found = await app.verify(projections=True, against=None)
        rows = await app._store.database.read(
            lambda connection: [_plain(row) for row in chain_rows(connection, TENANT)]
        )
    return [*found.problems, *_left(rows)], took, rows


async def _settled(app: App) -> None:
    """Bring the book up to the broker once more, as the next cycle's beginning would."""
    name = await app.trading.working_book()
    book = await app.trading.open_book(name)
    await book.venue.ready()
    await book.execution.reconcile()


def _plain(row: Any) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "ts": row.ts,
        "stream": row.stream,
        "type": row.type,
        "payload": row.payload,
    }


def _left(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return which cycles never ended, and which decisions of ended ones came to nothing that is on record."""
    facts = [(row["type"], json.loads(row["payload"])) for row in rows]
    begun = {told["cycleId"] for kind, told in facts if kind == "cycle.started"}
    over = {told["cycleId"]: told for kind, told in facts if kind == "cycle.ended"}
    marked = {told["cycleId"] for kind, told in facts if kind == "book.marked"}
    outcomes = {told["decisionId"] for kind, told in facts if kind == "outcome.moved"}
    said = [
        (told["cycleId"], told["message"]["data"]["analysis"]["decisions"])
        for kind, told in facts
        if kind == "cycle.stepped"
        and told["step"] == "MarketAnalysis"
        and told["message"]["success"]
    ]
    lost = [
        f"{made['decisionId']} of {cycle} was decided and has no outcome"
        for cycle, decisions in said
        if cycle in marked
        for made in decisions
        if made["finalAction"] in {"BUY", "SELL"} and made["decisionId"] not in outcomes
    ]
    halted = [told["reason"] for kind, told in facts if kind == "trading.moved"]
    return [
        *(f"trading was restricted: {reason}" for reason in halted),
        *(f"{cycle} never ended" for cycle in sorted(begun - over.keys())),
        *(f"{cycle}: {told['violations']}" for cycle, told in over.items() if told["violations"]),
        *lost,
    ]


def compared(rows: Sequence[Mapping[str, Any]], ledger: Sequence[Entry]) -> list[str]:
    """Return what broker and journal do not agree on, by the invariants of the simulation."""
    filled: dict[str, Decimal] = {}
    held, cash = Decimal(0), Decimal(CASH)
    accepted = {entry.client_order_id: entry for entry in ledger if entry.kind == "accepted"}
    over = {entry.client_order_id for entry in ledger if entry.kind in {"canceled", "expired"}}
    told: list[dict[str, Any]] = []
    intents = {
        each["clientOrderId"]: each["request"]
        for row in rows
        if row["type"] == "order.intended"
        for each in [json.loads(row["payload"])]
    }
    for entry in ledger:
        if entry.kind not in {"accepted", "filled"}:
            continue
        request = intents.get(entry.client_order_id, {})
        facts = {
            "kind": entry.kind,
            "id": entry.client_order_id,
            "symbol": entry.symbol,
            "side": entry.side,
            "decision": request.get("decisionId", ""),
            "leg": request.get("leg", ""),
            "quantity": accepted[entry.client_order_id].qty,
            "part": entry.qty,
        }
        told.append(facts)
        if entry.kind == "filled":
            way = 1 if entry.side == "buy" else -1
            held += way * Decimal(entry.qty)
            cash -= way * Decimal(entry.qty) * Decimal(entry.price)
            id_ = entry.client_order_id
            filled[id_] = filled.get(id_, Decimal(0)) + Decimal(entry.qty)
    rests = {
        id_: Decimal(entry.qty) - filled.get(id_, Decimal(0))
        for id_, entry in accepted.items()
        if id_ not in over
    }
    seen = invariants.Seen(
        rows=rows,
        ledger=told,
        cash=str(cash),
        held={"AAPL": str(held)},
        open_orders={id_: str(rest) for id_, rest in rests.items() if rest},
        statuses={id_: "over" if id_ in over else "open" for id_ in accepted},
    )
    return list(invariants.broken(seen))
