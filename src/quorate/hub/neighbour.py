"""The neighbour: who has the port that this hub wants. A hub of the same home proves it; nobody else can.

So a sign-in link is never printed for a program that merely looks like a hub.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from enum import StrEnum
from typing import Final

from quorate.hub.api.health import CHALLENGE, HEALTH_PATH, PROOF, proof_of

PATIENCE_SECONDS: Final = 2.0
MAX_ANSWER_BYTES: Final = 8192


class Neighbour(StrEnum):
    """Who has the port."""

    OURS = "the hub of this home"
    ANOTHER_HUB = "the hub of another home"
    UNKNOWN = "another program"


async def neighbour_at(address: str, port: int, secret: bytes) -> Neighbour:
    """Return who answers at the port of this machine."""
    challenge = secrets.token_hex(32)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            head = await _asked(address, port, challenge)
    except (OSError, TimeoutError, ValueError):
        return Neighbour.UNKNOWN
    proof = head.get(PROOF.lower())
    if proof is None:
        return Neighbour.UNKNOWN
    ours = hmac.compare_digest(proof.encode(), proof_of(secret, challenge).encode())
    return Neighbour.OURS if ours else Neighbour.ANOTHER_HUB


async def _asked(address: str, port: int, challenge: str) -> dict[str, str]:
    """Return the headers of the answer to the challenge, names in lower case."""
    host = f"[{address}]" if ":" in address else address
    reader, writer = await asyncio.open_connection(address, port)
    try:
        writer.write(
            f"GET {HEALTH_PATH} HTTP/1.1\r\nHost: {host}:{port}\r\n"
            f"{CHALLENGE}: {challenge}\r\nConnection: close\r\n\r\n".encode()
        )
        await writer.drain()
        answer = await reader.read(MAX_ANSWER_BYTES)
    finally:
        writer.close()
    lines = answer.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
