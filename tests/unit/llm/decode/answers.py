"""Answers to decode: the corpus's base answer, whole ones and broken ones, and the corpus itself."""

import json
from pathlib import Path

from quorate.kernel.ids import Symbol

DATA = Path(__file__).parents[3] / "data"
SCHEMA = json.loads((DATA / "agent_answer.schema.json").read_text())

AAPL, MSFT = Symbol("AAPL"), Symbol("MSFT")
BASE = '{"decisions":[{"symbol":"AAPL","action":"BUY","confidence":0.7,"rationale":"base"}]}'
BASE_SELL = BASE.replace("BUY", "SELL")

FULL = {
    "symbol": "AAPL",
    "action": "BUY",
    "confidence": 0.7,
    "sizing": {"kind": "pct_equity", "value": 0.014},
    "stop": 95.10,
    "target": 120,
    "timeHorizon": "P20D",
    "rationale": 'The trend is up, above its "200-day" line; volume [rising] \u2191.\nNext line.',
    "riskFlags": ["earnings on Tuesday", "gap"],
    "veto": False,
    "riskScore": 0.35,
    "stance": "bullish",
    "keySignals": ["SMA50 > SMA200", "RSI 55"],
}


def decision(**fields):
    """Return a whole decision with other fields; `...` takes one away."""
    merged = {**FULL, **fields}
    return {name: value for name, value in merged.items() if value is not ...}


def answer(*decisions, **fields):
    """Return the text of an answer."""
    return json.dumps({"decisions": list(decisions or (FULL,)), **fields})


def corpus(boundary):
    """Return the rows of one boundary, by id."""
    rows = map(json.loads, (DATA / "bad_inputs.jsonl").read_text().splitlines())
    return {row["id"]: row for row in rows if row["boundary"] == boundary}


def raw_of(given):
    """Return the answer that a row of the corpus describes."""
    if given["kind"] == "bytes_hex":
        return bytes.fromhex(given["hex"])
    if given["kind"] == "gen":
        return given["prefix"] + given["unit"] * given["count"] + given["suffix"]
    if given["kind"] == "raw":
        return given["text"].replace("{{BASE}}", BASE).replace("{{BASE_SELL}}", BASE_SELL)
    assert given["kind"] == "decision_patch"
    said = json.loads(BASE)
    rationale = {k: v for k, v in given.get("context", {}).items() if k == "rationale"}
    said["decisions"][0].update(given["set"] | rationale)
    for name in given["remove"]:
        del said["decisions"][0][name]
    return json.dumps(said | given.get("answer_set", {}))
