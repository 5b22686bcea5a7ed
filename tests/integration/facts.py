"""Events to write, each with the payload that its projection reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from quorate.adapters.sql.kept_answers import Slot, kept_event
from quorate.agents.defaults import DEFAULT_PROFILES
from quorate.agents.history import archived_event, changed_event
from quorate.agents.profile import Role
from quorate.agents.prompts.library import added_event
from quorate.agents.prompts.templates import PromptTemplate
from quorate.agents.registry import RegisteredProfile, to_payload
from quorate.arena.competition.contest import CompetitionId, CompetitionStatus, Terms
from quorate.arena.competition.record import (
    Competition,
    CompetitionEvent,
    Round,
    begun_event,
    created_event,
    ended_event,
    played_event,
    started_event,
)
from quorate.arena.competition.trader import RegisteredTrader, edited, new_trader
from quorate.arena.competition.trader_history import CHANGED, CREATED, trader_event
from quorate.arena.competition.trader_history import archived_event as trader_archived
from quorate.arena.competition.trading import BookRound, first_books
from quorate.arena.imported.assembling import assembled
from quorate.arena.imported.record import imported_events
from quorate.bootstrap.news import news_events
from quorate.kernel.canonical import JsonValue, sha256_hex
from quorate.kernel.ids import BookName, ProfileName, RunId, Symbol, TraceId
from quorate.kernel.journal import Event
from quorate.kernel.lease import Lease, lease_event
from quorate.kernel.stamps import stamp
from quorate.llm.balance import Balance
from quorate.llm.budget import Reservation
from quorate.llm.call import ToolCall
from quorate.llm.call_record import reserved_event, settled_event
from quorate.llm.nanos import Nanos
from quorate.llm.recall import RememberedAnswer
from quorate.market import NewsItem
from quorate.portfolio import PortfolioPolicy
from tests.fakes.clock import NOON
from tests.fakes.money import charge, usd, wanted
from tests.fakes.other_arenas import YUAN, shanghai, sources_of
from tests.integration.book_facts import book_events
from tests.integration.cycle_facts import cycle_events
from tests.integration.desk_facts import desk_events
from tests.integration.fleet_facts import fleet_events
from tests.integration.law_facts import law_events
from tests.integration.order_facts import order_events
from tests.integration.result_facts import result_events
from tests.integration.routing_facts import routing_events
from tests.integration.strategy_facts import strategy_events

TRACE = TraceId("0af7651916cd43dd8448eb211c80319c")


def noted(text: str | int, *, step_key: str = "", attachments: tuple[bytes, ...] = ()) -> Event:
    """Return a fact that no state table follows."""
    return Event(
        stream="note:a",
        type="note.made",
        payload={"text": text},
        trace_id=TRACE,
        step_key=step_key,
        attachments=attachments,
    )


def lease(name: str, *, owner: str = "a", token: int = 1, seconds: float = 45) -> Lease:
    return Lease(name=name, owner=owner, token=token, expires_at=NOON + timedelta(seconds=seconds))


def lease_taken(name: str, **about: str | int) -> Event:
    return lease_event("acquired", lease(name, **about))


def lease_renewed(name: str, **about: str | int) -> Event:
    return lease_event("renewed", lease(name, **about))


def task_received(task_id: str, *, token: int = 1) -> Event:
    payload: dict[str, JsonValue] = {
        "taskId": task_id,
        "taskType": "arena_run",
        "subject": f"run_of_{task_id}",
        "specHash": sha256_hex(task_id),
        "state": "RECEIVED",
        "owner": "a",
        "token": token,
    }
    return _task(task_id, "received", payload)


def task_moved(task_id: str, present: str, target: str, *, token: int = 1) -> Event:
    payload: dict[str, JsonValue] = {
        "taskId": task_id,
        "from": present,
        "to": target,
        "event": "any",
        "reason": "",
        "token": token,
    }
    return _task(task_id, "moved", payload)


def task_adopted(task_id: str, *, token: int) -> Event:
    payload: dict[str, JsonValue] = {
        "taskId": task_id,
        "owner": "b",
        "token": token,
        "wasToken": token - 1,
        "attempts": token,
    }
    return _task(task_id, "adopted", payload)


def _task(task_id: str, kind: str, payload: Mapping[str, JsonValue]) -> Event:
    return Event(stream=f"task:{task_id}", type=f"task.{kind}", payload=payload, trace_id=TRACE)


def profile_registered(name: str, *, enabled: bool = True) -> Event:
    profile = replace(DEFAULT_PROFILES[0], name=ProfileName(name), enabled=enabled)
    return Event(stream=f"profile:{name}", type="profile.registered", payload=to_payload(profile))


def profile_switched(name: str, *, on: bool) -> Event:
    kind = "profile.enabled" if on else "profile.disabled"
    return Event(stream=f"profile:{name}", type=kind, payload={"name": name})


def profile_edited(name: str, *, version: int, description: str, enabled: bool = True) -> Event:
    profile = replace(
        DEFAULT_PROFILES[0], name=ProfileName(name), description=description, enabled=enabled
    )
    return changed_event(RegisteredProfile(profile, version), by="operator")


def profile_archived(name: str) -> Event:
    return archived_event(name, by="operator")


def prompt_added(version: int, text: str = "Your seat: judge. Be slow.") -> Event:
    template = PromptTemplate(template_id=f"judge/{version}", role=Role.JUDGE, text=text)
    return added_event(template, note="slower", by="operator")


def run_requested(run_id: str) -> Event:
    payload: dict[str, JsonValue] = {
        "runId": run_id,
        "taskId": f"tsk_of_{run_id}",
        "book": "replay",
        "mode": "debate",
        "symbols": ["AAPL"],
        "asOf": "2012-06-29",
        "configHash": "c0",
        "triggeredBy": "manual",
        "profiles": [{"name": "trend"}, {"name": "wyckoff"}],
    }
    return _run(run_id, "run.requested", payload)


def run_completed(run_id: str) -> Event:
    payload: dict[str, JsonValue] = {
        "finalActions": {"AAPL": "BUY"},
        "costUsd": "0.00",
        "escalated": True,
    }
    return _run(run_id, "run.completed", payload)


def _run(run_id: str, kind: str, payload: Mapping[str, JsonValue]) -> Event:
    return Event(
        stream=f"run:{run_id}",
        type=kind,
        payload=payload,
        trace_id=TRACE,
        book=BookName("replay"),
    )


def book_opened(name: str) -> Event:
    payload: dict[str, JsonValue] = {"name": name, "mode": "REPLAY", "cash": "100000"}
    return Event(stream=f"book:{name}", type="book.opened", payload=payload, book=BookName(name))


def config_recorded(config_hash: str) -> Event:
    payload: dict[str, JsonValue] = {"configHash": config_hash, "settings": {"a": 1}}
    return Event(stream="config", type="config.recorded", payload=payload)


def key_registered(key_id: str) -> Event:
    payload: dict[str, JsonValue] = {"keyId": key_id, "publicKey": "ab" * 32}
    return Event(stream="keys", type="key.registered", payload=payload)


def series_imported(symbol: str, content: bytes, *, replaces: str | None = None) -> Event:
    payload: dict[str, JsonValue] = {
        "symbol": symbol,
        "digest": sha256_hex(content),
        "replaces": replaces,
        "source": "a file",
        "firstSession": "2012-06-28",
        "lastSession": "2012-06-29",
        "bars": 2,
        "actions": 0,
        "quarantine": None,
    }
    return Event(
        stream=f"series:{symbol}",
        type="series.imported",
        payload=payload,
        attachments=(content,),
    )


def series_fetched(symbol: str, content: bytes, *, replaces: str | None = None) -> Event:
    return replace(series_imported(symbol, content, replaces=replaces), type="series.fetched")


def call_reserved(call_id: str) -> Event:
    """Return that money was set aside for the first call of a day."""
    balance = Balance(reserved=Nanos(10_000_000), calls=1, open_calls=1)
    return reserved_event(call(call_id), role="tech_analyst", balance=balance)


def call_settled(call_id: str) -> Event:
    return settled_event(call(call_id), charge())


def call(call_id: str) -> Reservation:
    request = wanted("0.01", call_id=call_id)
    return Reservation(id=call_id, request=request, reserved=usd("0.01"), day=NOON.date())


def budget_set(limit: str, usd_: str | None, *, version: int = 1) -> Event:
    payload: dict[str, JsonValue] = {
        "limit": limit,
        "sizeUsd": usd_,
        "sizeCalls": None,
        "version": version,
    }
    return Event(stream=f"budget:{limit}", type="budget.set", payload=payload)


def price_set(model: str, prompt: str | None, *, version: int = 1) -> Event:
    """Return that a price was stated of a model, None that it was given back."""
    payload: dict[str, JsonValue] = {
        "model": model,
        "promptUsdPerMillion": prompt,
        "completionUsdPerMillion": None if prompt is None else "2.00",
        "version": version,
    }
    return Event(stream=f"price:{model}", type="price.set", payload=payload)


def budget_warned(limit: str = "daily", percent: int = 80) -> Event:
    payload: dict[str, JsonValue] = {
        "day": NOON.date().isoformat(),
        "limit": limit,
        "profile": "",
        "percent": percent,
        "limitUsd": "1",
        "limitCalls": None,
        "usedUsd": "0.81",
        "usedCalls": None,
        "refused": False,
    }
    return Event(stream=f"budget:{limit}", type="budget.warned", payload=payload)


def agent_answered(run_id: str, *tools: str, latency_ms: str | None = "1.25") -> Event:
    """Return that an agent answered which had used `tools`; a name with a `!` before it was refused."""
    uses: list[JsonValue] = [
        {
            "name": tool.removeprefix("!"),
            "arguments": '{"symbol":"AAPL"}',
            "result": "refused: no" if tool.startswith("!") else "AAPL: 584.00",
            "refusal": "no" if tool.startswith("!") else None,
            **({} if latency_ms is None else {"latencyMs": latency_ms}),
        }
        for tool in tools
    ]
    payload: dict[str, JsonValue] = {
        "profile": "analyst",
        "costUsd": "0.001",
        "answers": [],
        "call": {"toolUses": uses},
    }
    return _run(run_id, "agent.answered", payload)


def competition_events() -> list[Event]:
    """Return the life of a competition that was stopped after its first round, and of one that was played."""
    terms = Terms(
        name="two days",
        profiles=(DEFAULT_PROFILES[0],),
        symbols=(Symbol("AAPL"),),
        sessions=(NOON.date(), NOON.date() + timedelta(days=1)),
        capital=usd("1000"),
        max_cost=None,
        portfolio=PortfolioPolicy(),
        config_hash="c0",
    )
    fresh = Competition(
        competition_id=CompetitionId("cmp_1"),
        created_at="",
        terms=terms,
        status=CompetitionStatus.CREATED,
    )
    running = replace(fresh, status=CompetitionStatus.RUNNING)
    books = tuple(BookRound(book=book) for book in first_books(terms))
    played = Round(number=1, session=NOON.date(), run_id=None, counted=usd("0"), books=books)
    other = replace(running, competition_id=CompetitionId("cmp_2"))
    return [
        created_event(fresh.competition_id, terms, "operator"),
        started_event(fresh, 1),
        begun_event(running, RunId("run_1"), 1),
        played_event(fresh.competition_id, played, 1),
        ended_event(running, CompetitionEvent.STOPPED, "enough"),
        created_event(other.competition_id, terms, "operator"),
        started_event(replace(other, status=CompetitionStatus.CREATED), 1),
        ended_event(other, CompetitionEvent.FINISHED, "played to the end"),
    ]


def arena_events() -> list[Event]:
    """Return the import of an arena of others; no table follows the rows of its logs."""
    return imported_events(assembled(sources_of(*shanghai()), YUAN), "operator")[:1]


def trader_events() -> list[Event]:
    """Return the life of a trader that was edited and archived."""
    made = new_trader({"name": "three-heads", "profiles": ["trend", "momentum"]})
    later = edited(made, {"maxDrawdown": "0.05"})
    return [
        trader_event(CREATED, RegisteredTrader(made, 1), "operator"),
        trader_event(CHANGED, RegisteredTrader(later, 2), "operator"),
        trader_archived("three-heads", "operator"),
    ]


def link_issued(link_hash: str) -> Event:
    payload: dict[str, JsonValue] = {"linkHash": link_hash, "expiresAt": stamp(NOON)}
    return Event(stream=f"link:{link_hash}", type="sign_in.issued", payload=payload)


def session_opened(session_id: str, *, link: str) -> Event:
    payload: dict[str, JsonValue] = {
        "sessionId": session_id,
        "linkHash": link,
        "openedAt": stamp(NOON),
        "expiresAt": stamp(NOON + timedelta(hours=12)),
    }
    return Event(stream=f"session:{session_id}", type="session.opened", payload=payload)


def session_closed(session_id: str) -> Event:
    payload: dict[str, JsonValue] = {"sessionId": session_id}
    return Event(stream=f"session:{session_id}", type="session.closed", payload=payload)


def token_created(token_id: str) -> Event:
    payload: dict[str, JsonValue] = {
        "tokenId": token_id,
        "name": "a program",
        "tokenHash": sha256_hex(token_id),
        "scopes": ["read", "run"],
        "last4": "abcd",
        "createdAt": stamp(NOON),
        "expiresAt": stamp(NOON + timedelta(days=90)),
    }
    return Event(stream=f"token:{token_id}", type="token.created", payload=payload)


def token_revoked(token_id: str) -> Event:
    payload: dict[str, JsonValue] = {"tokenId": token_id}
    return Event(stream=f"token:{token_id}", type="token.revoked", payload=payload)


def news_item(headline: str = "Up", *symbols: str) -> NewsItem:
    named = tuple(map(Symbol, symbols or ("AAPL", "IBM")))
    return NewsItem(symbols=named, published_at=NOON, source="wire", headline=headline)


FIRST_SLOT = Slot("000000", None)


def answer_kept(key: str = "k1", *, slot: Slot = FIRST_SLOT, content: bytes = b"{}") -> Event:
    tools = (ToolCall(id="1", name="bars", arguments="{}"),)
    answer = RememberedAnswer(content=content, tool_calls=tools, model_served="small/model")
    return kept_event(key, answer, stamp(NOON + timedelta(hours=1)), slot)


def one_of_each(content: bytes = b"bars") -> list[Event]:
    """Return events that put at least one row into every state table."""
    return [
        key_registered("k1"),
        book_opened("replay"),
        profile_registered("trend"),
        config_recorded("c0"),
        series_imported("AAPL", content),
        lease_taken("task:t1"),
        task_received("t1"),
        run_requested("run_1"),
        noted("step", step_key="step-1"),
        Event(
            stream="run:run_1",
            type="vote.cast",
            payload={
                "symbol": "AAPL",
                "profile": "trend",
                "role": "tech_analyst",
                "provider": "rule",
                "model": "trend/1",
                "action": "BUY",
                "reasonCode": None,
                "confidence": "0.7",
                "costUsd": "0.00",
                "voter": True,
            },
        ),
        Event(
            stream="run:run_1",
            type="decision.made",
            payload={
                "decisionId": "dec_1",
                "symbol": "AAPL",
                "finalAction": "BUY",
                "reasonCode": "consensus",
                "confidence": "0.7",
                "disagreement": "0.0",
                "regime": "bullish",
                "wyckoffPhase": "none",
                "escalated": False,
                "triggers": [
                    {"name": "disagreement", "fired": False},
                    {"name": "high_volatility", "fired": True},
                ],
            },
        ),
        call_reserved("call_1"),
        *order_events(),
        *book_events(),
        *desk_events(),
        *law_events(),
        *result_events(),
        *strategy_events(),
        *cycle_events(),
        series_fetched("MSFT", content),
        budget_set("daily", "2"),
        *news_events([news_item()], "wire.jsonl"),
        answer_kept(),
        price_set("openrouter/small/model", "0.25"),
        budget_warned(),
        agent_answered("run_1", "bars"),
        link_issued("l1"),
        session_opened("s1", link="l1"),
        token_created("tok_1"),
        prompt_added(2),
        *competition_events(),
        *arena_events(),
        *trader_events(),
        *routing_events(),
        *fleet_events(),
    ]
