"""The shares that docs/concepts/ states were counted on the packaged bars, and still are what counting gives."""

import re
from collections import Counter

import numpy as np
import pytest

from quorate.agents import KEYLESS_PROFILES, AgentsPolicy
from quorate.agents.rule_agents import signal_history
from quorate.agents.rules import MEAN_REVERSION, MOMENTUM, TREND, WYCKOFF
from quorate.agents.track_record import Signal
from quorate.market import PHASES, REGIMES, regimes_of, wyckoff_of
from tests.architecture.repository import ROOT
from tests.unit.market.histories import packaged

CONCEPTS = ROOT / "docs" / "concepts"
SHARE = re.compile(r"(\d+) % (?:of symbol-days are )?(\w+)")
RULES = {rule.name: rule for rule in (TREND, MOMENTUM, MEAN_REVERSION, WYCKOFF)}
FIRST = 251
HORIZON = KEYLESS_PROFILES[0].horizon


def said(word):
    text = (CONCEPTS / "market.md").read_text()
    (line,) = re.findall(rf"^On the packaged bars .*{word}.*$", text, re.MULTILINE)
    return {found: int(share) for share, found in SHARE.findall(line)}


def counted(codes, words):
    found = Counter(np.concatenate(codes).tolist())
    return {word.value: round(100 * found[i] / found.total()) for i, word in enumerate(words)}


def test_the_regimes_have_the_shares_that_are_said():
    codes = [regimes_of(series).codes for series in packaged().values()]
    assert said("bullish") == counted(codes, REGIMES)


def test_the_phases_have_the_shares_that_are_said():
    codes = [wyckoff_of(series).phases for series in packaged().values()]
    assert said("markup") == counted(codes, PHASES)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_speaks_as_often_and_is_believed_as_far_as_is_said(name):
    text = (CONCEPTS / "agents.md").read_text().partition("## How often they speak")[2]
    (line,) = re.findall(rf"^\| {name} \| (.+) \|$", text, re.MULTILINE)
    *shares, believed = line.split(" | ")
    signals, confidences = [], []
    for series in packaged().values():
        history = signal_history(RULES[name], series, AgentsPolicy(), HORIZON)
        signals.append(history.signals[FIRST:])
        confidences += [
            history.records.at(place, Signal.BUY).confidence.value
            for place in range(FIRST, len(series))
            if history.signals[place] == Signal.BUY
        ]
    spoken = np.concatenate(signals)
    assert f"{len(spoken):,} symbol-days" in text
    kinds = (Signal.BUY, Signal.SELL, Signal.HOLD, Signal.NO_SETUP)
    for share, kind in zip(shares, kinds, strict=True):
        percent = 100 * np.mean(spoken == kind)
        assert share == (f"{percent:.1f} %" if percent else "-")
    assert believed == " / ".join(f"{q:.2f}" for q in np.quantile(confidences, (0.1, 0.5, 0.9)))
