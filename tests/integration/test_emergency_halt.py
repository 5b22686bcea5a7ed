"""A halt while the database is away: what is open at the broker is cancelled, and the halt is not forgotten."""

import asyncio
import json

import pytest

from quorate.bootstrap import emergency_halt, open_app
from quorate.bootstrap.safety.emergency import LATCH, cancel_buys, latched
from quorate.cli.main import main
from quorate.execution.broker import BrokerUnavailableError
from quorate.kernel.errors import RejectedError
from quorate.risk import TradingState
from tests.fakes.homes import settings_of
from tests.unit.execution.test_service import MARKET, Desk

pytestmark = pytest.mark.integration

GONE = "postgresql://nobody@127.0.0.1:1/none"


async def test_open_buys_are_cancelled_and_stops_stay():
    desk, cancelled, left = Desk(), [], []
    await desk.bought()
    await desk.place(type(MARKET)(**{**fields(MARKET), "decision_id": "dec_2"}))
    await cancel_buys(desk.broker, cancelled, left)
    assert (len(cancelled), left) == (1, [])
    assert [each.status for each in desk.broker.placed.values()] == ["filled", "new", "canceled"]


def fields(request):
    return {name: getattr(request, name) for name in type(request).__dataclass_fields__}


async def test_what_the_broker_does_not_confirm_is_told():
    desk, cancelled, left = Desk(), [], []
    await desk.place()
    desk.broker.script += ["unavailable"]
    await cancel_buys(desk.broker, cancelled, left)
    assert (cancelled, [each.cause for each in left]) == ([], ["no answer"])


async def test_an_account_that_tells_nothing_is_an_error():
    desk = Desk()

    async def gone(**_named):
        raise BrokerUnavailableError("no answer", source="broker")

    desk.broker.orders = gone
    with pytest.raises(BrokerUnavailableError):
        await cancel_buys(desk.broker, [], [])


async def test_the_halt_is_in_force_as_soon_as_the_database_is_opened(tmp_path):
    settings = settings_of(tmp_path)
    async with open_app(settings):
        pass
    done = await emergency_halt(settings, "the database is away", "command line")
    assert (done.cancelled, done.left, done.latch) == ((), (), tmp_path / LATCH)
    async with open_app(settings) as app:
        (line,) = await app.safety.standings()
        assert (line.state, line.reason) == (TradingState.HALTED, "the database is away")
        assert any("is in force now" in said for said in app.started)
    assert not (tmp_path / LATCH).exists()


async def test_a_hub_that_runs_on_takes_it_up_by_itself(tmp_path):
    settings = settings_of(tmp_path)
    async with open_app(settings) as app, app.safety.watched(), asyncio.timeout(30):
        await emergency_halt(settings, "the database was away", "command line")
        while (await app.safety.standings())[0].trades:
            await app.clock.sleep(0.05)
    assert latched(tmp_path) is None


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"reason": "", "by": "x"}'])
def test_a_file_that_cannot_be_read_is_a_halt_too(tmp_path, content):
    (tmp_path / LATCH).write_text(content)
    assert latched(tmp_path).by == "emergency"


async def test_without_a_reason_nothing_is_kept(tmp_path):
    with pytest.raises(RejectedError, match="a reason is wanted"):
        await emergency_halt(settings_of(tmp_path), " ", "command line")
    assert not (tmp_path / LATCH).exists()


def test_the_command_halts_although_no_database_answers(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("QUORATE_HOME", str(tmp_path))
    monkeypatch.setenv("QUORATE_DATABASE_URL", GONE)
    assert main(["halt", "--scope", "cancel", "--reason", "odd fills", "--json"]) == 0
    shown = capsys.readouterr()
    told = json.loads(shown.out)
    assert (told["state"], told["emergency"], told["cancelled"]) == ("HALTED", True, [])
    assert "No order can be sent without it" in shown.err
    assert latched(tmp_path).reason == "odd fills"
