"""The gate: which check speaks first, and what goes on to the application."""

import pytest

from quorate.access import Scope
from quorate.hub.security.authentication import COOKIE, Authentication
from quorate.hub.security.bodies import JSON, MAX_BODY_BYTES
from quorate.hub.security.forgery import csrf_token
from quorate.hub.security.gate import Gate, GatePolicy
from quorate.hub.security.hosts import allowed_hosts
from quorate.hub.security.presence import Presence
from quorate.hub.security.principal import PRINCIPAL, STRANGER
from tests.fakes.clock import FakeClock
from tests.unit.hub.security.grants import FakeGrants, scope, session_grant, token_grant

HOST = "127.0.0.1:8600"
TOKEN = csrf_token(bytes(32), "session")
SIGNED_IN = {"host": HOST, "cookie": f"{COOKIE}=secret"}


class Passed:
    """What got past a gate."""

    def __init__(self):
        self.refused = []
        self.scopes = []
        self.bodies = []
        grants = FakeGrants(
            sessions={"secret": session_grant("session")},
            tokens={"arn_good": token_grant("report", Scope.READ)},
        )
        self.authentication = Authentication(grants, Presence(FakeClock()))
        policy = GatePolicy(
            hosts=allowed_hosts(8600),
            open_paths=frozenset({"/admin/sign-in"}),
            open_prefixes=("/admin/static/",),
            unattended=frozenset({"/api/admin/stream"}),
        )
        self.gate = Gate(
            self._inside, policy=policy, authentication=self.authentication, answer=self._answer
        )

    async def _inside(self, scope, receive, _send):
        self.scopes.append(scope)
        if scope["method"] != "GET":
            self.bodies.append((await receive())["body"])

    def _answer(self, error, _scope, _receive):
        async def answer(*_asgi):
            self.refused.append(error)

        return answer

    async def ask(self, body=b"", **asked):
        async def receive():
            return {"type": "http.request", "body": body, "more_body": False}

        await self.gate(scope(**asked), receive, None)
        return self.refused[-1].refusal.code or self.refused[-1].slug if self.refused else ""


@pytest.fixture
def passed():
    return Passed()


CHANGE = {"path": "/api/admin/x", "method": "POST", **SIGNED_IN, "x_csrf_token": TOKEN}


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"host": "evil.example", "origin": "https://evil.example"}, "misdirected-request"),
        ({"host": HOST, "method": "POST", "origin": "https://evil.example"}, "unauthenticated"),
        ({**CHANGE, "origin": "https://evil.example", "x_csrf_token": ""}, "ORIGIN"),
        ({**CHANGE, "x_csrf_token": "", "content_type": "text/plain"}, "CSRF"),
        ({**CHANGE, "content_type": "text/plain"}, "unsupported-media-type"),
        (
            {**CHANGE, "content_type": JSON, "content_length": str(MAX_BODY_BYTES + 1)},
            "payload-too-large",
        ),
        (
            {**CHANGE, "content_type": JSON, "content_length": "1", "body": b"{"},
            "MALFORMED_JSON",
        ),
        ({**SIGNED_IN, "upgrade": "websocket", "origin": "https://evil.example"}, "ORIGIN"),
        ({**SIGNED_IN, "content_length": str(MAX_BODY_BYTES + 1)}, "payload-too-large"),
    ],
)
async def test_the_first_check_that_fails_speaks(passed, asked, reason):
    assert await passed.ask(**asked) == reason
    assert passed.scopes == []


async def test_what_passes_goes_on_with_its_principal_and_its_body(passed):
    asked = {**CHANGE, "content_type": JSON, "content_length": "2"}
    assert await passed.ask(body=b"{}", **asked) == ""
    assert passed.scopes[0]["state"][PRINCIPAL].session_id == "session"
    assert passed.bodies == [b"{}"]


async def test_a_form_carries_its_token_itself(passed):
    form = {
        "path": "/admin/x",
        "method": "POST",
        **SIGNED_IN,
        "content_type": "application/x-www-form-urlencoded",
        "content_length": "9",
    }
    assert await passed.ask(body=b"csrf=" + TOKEN.encode(), **form) == ""
    assert await passed.ask(body=b"csrf=wrong", **form) == "CSRF"


async def test_a_program_needs_no_token_against_forgery(passed):
    asked = {"host": HOST, "authorization": "Bearer arn_good", "method": "POST"}
    assert await passed.ask(**asked, origin="https://elsewhere.example") == ""


@pytest.mark.parametrize("path", ["/admin/sign-in", "/admin/static/hub.css"])
async def test_what_is_open_is_seen_by_a_stranger(passed, path):
    assert await passed.ask(path=path, host=HOST) == ""
    assert passed.scopes[0]["state"][PRINCIPAL] is STRANGER


@pytest.mark.parametrize("path", ["/admin", "/admin/sign-in/", "/admin//sign-in", "/nothing"])
async def test_nothing_else_is(passed, path):
    assert await passed.ask(path=path, host=HOST) == "unauthenticated"


async def test_a_page_is_a_use_of_the_session_and_what_it_does_alone_is_not(passed):
    await passed.ask(path="/api/admin/stream", **SIGNED_IN)
    await passed.ask(path="/admin/bar", **SIGNED_IN, x_unattended="true")
    assert passed.authentication.presence._used == {}
    await passed.ask(path="/admin", **SIGNED_IN)
    assert list(passed.authentication.presence._used) == ["session"]
