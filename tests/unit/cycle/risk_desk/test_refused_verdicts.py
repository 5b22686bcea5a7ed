"""Verdicts that are tampered with, expired, foreign or replayed approve nothing, whoever shows them."""

import base64
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from quorate.arbiter.constitution import issued_problems, verdict_on
from quorate.kernel.account import Subject
from quorate.kernel.canonical import canonical_json
from quorate.kernel.errors import InvariantBrokenError, RejectedError
from quorate.risk.verdict import recorded_approval
from tests.fakes.courts import DECISION, KEY, verdict
from tests.fakes.desks import DeskStage, TestKey, entry


def told(event):
    """Return a row's payload as it reads back."""
    return json.loads(canonical_json(event.payload))


def on_a_task():
    return told(verdict().row(key_id=KEY.key_id, sign=KEY.sign))


async def on_an_order():
    stage = DeskStage()
    await stage.opened()
    return told((await stage.committed(entry())).event)


def changed(envelope, **swapped):
    """Return an envelope whose payload says something else under the old signature."""
    payload = base64.b64decode(envelope["payload"]).decode()
    for was, becomes in swapped.values():
        assert was in payload
        payload = payload.replace(was, becomes)
    return {**envelope, "payload": base64.b64encode(payload.encode()).decode()}


def nobodys(*_signed):
    return False


async def test_a_tampered_verdict_is_refused():
    order = (await on_an_order())["envelope"]
    larger = changed(order, quantity=('"quantity":"10"', '"quantity":"99"'))
    with pytest.raises(InvariantBrokenError, match="signature"):
        recorded_approval(larger, entry(quantity=Decimal(99)), KEY.is_signed)
    task = on_a_task()
    task["envelope"] = changed(task["envelope"], decision=('"PASS"', '"FAIL"'))
    (said,) = issued_problems(task, KEY.is_signed)
    assert "cannot be believed" in said


async def test_an_expired_verdict_is_refused():
    stage = DeskStage()
    desk = await stage.opened()
    first = await stage.committed(entry())
    ends = told(first.event)["validUntil"]
    stage.clock.time += timedelta(seconds=60, microseconds=1)
    assert ends < stage.clock.time.isoformat()
    with pytest.raises(RejectedError, match="DECISION_EXPIRED"):
        await desk.approved(entry())
    assert stage.store.types() == ["risk.judged", "risk.judged"]


async def test_a_foreign_verdict_is_refused():
    order, task = (await on_an_order())["envelope"], on_a_task()
    with pytest.raises(InvariantBrokenError, match="signature"):
        recorded_approval(order, entry(), nobodys)
    with pytest.raises(InvariantBrokenError, match="signature"):
        verdict_on(task["envelope"], DECISION, nobodys)
    renamed = {**order, "signatures": [{**order["signatures"][0], "keyid": "k9"}]}
    with pytest.raises(InvariantBrokenError, match="signature"):
        recorded_approval(renamed, entry(), TestKey().is_signed)


async def test_a_replayed_verdict_is_refused():
    order, task = (await on_an_order())["envelope"], on_a_task()
    with pytest.raises(InvariantBrokenError, match="another decision"):
        recorded_approval(order, replace(entry(), decision_id="dec_2"), KEY.is_signed)
    with pytest.raises(InvariantBrokenError, match="another order"):
        recorded_approval(order, replace(entry(), quantity=Decimal(11)), KEY.is_signed)
    with pytest.raises(InvariantBrokenError, match="another task"):
        verdict_on(task["envelope"], DECISION, KEY.is_signed, task_id="t2")
    with pytest.raises(InvariantBrokenError, match="something else"):
        verdict_on(task["envelope"], Subject(name="dec_2", sha256="ef" * 32), KEY.is_signed)
