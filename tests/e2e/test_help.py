import time

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.benchmark]


def test_help_is_there_before_anybody_wonders(home):
    def seconds():
        began = time.perf_counter()
        assert home.run("--help").code == 0
        return time.perf_counter() - began

    assert min(seconds() for _ in range(5)) < 0.4
