"""What no request gets past, over a real connection: host, forgery, the body; and what every answer carries."""

import asyncio

import pytest
from structlog.testing import capture_logs

from quorate.access import Scope
from quorate.hub.application import guarded_routes
from quorate.hub.security.bodies import MAX_BODY_BYTES
from quorate.hub.security.headers import SECURITY_HEADERS
from tests.integration.hub.served import HANDSHAKE, problem, serving_app

pytestmark = pytest.mark.asyncio(loop_scope="module")

RUN = "/api/admin/arena/run"
OFF = "/api/admin/arena/profiles/trend/disable"
LIST = "/api/admin/arena/runs"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost.evil.example",
        "127.0.0.1.evil.example:{port}",
        "",
    ],
)
async def test_a_foreign_host_is_answered_with_nothing(hub, browser, host):
    answer = await browser.get(LIST, headers={"Host": host.format(port=hub.port)})
    assert problem(answer)["code"] == "HOST"
    assert answer.status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "[::1]:{port}"])
async def test_the_names_of_this_machine_are_answered(hub, browser, host):
    answer = await browser.get(LIST, headers={"Host": host.format(port=hub.port)})
    assert answer.status_code == 200


async def test_a_change_without_the_token_is_refused(hub):
    browser = await hub.browser()
    del browser.headers["X-CSRF-Token"]
    assert problem(await browser.post(OFF))["code"] == "CSRF"


async def test_a_change_with_another_sessions_token_is_refused(hub):
    one, other = await hub.browser(), await hub.browser()
    stolen = {"X-CSRF-Token": other.headers["X-CSRF-Token"]}
    answer = await one.post(OFF, headers=stolen)
    assert problem(answer)["code"] == "CSRF"
    assert answer.status_code == 403


async def test_a_form_without_its_token_is_refused(hub):
    browser = await hub.browser()
    token = browser.headers.pop("X-CSRF-Token")
    page = "/admin/arena/profiles/trend/enable"
    assert (await browser.post(page, data={"csrf": "wrong"})).status_code == 403
    assert (await browser.post(page, data={})).status_code == 403
    assert (await browser.post(page, data={"csrf": token})).status_code < 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_change_from_a_page_elsewhere_is_refused(browser, headers):
    answer = await browser.post(OFF, headers=headers)
    assert (answer.status_code, problem(answer)["code"]) == (403, "ORIGIN")


async def test_our_own_page_may_change_things(hub, browser):
    own = {"Origin": hub.url, "Sec-Fetch-Site": "same-origin"}
    answer = await browser.post("/api/admin/arena/profiles/trend/enable", headers=own)
    assert answer.status_code == 200


async def test_a_program_needs_no_token_against_forgery(hub):
    program = await hub.program(Scope.ADMIN)
    answer = await program.post("/api/admin/arena/profiles/trend/enable")
    assert answer.status_code == 200


async def test_a_socket_from_a_page_elsewhere_is_refused(browser):
    upgrade = {**HANDSHAKE, "Origin": "https://evil.example"}
    assert problem(await browser.get("/ws/sidebar", headers=upgrade))["code"] == "ORIGIN"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain", b"{}"),
        ("multipart/form-data; boundary=x", b"--x--"),
        ("application/x-www-form-urlencoded", b"symbols=AAPL"),
        ("application/jsonp", b"{}"),
        ("", b"{}"),
    ],
)
async def test_the_api_takes_json_alone(browser, kind, body):
    answer = await browser.post(RUN, headers={"Content-Type": kind}, content=body)
    assert (answer.status_code, problem(answer)["code"]) == (415, "CONTENT_TYPE")


async def test_a_page_takes_forms_alone(browser):
    answer = await browser.post("/admin/arena/profiles/trend/enable", json={})
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[" * 100_000,
        b'{"symbols":["AAPL"],"symbols":["IBM"]}',
        b'{"symbols":["AAPL"],"maxCostUsd":NaN}',
        b'\xef\xbb\xbf{"symbols":["AAPL"]}',
        b'{"symbols":["\xff"]}',
        b'{"symbols":["\\ud800"]}',
    ],
)
async def test_json_that_says_no_one_thing_is_refused(browser, body):
    answer = await browser.post(RUN, headers={"Content-Type": "application/json"}, content=body)
    assert (answer.status_code, problem(answer)["code"]) == (422, "MALFORMED_JSON")


async def test_a_body_is_bounded_whether_it_says_its_length_or_not(hub, browser):
    async def endless():
        for _ in range(MAX_BODY_BYTES // 65_536 + 1):
            yield b" " * 65_536

    headers = {"Content-Type": "application/json"}
    declared = await browser.post(RUN, headers=headers, content=b" " * (MAX_BODY_BYTES + 1))
    streamed = await browser.post(RUN, headers=headers, content=endless())
    for answer in (declared, streamed):
        assert (answer.status_code, problem(answer)["code"]) == (413, "BODY_TOO_LARGE")
    assert len(await hub.app.profiles()) > 0


@pytest.mark.parametrize(
    "path",
    [
        "/api/admin/arena/runs/../../../../etc/passwd",
        "/api/admin/arena/runs/..%2f..%2f..%2fetc%2fpasswd",
        "/admin/static/../templates/base.html",
        "/admin/static/..%2f..%2fapplication.py",
        "/admin/static/%2e%2e/%2e%2e/application.py",
        "/admin/static//etc/passwd",
        "/admin/static/hub.css%00.js",
    ],
)
async def test_no_address_leaves_its_folder(hub, browser, path):
    line = await raw(hub, browser, path)
    assert line.split(" ")[1] == "404"


async def raw(hub, browser, path) -> str:
    """Ask for a path exactly as it stands, which no client library does; return the status line."""
    reader, writer = await asyncio.open_connection("127.0.0.1", hub.port)
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{hub.port}\r\nCookie: {cookie}\r\n"
        "Connection: close\r\n\r\n".encode()
    )
    answer = await reader.read()
    writer.close()
    assert b"root:" not in answer
    return answer.partition(b"\r\n")[0].decode()


async def test_every_answer_carries_the_headers(hub, browser):
    strangers = hub.client()
    asked = [
        await browser.get(LIST),
        await browser.get("/admin/arena"),
        await browser.get("/api/admin/nothing"),
        await browser.get("/nothing"),
        await browser.put(LIST),
        await browser.get(LIST, params={"limit": "many"}),
        await browser.get(LIST, headers={"Host": "evil.example"}),
        await strangers.get(LIST),
        await strangers.get("/admin"),
        await strangers.get("/admin/sign-in"),
        await strangers.get("/admin/static/hub.css"),
        await strangers.get("/admin/static/nothing.css"),
        await strangers.get("/"),
    ]
    for answer in asked:
        for name, value in SECURITY_HEADERS:
            assert answer.headers[name] == value, answer.url
        assert len(answer.headers["x-trace-id"]) == 32
        assert answer.headers["cache-control"] in {"no-store", "no-cache"}
        assert "server" not in answer.headers


async def test_a_callers_trace_goes_on(browser):
    parent = f"00-{TRACE}-00f067aa0ba902b7-01"
    answer = await browser.get("/api/admin/nothing", headers={"traceparent": parent})
    assert answer.headers["x-trace-id"] == TRACE
    assert problem(answer)["traceId"] == TRACE
    for bad in ("nonsense", f"00-{'0' * 32}-00f067aa0ba902b7-01", f"00-{TRACE}-x-01"):
        fresh = await browser.get(LIST, headers={"traceparent": bad})
        assert fresh.headers["x-trace-id"] not in {TRACE, "0" * 32}


async def test_a_file_may_be_kept_for_ever_under_its_version(hub):
    client = hub.client()
    page = (await client.get("/admin/sign-in")).text
    address = page.partition('href="/admin/static/hub.css')[2].partition('"')[0]
    versioned = await client.get(f"/admin/static/hub.css{address}")
    assert "immutable" in versioned.headers["cache-control"]
    assert versioned.headers["content-encoding"] == "gzip"
    old = await client.get("/admin/static/hub.css?v=000000000000")
    assert old.headers["cache-control"] == "no-cache"
    again = await client.get(
        "/admin/static/hub.css", headers={"If-None-Match": versioned.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


class Broken:
    """An application with a bug; everything else is the real one's."""

    def __init__(self, app):
        self._app = app

    def __getattr__(self, name):
        return getattr(self._app, name)

    async def list_runs(self, *_wanted):
        raise LookupError("the password is swordfish")


async def test_nothing_of_what_is_inside_gets_out(hub):
    with capture_logs() as logged:
        async with serving_app(Broken(hub.app)) as broken:
            browser = await broken.browser()
            answer = await browser.get("/api/admin/arena/runs")
            page = await browser.get("/admin/arena/runs")
    told = problem(answer)
    assert (told["status"], told["type"]) == (500, "/problems/internal-error")
    assert (page.status_code, "Internal error" in page.text) == (500, True)
    assert "swordfish" not in answer.text + page.text
    facts = [each for each in logged if each["event"] == "unforeseen"]
    assert facts[0]["trace_id"] == told["traceId"]
    assert "swordfish" in str(facts[0]["exc_info"])


async def test_a_stranger_sees_what_is_open_and_nothing_else(hub):
    client = hub.client()
    for route in guarded_routes(client_app(hub)):
        path = route.path.replace("{", "").replace("}", "")
        answer = await client.request(route.method, path)
        is_open = type(route.guard).__name__ == "Open"
        if not is_open:
            assert answer.status_code in {401, 303}, route
            assert answer.headers.get("location", "/admin/sign-in") == "/admin/sign-in"


def client_app(hub):
    return hub.server.config.app
