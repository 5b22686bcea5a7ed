"""docs/ARENA_TRACE_EXAMPLE.md is so: the run is made again, and its queries answer today's schema on both databases."""

from collections import Counter

import pytest

from tests.e2e.conftest import Home
from tests.e2e.trace_example import DOCUMENT, document, made, without_own
from tests.integration.conftest import made_database
from tests.model_server import ModelServer

pytestmark = pytest.mark.e2e
PROOF = "### Which rows prove it?"


@pytest.fixture(scope="module")
def server():
    with ModelServer() as serving:
        yield serving


def parts(text):
    """Return the page but for its list of rows, and how often each row is there: parallel answers come in any order."""
    page, _, rows = without_own(text).partition(PROOF)
    return page.splitlines(), Counter(rows.splitlines())


def test_the_page_is_what_the_run_leaves_today(server, tmp_path):
    assert parts(document(made(Home(tmp_path), server))) == parts(DOCUMENT.read_text())


def test_the_queries_answer_alike_on_postgresql(server, tmp_path, postgres_url):
    with made_database(postgres_url) as url:
        again = made(Home(tmp_path), server, QUORATE_DATABASE_URL=url)
    assert parts(document(again)) == parts(DOCUMENT.read_text())


def test_one_power_call_was_made_and_the_cheap_ones_stand_in_parallel():
    page = DOCUMENT.read_text()
    calls = [
        line for line in page.splitlines() if line.startswith(("| answer", "| argue", "| panel"))
    ]
    assert [line.split(" | ")[0].strip("| ") for line in calls].count("panel") == 1
    assert [line.split(" | ")[1] for line in calls].count("power") == 1
    assert [line.split(" | ")[2] for line in calls if line.startswith("| answer")] == [
        "cheap_risk_manager",
        "cheap_tech_analyst",
    ]
