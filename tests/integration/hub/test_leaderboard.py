"""The leaderboard over the API, as a page and as a file: the same figures, intervals by hand, filters that add up."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from math import sqrt

import pytest
import pytest_asyncio

from quorate.access import Scope
from quorate.bootstrap import open_app
from quorate.bootstrap.trading.facade import ReplayTerms
from quorate.kernel.ids import Symbol
from tests.fakes.homes import settings_of
from tests.integration.hub.served import problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOARD = "/api/admin/arena/leaderboard"
AGREEMENT = "/api/admin/arena/agreement"
PAGE = "/admin/arena/leaderboard"
SYMBOLS = ("AAPL", "GOOG")
TERMS = ReplayTerms(
    first=date(2012, 3, 1), last=date(2012, 8, 20), symbols=tuple(map(Symbol, SYMBOLS))
)
RULES = {"mean_reversion", "momentum", "trend", "wyckoff"}
BASELINES = {"buy_and_hold", "no_trade", "random"}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Return a home in which rule agents spoke about two symbols over half a year."""
    path = tmp_path_factory.mktemp("leaderboard-hub")

    async def walk():
        async with open_app(settings_of(path)) as app:
            await app.trading.replay(TERMS)

    asyncio.run(walk())
    return path


async def told(client, path=BOARD, **params):
    answer = await client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest_asyncio.fixture(loop_scope="module")
async def board(browser):
    return await told(browser)


def agents(tree):
    return {item["name"]: item for item in tree["items"] if item["kind"] != "baseline"}


def baselines(tree):
    return {item["name"]: item for item in tree["items"] if item["kind"] == "baseline"}


def wilson(hits, n):
    """Return the 95 % interval of Wilson's paper, written as there."""
    z, p = 1.959963984540054, hits / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return middle - half, middle + half


async def test_a_board_says_of_which_book_and_up_to_which_session(board):
    assert (board["book"], board["bookMode"], board["window"]) == ("replay-1", "REPLAY", "all")
    assert "2012-07-01" < board["asOf"] < "2012-08-22"
    assert (board["groupBy"], board["minOutcomes"], board["nextCursor"]) == ("agent", 30, None)
    assert board["readAt"].endswith("Z")
    assert "Wilson" in board["method"]


async def test_every_line_has_the_names_of_ui_2(board):
    names = {
        *("name", "kind", "n", "hitRate", "pnlNetUsd", "maxDrawdownPct", "brier"),
        *("costPerDecisionUsd", "costPer100GainedUsd", "rankLow", "rankHigh"),
    }
    assert all(names <= set(item) for item in board["items"])
    assert set(agents(board)) == RULES
    assert set(baselines(board)) >= BASELINES


async def test_rates_are_hits_of_outcomes_with_wilsons_interval(board):
    for item in agents(board).values():
        assert 0 < item["n"] <= item["of"]
        rate = item["hitRate"]
        assert rate["value"] == pytest.approx(item["hits"] / item["n"], abs=1e-6)
        assert (rate["low"], rate["high"]) == pytest.approx(
            wilson(item["hits"], item["n"]), abs=1e-6
        )


async def test_nobody_under_thirty_outcomes_is_ranked_whatever_is_asked_for(browser, board):
    for tree in (board, await told(browser, minOutcomes=0)):
        few = [item for item in agents(tree).values() if item["n"] < 30]
        assert few
        assert all((item["rankLow"], item["rankHigh"]) == (None, None) for item in few)
    strict = await told(browser, minOutcomes=1000)
    assert all(item["rankLow"] is None for item in agents(strict).values())
    assert "1000 outcomes" in strict["separable"]


async def test_baselines_are_there_without_a_rank(board):
    assert all(item["rankLow"] is None for item in baselines(board).values())
    assert Decimal(baselines(board)["no_trade"]["pnlNetUsd"]) == 0


async def test_rule_agents_cost_nothing_and_that_is_known(board):
    for item in agents(board).values():
        assert (Decimal(item["costUsd"]), item["unpriced"]) == (0, 0)
        assert Decimal(item["pnlUsd"]) == Decimal(item["pnlNetUsd"])
        assert item["costNote"] in {"free", "no gain"}


async def test_symbols_add_up_to_the_whole(browser, board):
    parts = [agents(await told(browser, market=symbol)) for symbol in SYMBOLS]
    for name, item in agents(board).items():
        mine = [part[name] for part in parts if name in part]
        assert sum(part["n"] for part in mine) == item["n"]
        assert sum(part["hits"] for part in mine) == item["hits"]
        assert sum(Decimal(part["pnlUsd"]) for part in mine) == Decimal(item["pnlUsd"])


async def test_the_runs_of_a_strategy_and_those_of_none_are_all(browser, board):
    choices = board["choices"]
    assert "replay-1" in choices["books"]
    assert choices["markets"] == list(SYMBOLS)
    parts = [await told(browser, strategy=name) for name in ("-", *choices["strategies"])]
    assert sum(part["of"] for part in parts) == board["of"]
    assert (await told(browser, strategy="another"))["of"] == 0


async def test_a_role_leaves_only_its_agents(browser, board):
    role = agents(board)["momentum"]["role"]
    found = agents(await told(browser, role=role))
    assert set(found) == {name for name, item in agents(board).items() if item["role"] == role}


@pytest.mark.parametrize(("window", "days"), [("7d", 7), ("30d", 30), ("90d", 90)])
async def test_a_window_looks_back_from_the_newest_session(browser, board, window, days):
    narrow = await told(browser, window=window)
    as_of = date.fromisoformat(board["asOf"])
    assert narrow["since"] == (as_of - timedelta(days=days - 1)).isoformat()
    assert narrow["of"] < board["of"]


@pytest.mark.parametrize("group", ["model", "prompt", "role"])
async def test_another_grouping_counts_the_same_views(browser, board, group):
    found = await told(browser, groupBy=group)
    assert {item["kind"] for item in agents(found).values()} == {group}
    assert sum(item["of"] for item in agents(found).values()) == board["of"]


async def test_agreement_is_about_every_pair(browser):
    found = await told(browser, AGREEMENT)
    assert set(found["names"]) == RULES
    assert len(found["items"]) == len(RULES) * (len(RULES) - 1) // 2
    assert found["threshold"] == 0.75
    alike = {(each["one"], each["other"]): each for each in found["items"]}
    assert all(each["n"] > 0 and 0 <= each["alike"] <= 1 for each in alike.values() if each["n"])
    over = {pair for pair, each in alike.items() if each["alike"] and each["alike"] > 0.75}
    assert {tuple(pair) for pair in found["redundant"]} == over


WRONG_VIEWS = [
    ("window=8d", 422),
    ("market=A%20B", 422),
    ("strategy=No%20Name", 422),
    ("role=%3Cb%3E", 422),
    ("book=A%20B", 422),
    ("book=nobody", 404),
]
WRONG_LINES = [("groupBy=colour", 422), ("minOutcomes=-1", 422), ("minOutcomes=many", 422)]


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        *((BOARD, *case) for case in (*WRONG_VIEWS, *WRONG_LINES)),
        *((AGREEMENT, *case) for case in WRONG_VIEWS),
    ],
)
async def test_what_cannot_be_shown_is_refused_naming_the_place(browser, path, query, status):
    answer = await browser.get(f"{path}?{query}")
    assert (answer.status_code, problem(answer)["status"]) == (status, status)


@pytest.mark.parametrize("path", [BOARD, AGREEMENT, PAGE])
async def test_reading_needs_the_scope_to_read(hub, path):
    program = await hub.program(Scope.RUN)
    assert (await program.get(path)).status_code == 403


async def test_the_page_says_what_the_api_says(browser, board):
    page = await browser.get(PAGE)
    assert page.status_code == 200
    assert board["separable"] in page.text.replace("&#39;", "'")
    for item in agents(board).values():
        if item["n"] < 30:
            assert f"not ranked ({item['n']} of 30)" in page.text


async def test_the_file_has_the_figures_of_the_api(browser):
    wanted = {"window": "90d", "market": "AAPL"}
    found = await told(browser, **wanted)
    answer = await browser.get(f"{PAGE}/export", params=wanted)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["name"], int(row["n"]), row["pnlNetUsd"]) for row in rows] == [
        (item["name"], item["n"], item["pnlNetUsd"] or "") for item in found["items"]
    ]


async def test_one_agents_calibration_stands_on_the_page(browser):
    page = (await browser.get(PAGE, params={"curve": "trend"})).text
    assert "trend has " in page or "The solid curve, from" in page
    assert "could not be read" in (await browser.get(PAGE, params={"curve": "nobody"})).text
