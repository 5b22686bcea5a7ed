"""An arena of others at the command line: the published logs of six models reproduce their table, and once alone."""

from pathlib import Path

import pytest

from tests.e2e.conftest import Home
from tests.fakes.other_arenas import shanghai, write_arena

LOGS = Path(__file__).parents[3] / "shared" / "data" / "ai-trader-us"

RETURNS = {
    "MiniMax-M2": (11.3286, 4.5542),
    "deepseek-chat-v3.1": (10.8449, 6.9780),
    "gemini-2.5-flash": (7.6782, 6.4229),
    "claude-3.7-sonnet": (5.9391, 6.1388),
    "gpt-5": (5.2986, 7.7031),
    "qwen3-max": (3.5166, 7.0946),
    "QQQ": (4.2822, None),
    "equal_weight": (0.5727, None),
}
"""Return and deepest fall in percent, as the note beside the logs gives them."""

HUNDREDTH = 0.01
"""Of a percentage point."""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return Home(tmp_path_factory.mktemp("arenas"))


@pytest.fixture(scope="module")
def imported(home):
    if not LOGS.exists():
        pytest.skip("the development data lie beside the checkout only")
    words = ("compete", "import", LOGS, "--benchmark", LOGS / "daily_prices_QQQ.json", "--json")
    ended = home.run(*words)
    assert ended.code == 0, ended.err
    return ended.json, words


def test_the_published_table_is_reproduced(imported):
    tree, _ = imported
    scores = {score["name"]: score for score in tree["scores"]}
    assert scores.keys() == RETURNS.keys()
    for name, (gained, fall) in RETURNS.items():
        assert 100 * scores[name]["return"] == pytest.approx(gained, abs=HUNDREDTH)
        if fall is not None:
            assert 100 * scores[name]["maxDrawdown"] == pytest.approx(fall, abs=HUNDREDTH)
    assert (tree["trades"], tree["sessions"], tree["symbols"]) == (533, 29, 101)
    assert tree["findings"] == {
        "outside_bar": 237,
        "zero_quantity": 6,
        "cash_unexplained": 0,
        "shares_unexplained": 0,
        "unknown_symbol": 0,
        "no_bar": 0,
    }
    assert (tree["separablePairs"], tree["pairs"]) == (0, 15)
    assert "0 of 15 pairs of participants are separable at 95 %" in tree["verdict"]
    for score in tree["scores"]:
        assert score["returnLow"] < score["return"] < score["returnHigh"]


def test_the_same_again_is_the_same_arena_and_the_journal_stays_whole(home, imported):
    tree, words = imported
    again = home.run(*words)
    assert (again.code, again.json["applied"], tree["applied"]) == (0, False, True)
    assert again.json["competitionId"] == tree["competitionId"]
    assert home.run("audit", "verify", "--projections").code == 0
    listed = home.run("compete", "list", "--json").json["items"]
    assert [(item["competitionId"], item["kind"]) for item in listed] == [
        (tree["competitionId"], "imported")
    ]


def test_every_finding_is_listed_with_its_line(home, imported):
    name = imported[0]["competitionId"]
    items, cursor = [], ()
    while True:
        page = home.run("compete", "show", name, "--findings", "--limit", 200, *cursor, "--json")
        items += page.json["items"]
        if page.json["nextCursor"] is None:
            break
        cursor = ("--cursor", page.json["nextCursor"])
    assert len(items) == 243
    outside = [item for item in items if item["kind"] == "outside_bar"]
    assert all(
        not float(item["low"]) - 0.01 <= float(item["price"]) <= float(item["high"]) + 0.01
        for item in outside
    )


def test_it_is_in_no_leaderboard_of_ours(home, imported):
    profiles = {item["name"] for item in home.run("profiles", "list", "--json").json["items"]}
    assert profiles.isdisjoint(imported[0]["profiles"])
    assert home.run("outcomes", "--json").json["items"] == []


def test_another_market_with_daily_bars_in_yuan_is_imported_as_well(home, tmp_path):
    folder = write_arena(tmp_path / "shanghai", *shanghai())
    words = ("compete", "import", folder, "--currency", "CNY")
    refused = home.run(*words)
    assert refused.code == 2
    assert "positions/once/position.jsonl line 1" in refused.err
    assert "add --capital 1000000" in refused.err
    ended = home.run(*words, "--capital", "1000000", "--json")
    assert ended.code == 0, ended.err
    assert (ended.json["currency"], ended.json["barSize"]) == ("CNY", "Daily")
    assert ended.json["zone"] == "Asia/Shanghai"
    assert ended.json["findings"]["outside_bar"] == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("compete", "import", "nowhere"), 5, "there is no folder nowhere"),
        (("compete", "import", "."), 2, "has no logs"),
        (("compete", "show", "imp_NOBODY"), 5, "no imported arena"),
        (("compete", "stop", "imp_NOBODY"), 8, "an arena of others"),
    ],
)
def test_what_cannot_be_done_says_so_in_one_line(home, words, code, said):
    ended = home.run(*words)
    assert (ended.code, said in ended.err) == (code, True), ended.err
