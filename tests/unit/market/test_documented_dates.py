"""The dates in docs/concepts/market.md are those on which the room finds what they say."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from quorate.kernel.ids import Symbol
from quorate.market import Event, Phase, Regime, SymbolView
from tests.unit.market.histories import packaged

PAGE = Path(__file__).parents[3] / "docs" / "concepts" / "market.md"
ROW = re.compile(r"^\| ([A-Z]+) \| (\d{4}-\d\d-\d\d) \|(.*)\|$", re.MULTILINE)
ROWS = [
    (Symbol(symbol), date.fromisoformat(session), tuple(map(str.strip, rest.split("|"))))
    for symbol, session, rest in ROW.findall(PAGE.read_text())
]
REGIMES = [row for row in ROWS if len(row[2]) == 1]
READINGS = [row for row in ROWS if len(row[2]) == 3]


def view_of(symbol, session):
    series = packaged()[symbol]
    view = SymbolView(series, series.index_at(session))
    assert view.session == session
    return view


@pytest.mark.parametrize(("symbol", "session", "found"), REGIMES)
def test_a_documented_regime_is_found_on_its_date(symbol, session, found):
    assert (view_of(symbol, session).regime.regime,) == found


@pytest.mark.parametrize(("symbol", "session", "found"), READINGS)
def test_a_documented_phase_is_found_on_its_date(symbol, session, found):
    reading = view_of(symbol, session).wyckoff
    assert (reading.phase, reading.sub_phase, reading.event) == found


def test_every_regime_phase_and_event_is_documented():
    assert {found[0] for _, _, found in REGIMES} == set(Regime)
    assert {found[0] for _, _, found in READINGS} == set(Phase)
    assert {found[2] for _, _, found in READINGS} == set(Event)


def test_the_page_says_that_the_labels_are_unvalidated():
    assert "unvalidated for profitability" in PAGE.read_text()
