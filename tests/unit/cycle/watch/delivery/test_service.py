"""Delivery: tried a few times, recorded however it ends, and never waited for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from quorate.cycle.watch import AlertsPolicy, Severity
from quorate.cycle.watch.alert import HookState
from quorate.cycle.watch.delivery.service import MOST_AT_ONCE, MOST_WAITING, Delivery
from quorate.kernel.errors import RejectedError, UnavailableError
from tests.fakes.alerts import AlertBook, FakeHook, alert, raised
from tests.fakes.clock import FakeClock, settle

DOWN = UnavailableError("the webhook answered 503", source="webhook")
GONE = RejectedError("the webhook answered 410")


class SlowHook(FakeHook):
    """Takes a second for each post, and counts how many it has at once."""

    def __init__(self, clock):
        super().__init__()
        self._clock = clock
        self.present = self.most = 0

    async def post(self, body):
        self.present += 1
        self.most = max(self.most, self.present)
        await self._clock.sleep(1)
        self.present -= 1
        await super().post(body)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def book():
    return AlertBook({each.alert_id: each for each in [raised("alr_1"), raised("alr_2")]})


@pytest.fixture
def opened(book, clock):
    def delivery(hook, **policy):
        return Delivery(hook, book, clock, lambda: 0.0, AlertsPolicy(**policy))

    return delivery


async def test_an_alert_arrives_and_that_is_recorded(opened, book):
    hook = FakeHook()
    opened(hook).begin(book.alerts["alr_1"])
    await settle()
    assert [post["alertId"] for post in hook.posts] == ["alr_1"]
    assert book.alerts["alr_1"].hook is HookState.SENT
    assert book.events[0].payload["tries"] == 1


async def test_whoever_begins_is_not_held_up(opened, book, clock):
    delivery = opened(SlowHook(clock))
    delivery.begin(book.alerts["alr_1"])
    assert book.alerts["alr_1"].hook is HookState.WAITING
    await clock.advance(1)
    assert book.alerts["alr_1"].hook is HookState.SENT
    await delivery.close()


async def test_a_webhook_that_is_down_is_tried_again_with_growing_pauses(opened, book, clock):
    hook = FakeHook([DOWN, DOWN])
    opened(hook).begin(book.alerts["alr_1"])
    await clock.advance(0.9)
    assert len(hook.posts) == 1
    await clock.advance(0.1)
    assert len(hook.posts) == 2
    await clock.advance(1.9)
    assert len(hook.posts) == 2
    await clock.advance(0.1)
    assert book.alerts["alr_1"].hook is HookState.SENT
    assert book.events[0].payload["tries"] == 3


async def test_after_all_tries_it_counts_as_not_delivered(opened, book, clock):
    hook = FakeHook([DOWN] * 5)
    with capture_logs() as logs:
        opened(hook).begin(book.alerts["alr_1"])
        await clock.advance(60)
    assert len(hook.posts) == 3
    told = book.alerts["alr_1"]
    assert (told.hook, told.hook_cause) == (HookState.FAILED, "the webhook answered 503")
    assert [line["event"] for line in logs] == ["alert_not_delivered"]
    assert clock.sleepers == 0


async def test_a_refusal_is_not_tried_again(opened, book):
    hook = FakeHook([GONE])
    opened(hook).begin(book.alerts["alr_1"])
    await settle()
    assert len(hook.posts) == 1
    assert book.alerts["alr_1"].hook is HookState.FAILED


@pytest.mark.parametrize(("asked", "waits"), [(5, 5), (3600, 10)], ids=["kept", "capped"])
async def test_what_the_webhook_asks_for_is_waited_up_to_a_limit(opened, book, clock, asked, waits):
    busy = UnavailableError("429", source="webhook", retry_after=timedelta(seconds=asked))
    hook = FakeHook([busy])
    opened(hook).begin(book.alerts["alr_1"])
    await clock.advance(waits - 0.1)
    assert len(hook.posts) == 1
    await clock.advance(0.1)
    assert len(hook.posts) == 2


async def test_an_alert_on_its_way_is_not_sent_twice(opened, book, clock):
    hook = SlowHook(clock)
    delivery = opened(hook)
    delivery.begin(book.alerts["alr_1"])
    assert delivery.resume(list(book.alerts.values())) == 1
    await clock.advance(1)
    assert sorted(post["alertId"] for post in hook.posts) == ["alr_1", "alr_2"]


async def test_a_flood_becomes_neither_many_connections_nor_an_endless_queue(opened, clock):
    hook = SlowHook(clock)
    delivery = opened(hook)
    flood = [raised(f"alr_{number}") for number in range(MOST_WAITING + 50)]
    assert delivery.resume(flood) == MOST_WAITING
    await clock.advance(3)
    assert hook.most == MOST_AT_ONCE
    await delivery.close(patience=0)


async def test_closing_leaves_what_does_not_arrive_for_the_next_process(opened, book, clock):
    delivery = opened(SlowHook(clock))
    delivery.begin(book.alerts["alr_1"])
    await delivery.close(patience=0)
    assert book.alerts["alr_1"].hook is HookState.WAITING
    assert book.events == []


async def test_another_process_that_recorded_it_first_is_believed(opened, book):
    one = book.alerts["alr_1"]
    book.alerts["alr_1"] = raised("alr_1", HookState.SENT)
    opened(FakeHook()).begin(one)
    await settle()
    assert book.events == []


@pytest.mark.parametrize(
    ("failure", "said"),
    [(UnavailableError("gone", source="database"), "alert_not_recorded")],
)
async def test_an_outcome_that_cannot_be_recorded_is_logged(opened, book, failure, said):
    book.failure = failure
    with capture_logs() as logs:
        opened(FakeHook()).begin(book.alerts["alr_1"])
        await settle()
    assert [line["event"] for line in logs] == [said]


async def test_a_hook_that_breaks_in_a_new_way_breaks_nothing_else(opened, book):
    class Broken(FakeHook):
        async def post(self, _body):
            raise ZeroDivisionError

    with capture_logs() as logs:
        opened(Broken()).begin(book.alerts["alr_1"])
        await settle()
    assert [line["event"] for line in logs] == ["alert_delivery_failed"]


@pytest.mark.parametrize("least", list(Severity))
def test_only_what_is_grave_enough_goes_abroad(opened, least):
    delivery = opened(FakeHook(), min_severity=least)
    assert [each for each in Severity if delivery.takes(alert(severity=each))] == [
        each for each in Severity if each.reaches(least)
    ]
