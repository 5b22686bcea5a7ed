"""Verifying: whether an envelope was signed by a key that this home trusts, or by one that is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from sqlalchemy import Connection

from quorate.adapters.keys.ed25519 import signature_check
from quorate.adapters.keys.notary import notes_in
from quorate.adapters.sql.journal import checkpoint_notes, key_registrations
from quorate.audit.envelope import opened
from quorate.audit.verification import SignatureCheck
from quorate.bootstrap.auditing import trusted_keys
from quorate.bootstrap.law.answers import VerdictCheck
from quorate.bootstrap.store import Store
from quorate.kernel.canonical import Json
from quorate.kernel.errors import InvariantBrokenError

_VERDICTS: Final = ("https://quorate/verdict/v1", "https://quorate/task-verdict/v1")


def keys_trusted(connection: Connection, store: Store) -> Mapping[str, bytes]:
    """Return this home's key and every key that it trusts, by id, as of now."""
    own = {store.notary.key_id(store.tenant): store.notary.public_key}
    registrations = key_registrations(connection, store.tenant)
    return trusted_keys(own, registrations, _notes(connection, store))


def _notes(connection: Connection, store: Store) -> Iterator[str]:
    """Yield every note on the chain and the second copies, read when they are asked for."""
    yield from checkpoint_notes(connection, store.tenant)
    yield from notes_in(store.notary.copies_of(store.tenant))


def signed_by(keys: Mapping[str, bytes]) -> SignatureCheck:
    """Return the check of signatures by these keys."""
    return partial(signature_check, keys)


def signed_by_one(public_key: bytes) -> SignatureCheck:
    """Return the check of signatures by one key, whatever its id is said to be."""

    def check(_key_id: str, message: bytes, signature: bytes) -> bool:
        return signature_check({"": public_key}, "", message, signature)

    return check


def checked(tree: Json, is_signed: SignatureCheck) -> VerdictCheck:
    """Return whether an envelope holds a verdict that was signed so; `{envelope: ...}` is taken as well."""
    found = tree.get("envelope", tree) if isinstance(tree, dict) else None
    envelope = found if isinstance(found, dict) else {}
    key_id = _key_id(envelope)
    try:
        statement = opened(envelope, is_signed)
    except InvariantBrokenError as error:
        return _bad(error.cause, key_id)
    if statement.get("predicateType") not in _VERDICTS:
        return _bad("a signed statement is no verdict", key_id)
    return VerdictCheck(ok=True, problems=(), key_id=key_id, statement=statement)


def _bad(problem: str, key_id: str) -> VerdictCheck:
    return VerdictCheck(ok=False, problems=(problem,), key_id=key_id, statement={})


def _key_id(envelope: Mapping[str, Json]) -> str:
    signatures = envelope.get("signatures")
    first = signatures[0] if isinstance(signatures, list) and signatures else None
    return str(first.get("keyid", "")) if isinstance(first, dict) else ""
