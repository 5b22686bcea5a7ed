"""Envelopes: a statement with the signature over its bytes and its type, so that neither can be exchanged.

DSSE: what is signed is the pre-authentication encoding of type and payload. The order of use is: check the signature,
then read the very bytes that it covers. Source: RELIABILITY 4.3; secure-systems-lab DSSE v1.0.2 (PAE).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from quorate.audit.verification import SignatureCheck
from quorate.kernel.canonical import Json, JsonValue, canonical_json
from quorate.kernel.errors import InvariantBrokenError

IN_TOTO: Final = "application/vnd.in-toto+json"
"""The type of an in-toto statement; it is part of what is signed. Source: RELIABILITY 4.3."""

STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A payload with one signature; nothing in it may be believed before `opened` has looked at it."""

    payload: bytes
    key_id: str
    signature: bytes
    payload_type: str = IN_TOTO

    def as_json(self) -> dict[str, JsonValue]:
        """Return the envelope as DSSE writes it: payload and signature in base 64."""
        return {
            "payload": _text(self.payload),
            "payloadType": self.payload_type,
            "signatures": [{"keyid": self.key_id, "sig": _text(self.signature)}],
        }


def pre_authentication(payload_type: str, payload: bytes) -> bytes:
    """Return what is signed: `DSSEv1`, then type and payload, each after its length in bytes."""
    kind = payload_type.encode()
    return b" ".join(
        (b"DSSEv1", str(len(kind)).encode(), kind, str(len(payload)).encode(), payload)
    )


def sealed(statement: JsonValue, *, key_id: str, sign: Callable[[bytes], bytes]) -> Envelope:
    """Return a statement's canonical JSON in an envelope; `sign` is an Ed25519 signature over the bytes it is given."""
    payload = canonical_json(statement).encode()
    return Envelope(
        payload=payload, key_id=key_id, signature=sign(pre_authentication(IN_TOTO, payload))
    )


def opened(tree: Mapping[str, Json], is_signed: SignatureCheck) -> dict[str, Json]:
    """Return the statement in an envelope, after its signature was checked.

    Raises:
        InvariantBrokenError: it is no envelope of one signature, of another type, or the signature is not valid.
    """
    envelope = _read(tree)
    if envelope.payload_type != IN_TOTO:
        raise InvariantBrokenError(f"an envelope holds {envelope.payload_type!r}, no statement")
    covered = pre_authentication(envelope.payload_type, envelope.payload)
    if not is_signed(envelope.key_id, covered, envelope.signature):
        raise InvariantBrokenError("the signature of an envelope is not valid")
    try:
        statement = json.loads(envelope.payload)
    except ValueError as error:
        raise InvariantBrokenError(f"a signed statement cannot be read: {error}") from error
    if not isinstance(statement, dict) or statement.get("_type") != STATEMENT_TYPE:
        raise InvariantBrokenError("a signed payload is no statement")
    return statement


def _read(tree: Mapping[str, Json]) -> Envelope:
    try:
        (signature,) = _list(tree["signatures"])
        signed = signature if isinstance(signature, dict) else {}
        return Envelope(
            payload=_bytes(tree["payload"]),
            payload_type=str(tree["payloadType"]),
            key_id=str(signed["keyid"]),
            signature=_bytes(signed["sig"]),
        )
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise InvariantBrokenError(f"not an envelope of one signature: {error}") from error


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise TypeError("no signatures")
    return value


def _bytes(value: Json) -> bytes:
    if not isinstance(value, str):
        raise TypeError("no base 64")
    return base64.b64decode(value, validate=True)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
