"""What stands beside the chain: the step ledger, content-addressed blobs, and the keys that sign checkpoints."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, LargeBinary, Table, bindparam, select

from quorate.adapters.sql.projection import Place, Projections, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import Insert, Statement
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Event

STEP_LEDGER = Table(
    "step_ledger",
    metadata,
    tenant_column(),
    text_column("step_key", key=True),
    Column("seq", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

BLOBS = Table(
    "blobs",
    metadata,
    tenant_column(),
    text_column("digest", key=True),
    Column("content", LargeBinary, nullable=False),
)

SIGNING_KEYS = Table(
    "signing_keys",
    metadata,
    tenant_column(),
    text_column("key_id", key=True),
    text_column("public_key"),
)

_ADD_STEP = Insert(STEP_LEDGER)
_ADD_BLOB = Insert(BLOBS)
_ADD_KEY = Insert(SIGNING_KEYS)
_BLOB = Statement(
    select(BLOBS.c.digest).where(
        BLOBS.c.tenant == bindparam("tenant"), BLOBS.c.digest == bindparam("digest")
    )
)
_KEY = Statement(
    select(SIGNING_KEYS.c.key_id).where(
        SIGNING_KEYS.c.tenant == bindparam("tenant"), SIGNING_KEYS.c.key_id == bindparam("key_id")
    )
)


def record_step(session: Session, place: Place, event: Event) -> None:
    """Note that `event` is the recorded success of its step; a second one is a conflict."""
    session.insert(
        _ADD_STEP, {"tenant": place.tenant, "step_key": event.step_key, "seq": place.seq}
    )


def store_blob(session: Session, tenant: Tenant, content: bytes) -> None:
    """Keep `content` under its SHA-256, once."""
    name = {"tenant": tenant, "digest": sha256_hex(content)}
    if not session.read(_BLOB, {**name}):
        session.insert(_ADD_BLOB, {**name, "content": content})


def knows_key(session: Session, tenant: Tenant, key_id: str) -> bool:
    """Return whether the public half of `key_id` is on record."""
    return bool(session.read(_KEY, {"tenant": tenant, "key_id": key_id}))


def _key_registered(session: Session, place: Place, event: Event) -> None:
    session.insert(
        _ADD_KEY,
        {
            "tenant": place.tenant,
            "key_id": text_of(event, "keyId"),
            "public_key": text_of(event, "publicKey"),
        },
    )


PROJECTIONS: Projections = {"key.registered": _key_registered}
