"""Two cheap profiles are asked at the same time: each call begins before either has ended."""

import sqlite3
from contextlib import closing

import pytest

from tests.e2e.trace_example import PROFILES, RUN, SCRIPT
from tests.model_server import Delivery, ModelServer, Rule

pytestmark = pytest.mark.e2e

DELAY = 0.5
"""Seconds that every answer takes, far longer than what lies between two calls of a run."""


def test_both_cheap_calls_are_under_way_before_either_has_ended(home):
    with ModelServer() as server:
        server.script(
            *(
                Rule(contains=each.contains, what=each.what, how=Delivery(delay_s=DELAY))
                for each in SCRIPT
            )
        )
        keys = {
            "OPENROUTER_BASE_URL": server.openrouter_url,
            "OPENROUTER_API_KEY": "not-a-real-key",
            "OPENAI_BASE_URL": server.openai_url,
            "OPENAI_API_KEY": "not-a-real-key",
        }
        for name in PROFILES:
            assert home.run("profiles", "enable", name, **keys).code == 0
        assert home.run(*RUN, **keys).code == 0
    with closing(sqlite3.connect(home.path / "quorate.db")) as database:
        calls = database.execute(
            "SELECT purpose, reserved_at, settled_at FROM llm_calls ORDER BY reserved_at"
        ).fetchall()
    cheap = [call for call in calls if call[0] == "answer"]
    (panel,) = [call for call in calls if call[0] == "panel"]
    assert len(cheap) == 2
    assert max(began for _, began, _ in cheap) < min(ended for *_, ended in cheap)
    assert panel[1] > max(ended for *_, ended in cheap)
