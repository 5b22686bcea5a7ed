"""Rotation: a new signing key takes over, and the old one says so. What the old one signed still verifies.

The row holds an in-toto statement about the new key, in a DSSE envelope that the old key signed; who trusts the old
key can follow to the new one. Source: RELIABILITY 4.3 (rotation entry signed by the old key).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final

from quorate.audit.envelope import STATEMENT_TYPE, opened, sealed
from quorate.audit.verification import SignatureCheck
from quorate.kernel.canonical import Json, JsonValue, sha256_hex
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.journal import Event
from quorate.kernel.stamps import stamp

ROTATED: Final = "key.rotated"
"""The type of the journal row of a rotation."""

TOOK_OVER: Final = "key.took_over"
"""The type of the first row that the new key vouches for."""

PREDICATE_TYPE: Final = "https://quorate/key-rotation/v1"

_FACTS: Final = ("oldKeyId", "newKeyId", "newPublicKey", "rotatedAt", "by")


def rotated_event(
    *,
    old_key_id: str,
    new_key_id: str,
    new_public_key: bytes,
    by: str,
    at: datetime,
    sign: Callable[[bytes], bytes],
) -> Event:
    """Return the row by which the old key, whose signature `sign` makes, hands over to the new one."""
    facts: dict[str, JsonValue] = {
        "oldKeyId": old_key_id,
        "newKeyId": new_key_id,
        "newPublicKey": new_public_key.hex(),
        "rotatedAt": stamp(at),
        "by": by,
    }
    statement: dict[str, JsonValue] = {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": new_key_id, "digest": {"sha256": sha256_hex(new_public_key)}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": facts,
    }
    envelope = sealed(statement, key_id=old_key_id, sign=sign).as_json()
    return Event(stream="keys", type=ROTATED, payload={**facts, "envelope": envelope})


def rotation_problems(payload: Mapping[str, Json], is_signed: SignatureCheck) -> Iterator[str]:
    """Yield what is wrong with a rotation's row: its signature, or a fact beside it that was not signed."""
    name, envelope = payload.get("newKeyId"), payload.get("envelope")
    tree = envelope if isinstance(envelope, dict) else {}
    try:
        statement = opened(tree, is_signed)
    except InvariantBrokenError as error:
        yield f"the rotation to the key {name} cannot be believed: {error.cause}"
        return
    predicate = statement.get("predicate")
    if statement.get("predicateType") != PREDICATE_TYPE or not isinstance(predicate, dict):
        yield f"the rotation to the key {name} is signed as something else"
        return
    if any(predicate.get(key) != payload.get(key) for key in _FACTS):
        yield f"the rotation to the key {name} says otherwise than what was signed"
    if _signer(tree) != payload.get("oldKeyId"):
        yield f"the rotation to the key {name} was not signed by the key before it"


def _signer(envelope: Mapping[str, Json]) -> Json:
    signatures = envelope.get("signatures")
    first = signatures[0] if isinstance(signatures, list) and signatures else None
    return first.get("keyid") if isinstance(first, dict) else None
