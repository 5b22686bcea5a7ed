"""FM-RF-001, results out of order: whatever the order of arrival, the newest of each symbol stands. RELIABILITY 1.5."""

from __future__ import annotations

import os
import random

import pytest

from quorate.results.applying import Applied
from quorate.results.bus import EventBus
from quorate.results.channels import SIDEBAR_EVENTS
from tests.fakes.results import result

pytestmark = pytest.mark.fault

RESULTS = 1_000
ORDERS = int(os.environ.get("QUORATE_TEST_ORDERS", "60"))
"""The soak takes 10,000."""

SYMBOLS = [f"S{number}" for number in range(20)]
DRAWN = random.Random(1)


def flow_of_results():
    """Return results of 20 symbols; a tenth of them were analysed at the same moment as another one."""
    made = []
    for number in range(1, RESULTS + 1):
        at = DRAWN.randrange(RESULTS) if number % 10 == 0 else number
        analyzed = f"2026-11-20T12:{at // 60:02d}:{at % 60:02d}.000000Z"
        made.append(result(number, DRAWN.choice(SYMBOLS), analyzed_at=analyzed))
    return made


def test_fm_rf_001_every_order_of_arrival_comes_to_the_newest():
    results = flow_of_results()
    newest = {}
    for each in sorted(results, key=lambda one: one.recency):
        newest[each.key] = each
    for _ in range(ORDERS):
        DRAWN.shuffle(results)
        applied = Applied(EventBus())
        for each in results:
            applied.apply(each)
        assert applied.newest.by_key == newest


def test_fm_rf_001_the_sidebar_never_goes_back_in_time():
    results = flow_of_results()
    DRAWN.shuffle(results)
    bus, shown = EventBus(), {}
    applied = Applied(bus)

    def show(_message, told):
        before = shown.get(told.key)
        assert before is None or before.recency < told.recency
        shown[told.key] = told

    with bus.subscribed(SIDEBAR_EVENTS, show):
        for each in results:
            applied.apply(each)
    assert shown == applied.newest.by_key
    assert applied.newest.stale == RESULTS - bus.published[SIDEBAR_EVENTS]
