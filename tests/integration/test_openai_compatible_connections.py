"""The client's connections: many at once, given up in the middle, a provider that restarts, a peer that is none."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import ipaddress
import random
import socket
import ssl
from dataclasses import replace

import pytest
from aiohttp.abc import AbstractResolver
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from quorate.adapters.clock.system import SystemClock
from quorate.adapters.openai_compatible import (
    ConnectionPolicy,
    OpenAiCompatible,
    open_connections,
    open_providers,
)
from quorate.adapters.openai_compatible.client import DEFAULT_POLICY
from quorate.llm.failure import FailureCode, ModelCallError
from tests.model_server import Body, Delivery, ModelServer, Outcome, Rule, Say
from tests.model_server.asking import ask, endpoint_of, failure_of, question

pytestmark = [pytest.mark.integration, pytest.mark.fault]


@pytest.fixture(scope="module")
def server():
    with ModelServer() as running:
        yield running


@pytest.fixture(autouse=True)
def plain_script(server):
    server.script()


@pytest.fixture
async def providers(server):
    async with open_providers([endpoint_of(server)], SystemClock()) as opened:
        yield opened


async def until(holds):
    """Wait for `holds` to be so, for five seconds at the most."""
    for _ in range(250):
        if holds():
            return True
        await SystemClock().sleep(0.02)
    return False


async def test_two_hundred_calls_at_once_get_each_its_own_answer(server, providers):
    server.script(
        *(Rule(contains=f"no. {place};", what=Say(content=f"{place}")) for place in range(200))
    )
    before = server.mark()
    async with asyncio.TaskGroup() as group:
        asked = [
            group.create_task(ask(providers, question(f"no. {place};"))) for place in range(200)
        ]
    assert [each.result().content for each in asked] == [b"%d" % place for place in range(200)]
    assert len(server.calls(before)) == 200


async def test_the_pool_has_the_size_that_the_policy_says(server):
    server.script(Rule(how=Delivery(delay_s=0.05)))
    accepted = server.state().accepted
    policy = ConnectionPolicy(connections=5, per_provider=5)
    async with open_providers([endpoint_of(server)], SystemClock(), policy) as providers:
        async with asyncio.TaskGroup() as group:
            for _ in range(30):
                group.create_task(ask(providers, question()))
        assert server.state().accepted - accepted <= 5 + 2  # two asked for the state


async def test_a_connection_serves_one_call_after_the_other(server, providers):
    accepted = server.state().accepted
    for _ in range(20):
        await ask(providers, question())
    assert server.state().accepted - accepted == 1 + 1  # one asked for the state


async def test_a_provider_that_hangs_leaves_connections_for_another(server):
    with ModelServer() as hanging:
        hanging.script(Rule(how=Delivery(stall_after=0)))
        stuck = replace(endpoint_of(hanging), name="stuck")
        policy = ConnectionPolicy(connections=4, per_provider=2)
        endpoints = [endpoint_of(server), stuck]
        async with open_providers(endpoints, SystemClock(), policy) as providers:
            waiting = [
                asyncio.create_task(
                    failure_of(ask(providers, question(provider="stuck", timeout_s=0.5)))
                )
                for _ in range(10)
            ]
            assert await until(lambda: hanging.state().calls == 2)
            assert (await ask(providers, question(timeout_s=0.4))).content
            for each in waiting:
                assert (await each).code == FailureCode.TIMEOUT


CAUGHT = [
    pytest.param(Delivery(stall_after=0), id="while nothing has come"),
    pytest.param(Delivery(stall_after=250), id="while the body comes"),
    pytest.param(Delivery(bytes_per_s=100), id="while it drips"),
]


@pytest.mark.parametrize("how", CAUGHT)
async def test_a_cancelled_call_closes_its_connection(server, providers, how):
    server.script(Rule(how=how))
    before = server.mark()
    asking = asyncio.create_task(ask(providers, question()))
    assert await until(lambda: server.mark() == before + 1)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await until(lambda: server.state().open_connections == 0)
    assert server.calls()[-1].outcome is Outcome.ABANDONED
    server.script()
    assert (await ask(providers, question())).content


async def test_cancelling_many_leaves_no_connection_open(server, providers):
    server.script(Rule(how=Delivery(stall_after=100)))
    before = server.mark()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.5), asyncio.TaskGroup() as group:
            for _ in range(100):
                group.create_task(ask(providers, question()))
    assert server.mark() - before == 100
    assert await until(lambda: server.state().open_connections == 0)


async def test_closing_the_providers_closes_their_connections(server):
    async with open_providers([endpoint_of(server)], SystemClock()) as providers:
        await ask(providers, question())
        assert server.state().open_connections == 1
    assert await until(lambda: server.state().open_connections == 0)


@pytest.mark.parametrize("end", [ModelServer.stop, ModelServer.kill], ids=["stop", "kill"])
async def test_a_provider_that_comes_back_is_asked_again(tmp_path, end):
    with ModelServer(ledger=tmp_path / "ledger") as mortal:
        async with open_providers([endpoint_of(mortal)], SystemClock()) as providers:
            assert (await ask(providers, question("before"))).content
            end(mortal)
            failure = await failure_of(ask(providers, question("meanwhile")))
            assert failure.code == FailureCode.CONNECTION_FAILED
            assert failure.retryable
            mortal.start()
            assert (await ask(providers, question("after"))).content
        assert [call.prompt.splitlines()[-1] for call in mortal.calls()] == ["before", "after"]


async def test_a_call_under_way_when_the_provider_dies_is_not_asked_twice(tmp_path):
    with ModelServer(ledger=tmp_path / "ledger") as mortal:
        mortal.script(Rule(how=Delivery(stall_after=0)))
        async with open_providers([endpoint_of(mortal)], SystemClock()) as providers:
            asking = asyncio.create_task(failure_of(ask(providers, question())))
            assert await until(lambda: mortal.mark() == 1)
            mortal.kill()
            failure = await asking
            assert (failure.code, failure.billed) == (FailureCode.CONNECTION_FAILED, None)
            mortal.start()
            assert [call.outcome for call in mortal.calls()] == [Outcome.PENDING]


async def test_cookies_are_not_kept(server, providers):
    told = Body(text='{"choices":[]}', headers={"Set-Cookie": "id=1"})
    server.script(Rule(what=told))
    await ask(providers, question())
    await ask(providers, question())
    assert "cookie" not in server.calls()[-1].headers


async def test_the_environment_is_not_asked_for_a_proxy():
    async with open_connections(DEFAULT_POLICY) as connections:
        assert not connections._session.trust_env


async def test_a_proxy_that_was_asked_for_is_used(server):
    proxied = replace(endpoint_of(server), base_url="http://127.0.0.1:9/api/v1")
    policy = ConnectionPolicy(proxy=server.address)
    async with open_providers([proxied], SystemClock(), policy) as providers:
        assert (await ask(providers, question())).content
    assert server.calls()[-1].headers["host"] == "127.0.0.1:9"


class NoNames(AbstractResolver):
    """A name service that knows nobody."""

    async def resolve(self, host, port=0, family=socket.AF_INET):
        raise OSError(None, f"{host}:{port} ({family}) is not known")

    async def close(self):
        """Have nothing to close."""


async def test_a_host_that_nobody_knows(server):
    endpoint = replace(endpoint_of(server), base_url="https://models.invalid/v1")
    async with open_connections(DEFAULT_POLICY, resolver=NoNames()) as connections:
        client = OpenAiCompatible(endpoint, connections, SystemClock())
        failure = await failure_of(client.complete(question()))
    assert (failure.code, failure.billed) == (FailureCode.CONNECTION_FAILED, False)
    assert "its host name is not known" in str(failure)


@contextlib.contextmanager
def full_port():
    """Yield a port of loopback that lets nobody in any more: its queue is full, and nobody takes from it."""
    with contextlib.ExitStack() as held:
        listening = held.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(8):
            waiting = held.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]


async def test_a_host_that_does_not_pick_up_is_left_before_the_deadline(server):
    with full_port() as port:
        endpoint = replace(endpoint_of(server), base_url=f"http://127.0.0.1:{port}/v1")
        policy = ConnectionPolicy(connect_timeout_s=0.2)
        async with open_providers([endpoint], SystemClock(), policy) as providers:
            failure = await failure_of(ask(providers, question()))
    assert (failure.code, failure.billed) == (FailureCode.CONNECTION_FAILED, False)
    assert "no connection in time" in str(failure)


def self_signed(folder):
    """Return a TLS context whose certificate nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    start = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@contextlib.asynccontextmanager
async def peer(answer, context=None):
    """Run a peer in this process that sends `answer` to whatever it is told; yield its port."""

    async def meet(reader, writer):
        with contextlib.suppress(OSError):
            await reader.read(65536)
            writer.write(answer)
            await writer.drain()
            writer.close()
            await writer.wait_closed()

    listening = await asyncio.start_server(meet, "127.0.0.1", 0, ssl=context)
    async with listening:
        yield listening.sockets[0].getsockname()[1]


@contextlib.asynccontextmanager
async def client_of(port, scheme="http"):
    async with open_connections(DEFAULT_POLICY) as connections:
        endpoint = replace(endpoint_of(ModelServer()), base_url=f"{scheme}://127.0.0.1:{port}/v1")
        yield OpenAiCompatible(endpoint, connections, SystemClock())


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    async with peer(b"", self_signed(tmp_path)) as port, client_of(port, "https") as client:
        failure = await failure_of(client.complete(question()))
    assert (failure.code, failure.billed) == (FailureCode.CONNECTION_FAILED, False)
    assert not failure.retryable
    assert "certificate" in str(failure)


async def test_a_peer_that_speaks_no_tls_is_refused():
    async with peer(b"HTTP/1.1 200 OK\r\n\r\n") as port, client_of(port, "https") as client:
        failure = await failure_of(client.complete(question()))
    assert failure.code == FailureCode.CONNECTION_FAILED


NO_HTTP = [
    pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", id="another protocol"),
    pytest.param(b"HTTP/1.1 abc OK\r\n\r\n", id="a status that is none"),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", id="a negative length"),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\nabcde", id="two"
    ),
    pytest.param(b"HTTP/1.1 200 OK\r\n" + b"a" * 100_000, id="a line without end"),
    pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", id="a chunk"),
    pytest.param(b"\x00" * 1000, id="zeros"),
    pytest.param(b"", id="nothing"),
]


@pytest.mark.parametrize("answer", NO_HTTP)
async def test_what_is_no_http_is_no_answer(answer):
    async with peer(answer) as port, client_of(port) as client:
        failure = await failure_of(client.complete(question(timeout_s=2)))
    assert failure.code in {FailureCode.MALFORMED_RESPONSE, FailureCode.CONNECTION_FAILED}


GOOD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 70\r\n\r\n"
    b'{"model":"m","choices":[{"message":{"content":"a"}}],"usage":{"x":1}}\n'
)


async def test_bytes_that_were_changed_on_the_way_give_a_reply_or_a_failure():
    chance, seen = random.Random(20), set()  # noqa: S311  (seeded samples)
    for _ in range(150):
        answer = bytearray(GOOD)
        for _ in range(chance.randint(1, 4)):
            answer[chance.randrange(len(answer))] = chance.randrange(256)
        async with peer(bytes(answer)) as port, client_of(port) as client:
            try:
                await client.complete(question(timeout_s=0.5))
                seen.add("reply")
            except ModelCallError as failure:
                seen.add(failure.code)
    assert {"reply", FailureCode.MALFORMED_RESPONSE} <= seen
