"""Rotation: the old key says that it hands over, and nobody else can say it for it."""

import json

import pytest

from quorate.audit.rotation import rotated_event, rotation_problems
from quorate.kernel.canonical import canonical_json
from tests.fakes.clock import NOON
from tests.fakes.desks import TestKey

KEY = TestKey()


def row(**changes):
    event = rotated_event(
        old_key_id=KEY.key_id,
        new_key_id="k2",
        new_public_key=bytes(32),
        by="anna",
        at=NOON,
        sign=KEY.sign,
    )
    return {**json.loads(canonical_json(event.payload)), **changes}


def test_a_rotation_that_the_old_key_signed_holds():
    assert list(rotation_problems(row(), KEY.is_signed)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"oldKeyId": "k0"},
        {"newKeyId": "k3"},
        {"newPublicKey": "11" * 32},
        {"rotatedAt": "2020-01-01T00:00:00.000000Z"},
        {"by": "eve"},
        {"envelope": {}},
        {"envelope": None},
    ],
)
def test_a_rotation_that_was_changed_is_found(changes):
    assert list(rotation_problems(row(**changes), KEY.is_signed))


def test_a_rotation_of_a_key_that_nobody_trusts_is_found():
    assert list(rotation_problems(row(), lambda *_: False))
