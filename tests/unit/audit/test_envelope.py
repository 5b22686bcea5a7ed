"""Envelopes: what is signed is the type and the bytes, and nothing is read before its signature was looked at."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from quorate.adapters.keys.ed25519 import SigningKey, signature_check
from quorate.audit.envelope import STATEMENT_TYPE, opened, pre_authentication, sealed
from quorate.kernel.errors import InvariantBrokenError

KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
STATEMENT = {"_type": STATEMENT_TYPE, "subject": [], "predicate": {"n": "1"}}


def is_signed(key_id, message, signature):
    return signature_check({"k": KEY.public}, key_id, message, signature)


def envelope(**changes):
    return {**sealed(STATEMENT, key_id="k", sign=KEY.sign).as_json(), **changes}


def test_the_encoding_is_the_published_one():
    """Source: the example of the DSSE protocol."""
    assert (
        pre_authentication("http://example.com/HelloWorld", b"hello world")
        == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_lengths_are_those_of_the_bytes():
    assert pre_authentication("ä", "ö€".encode()) == "DSSEv1 2 ä 5 ö€".encode()


def test_what_was_sealed_can_be_opened():
    assert opened(envelope(), is_signed) == STATEMENT


def test_every_single_bit_of_the_payload_is_covered():
    whole = envelope()
    payload = base64.b64decode(whole["payload"])
    for place in range(8 * len(payload)):
        changed = bytearray(payload)
        changed[place // 8] ^= 1 << (place % 8)
        with pytest.raises(InvariantBrokenError):
            opened({**whole, "payload": base64.b64encode(changed).decode()}, is_signed)


SIG = envelope()["signatures"][0]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"payloadType": "application/json"}, id="another type"),
        pytest.param({"signatures": []}, id="no signature"),
        pytest.param({"signatures": [SIG, SIG]}, id="two signatures"),
        pytest.param({"signatures": [{"keyid": "other", "sig": SIG["sig"]}]}, id="another key"),
        pytest.param({"signatures": [{"keyid": "k", "sig": "AAAA"}]}, id="no signature of ours"),
        pytest.param({"signatures": [{"keyid": "k", "sig": "not base 64!"}]}, id="no base 64"),
        pytest.param({"signatures": ["k"]}, id="a text for a signature"),
        pytest.param({"signatures": None}, id="null"),
        pytest.param({"payload": None}, id="no payload"),
    ],
)
def test_anything_else_is_no_envelope(changes):
    with pytest.raises(InvariantBrokenError):
        opened(envelope(**changes), is_signed)


@pytest.mark.parametrize("payload", [b"[]", b"{}", b"no json"])
def test_a_signed_payload_that_is_no_statement_is_refused(payload):
    kind = "application/vnd.in-toto+json"
    tree = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": kind,
        "signatures": [
            {
                "keyid": "k",
                "sig": base64.b64encode(KEY.sign(pre_authentication(kind, payload))).decode(),
            }
        ],
    }
    with pytest.raises(InvariantBrokenError):
        opened(tree, is_signed)
