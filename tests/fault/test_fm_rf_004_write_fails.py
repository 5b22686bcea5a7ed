"""FM-RF-004, the write of a result fails: nothing is published that is not on record. RELIABILITY 1.4.

Every commit of an arena run fails once, whatever it holds; whoever listens hears only of results that stand.
"""

from __future__ import annotations

import pytest

from quorate.kernel.errors import QuorateError
from quorate.results.channels import ANALYSIS_EVENTS
from tests.fault.results_flow import until
from tests.integration.conftest import migrated
from tests.integration.homes import REQUEST, opened_home

pytestmark = pytest.mark.fault


class NthCommit:
    """Fails the nth commit of the writer before it is durable, and no other one."""

    def __init__(self) -> None:
        self.nth = 0
        self.commits = 0

    def __call__(self, point: str) -> None:
        if point != "before_commit" or not self.nth:
            return
        self.commits += 1
        if self.commits == self.nth:
            raise OSError("the disk is gone")


async def test_fm_rf_004_no_commit_that_fails_leaves_a_result_published(tmp_path):
    url = migrated(f"sqlite:///{tmp_path / 'quorate.db'}")
    failing, heard, ended = NthCommit(), [], []
    async with opened_home(tmp_path, url, failpoint=failing) as app:
        listening = app.results.bus.subscribed(
            ANALYSIS_EVENTS, lambda _, result: heard.append(result.result_id)
        )
        async with app.results.served() as flow:
            with listening:
                await until(lambda: flow.relay._cursor is not None)
                for nth in range(1, 40):
                    failing.nth, failing.commits = nth, 0
                    try:
                        ended.append(await app.run_arena(REQUEST))
                    except (QuorateError, OSError):
                        continue
                    if failing.commits < nth:
                        break
                failing.nth = 0
                await until(lambda: len(heard) >= 2 * len(ended))
        stored = await app.results._stored.after(0, 10_000)
    assert failing.commits < nth, "some commits were not reached"
    assert nth > 3, "several commits failed"
    assert heard == [each.result_id for each in stored]
