"""`/agents`, `/router/arms` and the gate of new runs, over HTTP."""

import pytest

from quorate.access import Scope
from tests.integration.hub.served import problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

API = "/api/admin"


async def test_agents_are_listed_with_what_they_can_do(hub):
    reader = await hub.program(Scope.READ)
    told = (await reader.get(f"{API}/agents")).json()
    trend = next(each for each in told["items"] if each["name"] == "trend")
    assert trend["capabilities"] == {"llm": True, "trading_analysis": True}
    assert (trend["standing"], trend["load"]["active"], told["workers"]) == ("in_service", 0, [])
    one = (await reader.get(f"{API}/agents/trend")).json()
    assert one["identity"] == trend["identity"]
    assert (await reader.get(f"{API}/agents/ghost")).status_code == 404


async def test_an_agent_is_set_aside_and_taken_back(hub):
    admin = await hub.program(Scope.ADMIN)
    aside = await admin.post(f"{API}/agents/wyckoff/quarantine", json={"reason": "odd answers"})
    assert (aside.status_code, aside.json()["applied"]) == (200, True)
    assert aside.json()["standing"] == "quarantined"
    back = await admin.post(f"{API}/agents/wyckoff/restore", json={"reason": "mended"})
    assert back.json() == {
        "target": "wyckoff",
        "applied": True,
        "dryRun": False,
        "kind": "agent",
        "standing": "in_service",
    }
    nothing = await admin.post(f"{API}/agents/wyckoff/drain", json={"reason": " "})
    assert (nothing.status_code, problem(nothing)["code"]) == (422, "validation-failed")


async def test_the_router_tells_how_it_chooses(hub):
    reader = await hub.program(Scope.READ)
    told = (await reader.get(f"{API}/router/arms")).json()
    assert (told["strategy"], told["voters"], told["rolledBack"]) == ("bandit", 0, False)
    assert 0 < told["epsilon"] <= 0.2
    assert all(0 <= arm["low"] <= arm["high"] <= 1 for arm in told["items"])


async def test_an_override_is_on_record_with_its_approver(hub):
    admin = await hub.program(Scope.ADMIN)
    address = f"{API}/orchestrate/override/tsk_01M8035VW3YRWTZ3J3BBET2JJN"
    body = {"act": "accept_loss", "justification": "nothing hangs on it"}
    made = (await admin.post(address, json=body)).json()
    assert made["overrideId"].startswith("ovr_")
    assert made["approver"]
    refused = await admin.post(address, json={**body, "justification": "short"})
    assert refused.status_code == 422


async def test_while_shut_down_a_run_is_refused_with_when_to_come_again(hub):
    """FM-TAW-010: 503 {reason, retry_after, open_reason} on submit."""
    runner = await hub.program(Scope.RUN)
    coordination = hub.app.coordination
    await coordination.shut(["tsk_1"])
    try:
        answer = await runner.post(
            f"{API}/arena/run",
            json={"symbols": ["AAPL"], "asOf": "2012-06-29"},
            headers={"Idempotency-Key": "shut-1"},
        )
        told = answer.json()
        assert answer.status_code == 503
        assert (told["reason"], told["retry_after"]) == ("circuit_open", 30)
        assert "tsk_1" in told["open_reason"]
        assert answer.headers["retry-after"] == "30"
    finally:
        await coordination.resume(reason="the test is over", by="test")
