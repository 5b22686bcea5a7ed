"""The watch: told once, to everybody whom it concerns, and never in a cycle's way."""

from __future__ import annotations

import pytest
import structlog
from structlog.testing import capture_logs

from quorate.cycle.watch import Severity
from quorate.cycle.watch.alert import HookState, RaisedAlert
from quorate.cycle.watch.service import Watch
from quorate.kernel.errors import UnavailableError
from tests.fakes.alerts import CYCLE, AlertBook, FakeTraces, alert
from tests.fakes.clock import FakeClock

GONE = UnavailableError("the database gave no answer", source="database")


class Carrier:
    """Takes alerts from warnings on, and remembers them."""

    def __init__(self):
        self.taken: list[RaisedAlert] = []

    def takes(self, one):
        return one.severity.reaches(Severity.WARNING)

    def begin(self, one):
        self.taken.append(one)


@pytest.fixture
def book():
    return AlertBook()


@pytest.fixture
def carrier():
    return Carrier()


@pytest.fixture
def traces():
    return FakeTraces()


@pytest.fixture
def watch(book, carrier, traces):
    return Watch(
        journal=book,
        traces=traces,
        clock=FakeClock(),
        delivery=carrier,
        secrets=lambda: ("hidden-path",),
    )


async def test_an_alert_reaches_the_log_the_database_and_the_webhook(watch, book, carrier):
    with capture_logs() as logs:
        await watch.told([alert(text="GET /hidden-path failed")])
    (line,) = logs
    assert (line["event"], line["log_level"]) == ("alert_raised", "error")
    (event,) = book.events
    (taken,) = carrier.taken
    assert event.payload["toHook"]
    assert taken.hook is HookState.WAITING
    assert line["text"] == event.payload["text"] == taken.alert.text == "GET /*** failed"


@pytest.fixture
def every_level():
    """Let the log take every level, whatever an application that was opened before set."""
    before = structlog.get_config()
    structlog.reset_defaults()
    yield
    structlog.configure(**before)


@pytest.mark.usefixtures("every_level")
@pytest.mark.parametrize("severity", list(Severity))
async def test_the_log_says_how_grave_it_is(watch, severity):
    with capture_logs() as logs:
        await watch.told([alert(severity=severity)])
    assert [line["log_level"] for line in logs] == [severity.value]


async def test_telling_the_same_twice_raises_it_once(watch, book, carrier):
    await watch.told([alert(), alert(), alert("other")])
    await watch.told([alert("other"), alert()])
    assert [event.payload["kind"] for event in book.events] == ["cash_gap", "other"]
    assert len(carrier.taken) == 2


async def test_the_log_tells_of_an_alert_once_however_often_its_cause_is_seen(watch):
    """A sweep of every ten seconds sees the same cause all day."""
    with capture_logs() as logs:
        for _ in range(3):
            await watch.told([alert()])
    assert [line["event"] for line in logs] == ["alert_raised"]


async def test_what_only_informs_stays_at_home(watch, book, carrier):
    await watch.told([alert(severity=Severity.INFO)])
    assert not book.events[0].payload["toHook"]
    assert carrier.taken == []


async def test_without_a_webhook_alerts_are_raised_all_the_same(book, traces):
    await Watch(journal=book, traces=traces, clock=FakeClock()).told([alert()])
    assert not book.events[0].payload["toHook"]


async def test_nothing_to_tell_writes_nothing(watch, book):
    book.failure = GONE
    with capture_logs() as logs:
        await watch.told([])
    assert logs == []


async def test_a_lost_database_fails_nobody_and_the_log_says_all(watch, book, carrier):
    book.failure = GONE
    with capture_logs() as logs:
        await watch.told([alert()])
    assert [line["event"] for line in logs] == ["alert_raised", "alerts_not_kept"]
    assert carrier.taken == []


async def test_a_trace_is_kept_verbatim_with_its_cycle(watch, traces):
    message = {"agent": "DataFetching", "success": True, "error": None, "data": {"n": "1.50"}}
    await watch.logged(CYCLE, [message])
    assert traces.files == {CYCLE: [{**message, "cycleId": CYCLE}]}


async def test_a_full_disk_fails_nobody(watch, traces):
    traces.failure = UnavailableError("no room", source="the event files")
    with capture_logs() as logs:
        await watch.logged(CYCLE, [])
    assert [line["event"] for line in logs] == ["trace_not_kept"]
