"""The corpus of bad input, rows of the admin API, over a real connection: what exists is sent, the rest is listed."""

import json
from pathlib import Path

import pytest

from quorate.arena.record.listing import RunFilter
from tests.integration.hub.served import HANDSHAKE, problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

CORPUS = Path(__file__).parents[2] / "data" / "bad_inputs.jsonl"
ROWS = {
    row["id"]: row
    for line in CORPUS.read_text().splitlines()
    if (row := json.loads(line))["boundary"] == "admin_api"
}
NOT_YET = {
    "AP-017": "there is no WebSocket yet; the same of a stream is tested in test_streaming.py",
}
"""Rows that ask for what does not exist, with the reason."""


def body_of(asked):
    if "body_gen" in asked:
        generated = {
            name: [made["repeat"]] * made["count"] for name, made in asked["body_gen"].items()
        }
        return json.dumps(generated)
    body = asked.get("body")
    return body if isinstance(body, str) or body is None else json.dumps(body)


async def sent(hub, row):
    """Send what a row says, as often as it says, by a browser that is signed in."""
    asked = row["input"]
    browser = await hub.browser()
    if asked.get("csrf", "ok") is None:
        del browser.headers["X-CSRF-Token"]
    headers = {"Content-Type": "application/json"} if body_of(asked) is not None else {}
    if asked["kind"] == "websocket":
        headers |= HANDSHAKE
    headers |= asked.get("headers", {})
    method = asked.get("method", "GET")
    return [
        await browser.request(method, asked["path"], headers=headers, content=body_of(asked))
        for _ in range(asked.get("repeat", 1))
    ]


async def test_the_corpus_is_complete():
    assert set(NOT_YET) < set(ROWS)
    assert len(ROWS) == 10


@pytest.mark.parametrize("name", sorted(set(ROWS) - set(NOT_YET)))
async def test_a_row_is_answered_as_it_says(hub, name):
    row, before = ROWS[name], await hub.app.list_runs(RunFilter(), 200, None)
    answers = await sent(hub, row)
    expected = row["expect"]
    assert {answer.status_code for answer in answers} == {expected["status"]}
    if "code" in expected:
        assert {problem(answer)["code"] for answer in answers} == {expected["code"]}
    after = await hub.app.list_runs(RunFilter(), 200, None)
    assert len(after.items) - len(before.items) == expected.get("runs", 0)
