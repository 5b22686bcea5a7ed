"""Forgery: the origin, what the browser says of the site, and the token must agree."""

import pytest

from quorate.hub.problems import RefusedError
from quorate.hub.security.forgery import check_csrf, check_origin, csrf_token, keyed_hash

HOST = "127.0.0.1:8600"
SECRET = bytes(range(32))


def code_of(check, *arguments):
    with pytest.raises(RefusedError) as refusal:
        check(*arguments)
    return refusal.value.refusal.code


@pytest.mark.parametrize(
    ("origin", "site"),
    [
        (None, None),
        (f"http://{HOST}", None),
        (f"http://{HOST}", "same-origin"),
        (None, "same-origin"),
        ("null", "same-origin"),
    ],
)
def test_our_own_page_passes(origin, site):
    check_origin(origin, site, HOST)


@pytest.mark.parametrize(
    ("origin", "site"),
    [
        ("https://evil.example", None),
        (f"https://{HOST}", None),
        ("http://127.0.0.1", None),
        ("http://localhost:8600", None),
        ("null", None),
        ("null", "cross-site"),
        ("", None),
        (None, "cross-site"),
        (None, "same-site"),
        (None, "none"),
        (f"http://{HOST}", "cross-site"),
        ("https://evil.example", "same-origin"),
    ],
)
def test_a_page_elsewhere_does_not(origin, site):
    assert code_of(check_origin, origin, site, HOST) == "ORIGIN"


def test_a_sessions_token_passes_and_no_other_does():
    token = csrf_token(SECRET, "session")
    check_csrf(token, token)
    others = (
        csrf_token(SECRET, "other"),
        csrf_token(bytes(32), "session"),
        token[:-1],
        "",
        None,
        "é",
    )
    for other in others:
        assert code_of(check_csrf, other, token) == "CSRF"


def test_a_hash_is_for_one_purpose():
    assert keyed_hash(SECRET, "csrf", "x") != keyed_hash(SECRET, "cursor", "x")
    assert keyed_hash(SECRET, "a", "b\nc") == keyed_hash(SECRET, "a\nb", "c")  # purposes are ours
