"""A model whose answers are drawn by lot: a process that votes on the symbol that it is asked about, as many agents do.

It leans on one side for each prompt, so some runs agree and others are disputed, are argued out and go to a panel.
"""

from __future__ import annotations

import asyncio
import random
import zlib
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import partial
from typing import Final, cast

import msgspec

from benchmarks.instant_model import model_process, serve

SYMBOLS: Final = ("AAPL", "GOOG", "IBM", "MSFT")
ACTIONS: Final = ("BUY", "SELL", "HOLD")
CONFIDENCES: Final = (0.58, 0.66, 0.74, 0.82, 0.9)
AGREEING: Final = 0.75
"""The share of answers that follow what the prompt leans to."""

_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"


def _answer(symbol: str, action: str, confidence: float) -> bytes:
    sizing = {"kind": "pct_equity", "value": 0.01} if action == "BUY" else None
    vote = {
        "symbol": symbol,
        "action": action,
        "confidence": confidence,
        "sizing": sizing,
        "stop": None,
        "target": None,
        "timeHorizon": "P20D",
        "rationale": f"{symbol}: the bars of the last month speak for {action}.",
        "riskFlags": [],
    }
    said = msgspec.json.encode({"decisions": [vote], "requiredTools": [], "dataDependencies": []})
    message = {"role": "assistant", "content": said.decode()}
    body = msgspec.json.encode(
        {
            "id": "gen-1",
            "object": "chat.completion",
            "created": 1,
            "model": "gpt-5-mini",
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
            "usage": {
                "prompt_tokens": 900,
                "completion_tokens": 90,
                "total_tokens": 990,
                "cost": 0.0001,
            },
        }
    )
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


_ANSWERS: Final[Mapping[tuple[str, str, float], bytes]] = {
    (symbol, action, confidence): _answer(symbol, action, confidence)
    for symbol in SYMBOLS
    for action in ACTIONS
    for confidence in CONFIDENCES
}


class _Protocol(asyncio.Protocol):
    """Reads a request until it is whole, and answers it at once."""

    def __init__(self, drawn: random.Random) -> None:
        self._drawn = drawn
        self._read = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where answers go."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Read on; a whole request is answered."""
        self._read += data
        head, found, body = bytes(self._read).partition(_END)
        if not found:
            return
        line = next(each for each in head.lower().split(b"\r\n") if each.startswith(_LENGTH))
        if len(body) < int(line[len(_LENGTH) :]):
            return
        self._read.clear()
        self._transport.write(self._drawn_for(body))

    def _drawn_for(self, body: bytes) -> bytes:
        symbol = next((name for name in SYMBOLS if name.encode() in body), SYMBOLS[0])
        leaning = ACTIONS[zlib.crc32(body) % len(ACTIONS)]
        follows = self._drawn.random() < AGREEING
        action = leaning if follows else self._drawn.choice(ACTIONS)
        return _ANSWERS[symbol, action, self._drawn.choice(CONFIDENCES)]


def drawn_model() -> AbstractContextManager[str]:
    """Yield the base URL of such a model; it ends with the block."""
    return model_process("benchmarks.drawn_model")


if __name__ == "__main__":
    asyncio.run(serve(partial(_Protocol, random.Random(7))))
