"""FM-RF-002, a reader that does not read: memory stays bounded, others are served, and the slow one is let go.

RELIABILITY 1.5.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import statistics
import time

import pytest
import websockets
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from quorate.access import Scope
from quorate.hub.stream.results import sidebar_event
from quorate.results.channels import sidebar_update
from quorate.results.queue import BOUND, CompactingQueue, Queued
from tests.fakes.homes import settings_of, with_runs
from tests.fakes.results import result
from tests.fault.results_flow import until
from tests.integration.hub.served import serving

pytestmark = pytest.mark.fault

EVENTS = int(os.environ.get("QUORATE_TEST_EVENTS", "30000"))
"""The soak takes 100,000."""

MOST_GROWTH_MB = 5.0
MOST_P99_MS = 250.0
BURST = 50


def resident_mb():
    with open("/proc/self/statm") as file:  # noqa: PTH123  (what the kernel says of this process)
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20


def flood(first, last):
    for number in range(first, last):
        one = result(number, f"S{number % 500}", reasoning="x" * 190)
        yield sidebar_event(sidebar_update(one), one)


async def test_fm_rf_002_a_stalled_reader_costs_no_memory_and_delays_nobody(tmp_path):
    await with_runs(settings_of(tmp_path))
    async with serving(tmp_path) as hub:
        authorization = (await hub.program(Scope.READ)).headers["Authorization"]

        def connected():
            url = f"ws://127.0.0.1:{hub.port}/api/admin/ws"
            return websockets.connect(
                url, additional_headers={"Authorization": authorization}, proxy=None
            )

        async with connected() as stalled, connected() as well:
            stalled.transport.pause_reading()
            took = []

            async def listen():
                async for message in well:
                    told = json.loads(message)
                    if told["type"] == "sidebar_update":
                        took.append(time.perf_counter() - sent[told["data"]["resultSeq"]])

            sent = {}
            listening = asyncio.create_task(listen())
            before = after = 0.0
            for first in range(1, EVENTS, BURST):
                for event in flood(first, first + BURST):
                    hub.broadcast.offer(event)
                    sent[_number(event)] = time.perf_counter()
                await asyncio.sleep(0)
                if first > EVENTS // 10 and not before:
                    before = resident_mb()
            await asyncio.sleep(0.5)
            after = resident_mb()
            listening.cancel()
            p99 = statistics.quantiles(took, n=100)[98] * 1000
            print(f"FM-RF-002: {EVENTS} events, +{after - before:.1f} MB, p99 {p99:.1f} ms")
            assert len(took) > EVENTS / 2
            assert p99 < MOST_P99_MS
            assert after - before < MOST_GROWTH_MB + len(sent) * 200 / 2**20
            await _let_go(hub)


async def _let_go(hub):
    """Wait until the stalled reader was let go, and the other one alone is left."""
    assert await until(lambda: len(hub.broadcast._readers) == 1)


def _number(event):
    return json.loads(event.message.removeprefix(b"data: "))["data"]["resultSeq"]


class QueueMachine(RuleBasedStateMachine):
    """A queue beside a plain list of what it was offered and not asked for yet."""

    def __init__(self):
        super().__init__()
        self.queue = CompactingQueue()
        self.offered = []
        self.seq = 0

    @rule(symbol=st.sampled_from([None, "AAPL", "IBM", "MSFT"]), count=st.integers(1, 60))
    def offer(self, symbol, count):
        for _ in range(count):
            self.seq += 1
            queued = Queued(self.seq, self.seq, key=symbol, recency=("t", self.seq))
            self.offered.append(queued)
            self.queue.offer(queued)

    @rule()
    def take(self):
        taken = self.queue.take()
        left_out = {queued.seq for queued in self.offered} - set(taken.items)
        told = [part for part in (taken.compacted, taken.missed) if part is not None]
        assert taken.items == sorted(taken.items)
        assert all(any(part.first <= seq <= part.last for part in told) for seq in left_out)
        if taken.missed is None:
            newest = {queued.key: queued.seq for queued in self.offered}
            newest.pop(None, None)
            assert set(newest.values()) <= set(taken.items)
            assert {each.seq for each in self.offered if each.key is None} <= set(taken.items)
        self.offered.clear()

    @invariant()
    def it_is_bounded(self):
        assert len(self.queue) <= BOUND


QueueMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestFmRf002Queue = QueueMachine.TestCase
