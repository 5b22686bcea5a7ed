"""Events to write, each with the payload that its projection reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from quorate.agents.defaults import DEFAULT_PROFILES
from quorate.agents.registry import to_payload
from quorate.kernel.canonical import JsonValue, sha256_hex
from quorate.kernel.ids import BookName, ProfileName, TraceId
from quorate.kernel.journal import Event
from quorate.kernel.lease import Lease, lease_event
from tests.fakes.clock import NOON

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
            },
        ),
    ]
