"""Bad input: one line with cause, effect and next act, the right exit code, nothing written."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e
HEADER = "Date,Open,High,Low,Close,Volume"

LINES = {
    "a symbol that is none": (2, ("run", "AA PL"), {}),
    "a symbol without bars": (5, ("run", "NOSUCH"), {}),
    "a date before the data": (2, ("run", "AAPL", "--as-of", "1999-12-31"), {}),
    "a date after the data": (2, ("run", "AAPL", "--as-of", "2013-03-02"), {}),
    "an unknown profile": (5, ("run", "AAPL", "--profiles", "trend,nobody"), {}),
    "a profile without a provider": (4, ("profiles", "enable", "cheap_tech_analyst"), {}),
    "an unknown book": (5, ("run", "AAPL", "--book", "nobody"), {}),
    "an unknown run": (5, ("runs", "show", "run_NOSUCH"), {}),
    "a cursor of no list": (2, ("runs", "--cursor", "' OR 1=1--"), {}),
    "an unknown variable": (78, ("runs",), {"QUORATE_ARENA__NONSENSE": "1"}),
    "a file that is not there": (5, ("data", "import", "gone.csv"), {}),
    "a file without bars": (2, ("data", "import", "picture.csv"), {}),
    "a file with a strange header": (2, ("data", "import", "header.csv"), {}),
}

CORPUS = Path(__file__).parents[1] / "data" / "bad_inputs.jsonl"
CONFIG_ROWS = {
    row["id"]: row
    for row in map(json.loads, CORPUS.read_text().splitlines())
    if row["boundary"] == "config"
}
OUR_PLACE = {
    "CF-009": ("[llm.models.x]\nprice_in =", '[models.prices."x/y"]\ncompletion = 1\nprompt =')
}
"""What a row of the corpus calls by another name than this configuration does."""


def text_of(row):
    """Return the configuration that a row describes, in this configuration's own keys."""
    theirs, ours = OUR_PLACE.get(row["id"], ("", ""))
    assert theirs in row["input"]["text"]
    return row["input"]["text"].replace(theirs, ours) if theirs else row["input"]["text"]


CONFIGURATIONS = [
    (name, text_of(row), row["expect"]["code"])
    for name, row in CONFIG_ROWS.items()
    if row["input"]["kind"] == "toml"
]


def test_every_row_about_the_configuration_has_a_test():
    assert set(CONFIG_ROWS) - {name for name, *_ in CONFIGURATIONS} == {"CF-010"}


@pytest.fixture(scope="module")
def strange_files(shared_home):
    (shared_home.path / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff")
    shared_home.file("header.csv", "a,b,c\n1,2,3\n")


def rows(home):
    return home.run("audit", "verify", "--json").json["rows"]


@pytest.fixture(scope="module")
def refusals(shared_home, strange_files):  # noqa: ARG001  (the lines name those files)
    """Return how each line ended, a few at a time, and how many rows there were around them."""

    def ended(line):
        _, words, more = line
        return shared_home.run(*words, "--json", **more)

    before = rows(shared_home)
    with ThreadPoolExecutor(4) as several:
        outcomes = dict(zip(LINES, several.map(ended, LINES.values()), strict=True))
    return outcomes, before, rows(shared_home)


@pytest.mark.parametrize("name", LINES)
def test_it_is_refused_in_one_line(refusals, name):
    refused = refusals[0][name]
    assert refused.code == LINES[name][0]
    assert len(refused.err.splitlines()) == 1
    assert refused.err.startswith("error: ")
    assert "Fix: " in refused.err
    error = refused.json["error"]
    assert set(error) >= {"type", "title", "status", "detail", "traceId", "retryable"}
    assert f"error: {error['detail']}\n" == refused.err


def test_nothing_was_written_by_any_of_them(refusals, shared_home):
    _, before, after = refusals
    assert after == before
    listed = shared_home.run("data", "--json").json["items"]
    assert {item["symbol"] for item in listed} == {"AAPL", "FB", "GOOG", "IBM", "MSFT"}


@pytest.mark.parametrize(
    ("row", "text", "code"),
    [
        *CONFIGURATIONS,
        ("unknown key", "[arena]\nmin_confidense = 0.7\n", "CONFIG_UNKNOWN_KEY"),
        ("of a strategy", "[strategies.calm]\nsymbls = ['AAPL']\n", "CONFIG_UNKNOWN_KEY"),
    ],
)
def test_a_bad_configuration_starts_nothing(home, row, text, code):
    home.file("quorate.toml", text)
    refused = home.run("config", "validate", "--json")
    assert refused.code == 78, row
    assert [error["code"] for error in refused.json["errors"]] == [code]
    assert not list(home.path.glob("*.db*"))


def test_a_file_of_keys_that_others_can_read_starts_nothing(home):
    """CF-010."""
    keys = home.path / "keys"
    keys.mkdir()
    (keys / "providers.toml").write_text('openai = "sk-canary-2b7e151628aed2a6"\n')
    (keys / "providers.toml").chmod(0o644)
    refused = home.run("runs", "--json")
    assert refused.code == 78
    assert [error["code"] for error in refused.json["error"]["errors"]] == ["SECRET_FILE_MODE"]
    assert "chmod 600" in refused.err
    assert "canary" not in refused.out + refused.err


def test_bars_that_lie_quarantine_their_symbol_and_no_other(home):
    days = [f"2012-06-{day:02},10,11,9,10,100" for day in (25, 26, 27, 28)]
    lying = home.file("LIAR.csv", "\n".join([HEADER, *days, "2012-06-29,10,9,11,10,100"]) + "\n")
    imported = home.run("data", "import", lying, "--json")
    assert imported.code == 0
    assert [each["code"] for each in imported.json["quarantined"]] == ["BAR_HIGH_BELOW_LOW"]
    assert "warning: LIAR is quarantined" in imported.err
    run = home.run("run", "LIAR", "AAPL", "--as-of", "2012-06-29", "--json").json
    reasons = {each["symbol"]: each["reasonCode"] for each in run["decisions"]}
    assert reasons["LIAR"] == "symbol_quarantined"
    assert reasons["AAPL"] != "symbol_quarantined"
