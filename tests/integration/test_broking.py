"""Which broker trades for a home: by its settings, its environment and its file of keys."""

import pytest

from quorate.adapters.alpaca import AlpacaEndpoint
from quorate.adapters.alpaca import endpoint as alpaca_endpoint
from quorate.adapters.clock.system import SystemClock
from quorate.bootstrap.broking import VARIABLES, examined_broker, has_broker, open_broker
from quorate.execution.broker import KeysRefusedError
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import Symbol
from quorate.kernel.secret import Secret
from tests.fakes.homes import settings_of
from tests.integration.alpaca_stages import begun, running_broker
from tests.integration.homes import opened_home

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def server():
    with running_broker() as server:
        yield server


@pytest.fixture
def pointed(server, monkeypatch):
    """Set the environment of a program that trades at the scripted broker."""
    begun(server)
    for name, value in server.variables.items():
        monkeypatch.setenv(name, value)
    return server


@pytest.fixture
def elsewhere(server, monkeypatch):
    """Set where the scripted broker is, and no keys."""
    begun(server)
    for name, value in server.variables.items():
        if name.endswith("URL"):
            monkeypatch.setenv(name, value)
    return server


async def account_id(settings):
    async with open_broker(settings, SystemClock()) as broker:
        return None if broker is None else (await broker.account.account()).account_id


def test_the_variables_are_the_ones_that_the_adapter_reads():
    assert set(VARIABLES) == {
        alpaca_endpoint.KEY_ID,
        alpaca_endpoint.SECRET_KEY,
        alpaca_endpoint.BASE_URL,
        alpaca_endpoint.DATA_URL,
    }


async def test_without_keys_the_simulated_broker_trades(tmp_path):
    settings = settings_of(tmp_path)
    assert not has_broker(settings)
    assert await account_id(settings) is None


@pytest.mark.usefixtures("pointed")
async def test_with_keys_in_the_environment_alpaca_trades(tmp_path):
    settings = settings_of(tmp_path)
    assert has_broker(settings)
    assert await account_id(settings)


@pytest.mark.usefixtures("pointed")
async def test_the_settings_may_keep_the_simulated_broker_although_there_are_keys(tmp_path):
    assert await account_id(settings_of(tmp_path, BROKER__ADAPTER="simulated")) is None


async def test_alpaca_without_keys_is_refused_as_missing_credentials(tmp_path):
    with pytest.raises(RejectedError) as refused:
        has_broker(settings_of(tmp_path, BROKER__ADAPTER="alpaca"))
    assert refused.value.slug == "unauthenticated"
    assert "quorate keys set alpaca" in refused.value.fix


async def test_one_key_without_the_other_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("APCA_API_KEY_ID", "PK1")
    with pytest.raises(RejectedError, match="APCA_API_SECRET_KEY is not set") as refused:
        has_broker(settings_of(tmp_path))
    assert refused.value.slug == "config-refused"


async def test_the_live_host_is_refused_before_anything_is_sent(tmp_path, pointed, monkeypatch):
    monkeypatch.setenv("APCA_API_BASE_URL", "https://api.alpaca.markets")
    with pytest.raises(RejectedError, match="orders cost real money") as refused:
        async with open_broker(settings_of(tmp_path), SystemClock()):
            pytest.fail("the live host was opened")
    assert refused.value.slug == "config-refused"
    assert pointed.ledger("request") == []


async def test_stored_keys_open_the_broker_until_they_are_removed(tmp_path, elsewhere):
    home, url = tmp_path / "home", f"sqlite:///{tmp_path}/q.db"
    keys = [Secret(elsewhere.variables[name]) for name in VARIABLES[:2]]
    async with opened_home(home, url) as app:
        stored = await app.broker.store_keys(*keys)
        assert (stored.applied, stored.broker.key_source, stored.broker.adapter) == (
            True,
            "file",
            "alpaca",
        )
        tested = await app.broker.test()
        assert tested.as_json()["cash"] == "100000"
        removed = await app.broker.remove_keys()
        assert (removed.applied, removed.broker.adapter) == (True, "simulated")
        with pytest.raises(RejectedError, match="simulated broker"):
            await app.broker.test()


async def test_that_keys_were_changed_is_journaled_and_the_keys_are_not(tmp_path, elsewhere):
    home, url = tmp_path / "home", f"sqlite:///{tmp_path}/q.db"
    keys = [Secret(elsewhere.variables[name]) for name in VARIABLES[:2]]
    async with opened_home(home, url) as app:
        await app.broker.store_keys(*keys)
        assert not (await app.broker.store_keys(*keys)).applied
        rows = await app._store.journal.entries("broker:alpaca")
    assert [row.type for row in rows] == ["broker-key.stored"]
    written = (tmp_path / "q.db").read_bytes()
    assert all(key.reveal().encode() not in written for key in keys)


@pytest.mark.usefixtures("pointed")
async def test_the_environment_goes_before_the_file(tmp_path):
    home, url = tmp_path / "home", f"sqlite:///{tmp_path}/q.db"
    async with opened_home(home, url) as app:
        await app.broker.store_keys(Secret("PKOTHERACCOUNT000001"), Secret("other-secret-0001"))
        shown = await app.broker.shown()
        assert (shown.key_source, shown.stored) == ("env", True)
        assert (await app.broker.test()).account.account_id


async def test_a_wrong_address_is_told_and_the_list_of_keys_still_works(
    tmp_path, pointed, monkeypatch
):
    monkeypatch.setenv("APCA_API_BASE_URL", "http://broker.example")
    async with opened_home(tmp_path / "home", f"sqlite:///{tmp_path}/q.db") as app:
        shown = await app.broker.shown()
    assert "unencrypted" in shown.lacks
    assert pointed.ledger("request") == []


async def test_the_doctor_says_that_the_simulated_broker_trades(tmp_path):
    found = await examined_broker(settings_of(tmp_path), SystemClock())
    assert (found.ok, found.detail) == (True, "simulated: no keys of a broker are used")


async def test_the_doctor_asks_the_broker(tmp_path, pointed):
    found = await examined_broker(settings_of(tmp_path), SystemClock())
    assert (found.ok, found.detail) == (True, f"{pointed.address} answers")


@pytest.mark.usefixtures("pointed")
async def test_the_doctor_tells_keys_that_are_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("APCA_API_SECRET_KEY", "not-the-secret-at-all")
    found = await examined_broker(settings_of(tmp_path), SystemClock())
    assert (found.ok, found.detail) == (False, "the broker refuses the keys")
    with pytest.raises(KeysRefusedError):
        await account_id(settings_of(tmp_path))


@pytest.mark.usefixtures("pointed")
async def test_the_data_and_the_account_are_asked_within_the_settings(tmp_path):
    settings = settings_of(tmp_path, BROKER__REQUESTS_PER_MINUTE="2", BROKER__CANCEL_RESERVE="1")
    async with open_broker(settings, SystemClock()) as broker:
        assert broker is not None
        assert isinstance(broker.account._connection.endpoint, AlpacaEndpoint)
        await broker.account.account()
        with pytest.raises(Exception, match="may not be asked again"):
            await broker.account.account()
        assert await broker.data.quotes([Symbol("IBM")]) == {}
