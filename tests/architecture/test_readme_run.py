"""The run and the figures that README shows are those of the program."""

import json
import re
from collections import Counter
from decimal import Decimal

import pytest

from quorate.agents import KEYLESS_PROFILES, AgentsPolicy, rule_agent
from quorate.arena import (
    NO_PANEL,
    AgentReply,
    ArenaPolicy,
    cast_votes,
    decide,
    deliberate,
    scene_of,
)
from quorate.cli.main import main
from quorate.kernel.ids import BookName, RunId
from quorate.kernel.money import Usd
from quorate.market import freeze_snapshot
from quorate.portfolio.book import Book, BookMode
from tests.architecture.repository import ROOT, code_blocks
from tests.unit.market.histories import packaged

README = (ROOT / "README.md").read_text()
SHOWN = [block for block in code_blocks(README, "console") if block.startswith("$ ")]
OWN = re.compile(r"run_[0-9A-Z]{26}| *\d+\.\d ms")
SESSIONS = 250


def without_own(text):
    """Blank what belongs to one run alone: its id and how long it took."""
    return [OWN.sub("_", line).rstrip() for line in text.splitlines()]


def test_the_run_and_its_why_are_what_the_commands_print(capsys):
    commands = [block.splitlines()[0].removeprefix("$ quorate ").split() for block in SHOWN]
    assert [words[0] for words in commands] == ["run", "runs"]
    run_id = ""
    for block, words in zip(SHOWN, commands, strict=True):
        printed = [run_id if word.startswith("run_") else word for word in words]
        assert main(printed) == 0
        out = capsys.readouterr().out
        run_id = re.search(r"run_[0-9A-Z]{26}", out)[0]
        assert without_own(out) == without_own(block)[1:]


@pytest.fixture(scope="module")
def decided():
    """Decide as `make run` does, without the journal: 250 sessions of four symbols."""
    wanted = ("AAPL", "GOOG", "IBM", "MSFT")
    series = {symbol: packaged()[symbol] for symbol in wanted}
    sessions = sorted({day for each in series.values() for day in each.sessions})[-SESSIONS:]
    return Counter(
        (made.action.value, made.reason.value)
        for day in sessions
        for made in decisions(series, day)
    )


def decisions(series, day):
    snapshot = freeze_snapshot(series, day)
    book = Book(name=BookName("replay"), mode=BookMode.REPLAY, cash=Usd(Decimal(100000)))
    scenes = {symbol: scene_of(snapshot, symbol, book) for symbol in series}
    votes = {symbol: [] for symbol in series}
    for profile in KEYLESS_PROFILES:
        agent = rule_agent(profile)
        answers = [agent.answer(v, profile, AgentsPolicy()) for v in snapshot.views.values()]
        reply = AgentReply(profile=profile, answers=tuple(answers), model=profile.model)
        for vote in cast_votes(reply, scenes, ArenaPolicy()):
            votes[vote.answer.symbol].append(vote)
    for symbol, scene in scenes.items():
        found = deliberate(scene, votes[symbol], ArenaPolicy())
        yield decide(found, NO_PANEL, run_id=RunId("run_1"), policy=ArenaPolicy())


def test_the_counts_of_the_main_job_are_those_of_the_readme(decided):
    said = re.search(r"A BUY is the exception\..*?(?=\n\n)", README, re.DOTALL)[0]
    numbers = [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", said)]
    actions = Counter({action: 0 for action, _ in decided})
    for (action, _), count in decided.items():
        actions[action] += count
    refused = Counter(
        {reason: n for (action, reason), n in decided.items() if action == "NO_TRADE"}
    )
    assert numbers == [
        sum(decided.values()),
        actions["BUY"],
        actions["HOLD"],
        actions["NO_TRADE"],
        *(refused[r] for r in ("no_power_model", "quorum_not_met", "risk_veto", "nothing_to_sell")),
    ]
    assert actions["SELL"] == 0


def test_a_book_begins_with_the_cash_that_is_said_and_a_run_alone_moves_none_of_it(tmp_path):
    cash = re.search(r"REPLAY books that begin with \$([\d,]+)", README)[1]
    assert main(["run", "AAPL", "--as-of", "2012-06-29"]) == 0
    exported = tmp_path / "journal.jsonl"
    assert main(["audit", "export", str(exported)]) == 0
    rows = [json.loads(line) for line in exported.read_text().splitlines()[1:]]
    (opened,) = [json.loads(row["payload"]) for row in rows if row["stream"].startswith("book:")]
    assert opened == {"name": "replay", "mode": "REPLAY", "cash": cash.replace(",", "")}
