"""Alerts in the database: raised once, delivered once, acknowledged once, and refolded from the journal alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from quorate.adapters.sql.alerts import (
    ALERTS,
    alert_counts,
    alert_named,
    alerts_of_cycle,
    newest_alerts,
    undelivered_alerts,
)
from quorate.cycle.watch import Severity
from quorate.cycle.watch.alert import (
    HookState,
    acknowledged_event,
    alert_id_of,
    delivered_event,
    raised_event,
)
from quorate.cycle.watch.service import Watch
from quorate.kernel.errors import ConflictError
from quorate.kernel.ids import CycleId, DecisionId, Tenant, TraceId
from tests.fakes.alerts import BOOK, CYCLE, FakeTraces, alert, raised
from tests.fakes.clock import NOON, FakeClock
from tests.integration.conftest import ALL_KINDS

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module", params=ALL_KINDS)
def kind(request):
    return request.param


def read(store, reader, **wanted):
    return store.database.read_now(lambda connection: reader(connection, store.tenant, **wanted))


async def test_an_alert_is_read_back_as_it_was_raised(store):
    one = raised(
        "alr_1", decision_id=DecisionId("dec_1"), trace_id=TraceId("ab" * 16), text="zwölf ✓"
    )
    await store.add(raised_event(one))
    found = read(store, alert_named, alert_id="alr_1")
    assert replace(found, raised_at=one.raised_at) == one
    assert read(store, alert_named, alert_id="alr_2") is None


async def test_the_newest_come_first_and_the_open_ones_alone_if_asked(store):
    severities = [Severity.INFO, Severity.WARNING, Severity.ERROR]
    for number, severity in enumerate(severities):
        await store.add(raised_event(raised(f"alr_{number}", severity=severity)))
    assert [each.alert_id for each in read(store, newest_alerts, most=9)] == [
        *("alr_2", "alr_1", "alr_0")
    ]
    assert [each.alert_id for each in read(store, newest_alerts, most=2)] == ["alr_2", "alr_1"]
    await store.add(acknowledged_event(raised("alr_2"), "operator"))
    left = read(store, newest_alerts, most=9, only_open=True)
    assert [each.alert_id for each in left] == ["alr_1"]
    seen = read(store, alert_named, alert_id="alr_2")
    assert (seen.is_open, seen.acknowledged_by) == (False, "operator")


async def test_a_cycle_knows_its_alerts_in_their_order(store):
    await store.add(raised_event(raised("alr_1", cycle_id=CycleId("cyc_a"))))
    await store.add(raised_event(raised("alr_2", cycle_id=CycleId("cyc_b"))))
    await store.add(raised_event(raised("alr_3", cycle_id=CycleId("cyc_a"))))
    found = read(store, alerts_of_cycle, cycle_id="cyc_a")
    assert [each.alert_id for each in found] == ["alr_1", "alr_3"]


async def test_what_waits_for_the_webhook_is_found_until_it_was_told(store):
    for number in range(3):
        await store.add(raised_event(raised(f"alr_{number}")))
    await store.add(raised_event(raised("alr_9", HookState.NONE)))
    await store.add(delivered_event(raised("alr_0"), sent=True, tries=1, cause=""))
    await store.add(delivered_event(raised("alr_1"), sent=False, tries=3, cause="answered 503"))
    later = {"before": "2999-01-01T00:00:00.000000Z", "most": 9}
    assert [each.alert_id for each in read(store, undelivered_alerts, **later)] == ["alr_2"]
    assert read(store, undelivered_alerts, before="2001-01-01T00:00:00.000000Z", most=9) == []
    failed = read(store, alert_named, alert_id="alr_1")
    assert (failed.hook, failed.hook_cause) == (HookState.FAILED, "answered 503")


@pytest.mark.parametrize(
    "event",
    [
        delivered_event(raised("alr_1"), sent=True, tries=1, cause=""),
        acknowledged_event(raised("alr_1"), "operator"),
    ],
    ids=["delivered", "acknowledged"],
)
async def test_what_happened_once_does_not_happen_again(store, event):
    await store.add(raised_event(raised("alr_1")))
    await store.add(event)
    with pytest.raises(ConflictError):
        await store.add(event)
    assert len(store.rows()) == 2


async def test_two_watches_raise_an_alert_once(store):
    watches = [
        Watch(journal=store.journal, traces=FakeTraces(), clock=FakeClock()) for _ in range(2)
    ]
    for watch in watches:
        await watch.told([alert(), alert(kind="other")])
    assert len(store.table(ALERTS)) == 2
    assert read(store, alert_named, alert_id=alert_id_of(alert(), NOON.date())) is not None


async def test_alerts_of_some_severities_alone_are_read_and_all_are_counted(store):
    for number, severity in enumerate(Severity):
        found = raised(f"alr_{number}")
        await store.add(raised_event(replace(found, alert=replace(found.alert, severity=severity))))
    grave = read(store, newest_alerts, most=9, severities=(Severity.WARNING, Severity.ERROR))
    assert [each.alert.severity for each in grave] == [Severity.ERROR, Severity.WARNING]
    assert read(store, alert_counts) == dict.fromkeys(Severity, 1)


async def test_refolding_gives_the_same_rows(store):
    await store.add(raised_event(raised("alr_1")), raised_event(raised("alr_2", HookState.NONE)))
    await store.add(delivered_event(raised("alr_1"), sent=False, tries=3, cause="gone"))
    await store.add(acknowledged_event(raised("alr_2"), "operator"))
    assert store.verified(projections=True).ok


async def test_another_tenants_alerts_are_not_seen(store):
    await store.add(raised_event(raised("alr_1")))
    stranger = store.of(Tenant(f"{store.tenant}-other"))
    assert read(stranger, newest_alerts, most=9) == []
    assert read(stranger, alert_named, alert_id="alr_1") is None


def test_an_alert_of_a_book_stands_in_the_books_stream():
    assert raised_event(raised()).stream == f"alerts:{BOOK}"
    assert raised_event(raised()).payload["cycleId"] == CYCLE
