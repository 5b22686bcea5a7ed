"""The corpus of bad market data, row by row, through the importer."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from quorate.adapters.files.csv_bars import read_bars
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import Symbol
from quorate.market import freeze_snapshot

CORPUS = Path(__file__).parents[1] / "data" / "bad_inputs.jsonl"
ROWS = [
    row
    for row in map(json.loads, CORPUS.read_text().splitlines())
    if row["boundary"] == "market_data" and row["input"]["kind"] == "bars"
]


def imported(case):
    lines = ["symbol,date,open,high,low,close,volume"]
    lines += [",".join(map(str, [case["symbol"], *row])) for row in case["rows"]]
    return read_bars("\n".join(lines).encode(), source="corpus")


def rows_expecting(outcome):
    found = [row for row in ROWS if row["expect"]["outcome"] == outcome]
    return pytest.mark.parametrize("row", [pytest.param(row, id=row["id"]) for row in found])


def test_every_row_about_bars_has_a_test():
    known = {"QUARANTINE", "REORDER", "NO_TRADE"}
    assert {row["expect"]["outcome"] for row in ROWS} == known


@rows_expecting("QUARANTINE")
def test_a_defect_quarantines_its_symbol(row):
    (series,) = imported(row["input"]).series
    assert series.quarantine is not None
    assert series.quarantine.code == row["expect"]["code"]
    snapshot = freeze_snapshot({series.symbol: series}, None)
    assert snapshot.views == {}
    assert set(snapshot.quarantined) == {row["input"]["symbol"]}


@rows_expecting("REORDER")
def test_disorder_is_noted_and_does_not_change_the_snapshot(row):
    file = imported(row["input"])
    (series,) = file.series
    (note,) = file.notes[series.symbol]
    assert note.code == row["expect"]["code"]
    sorted_rows = {**row["input"], "rows": sorted(row["input"]["rows"])}
    (in_order,) = imported(sorted_rows).series
    day = date.fromisoformat(sorted_rows["rows"][-1][0])
    hashes = {freeze_snapshot({one.symbol: one}, day).hash for one in (series, in_order)}
    assert len(hashes) == 1


@rows_expecting("NO_TRADE")
def test_nothing_comes_of_no_rows(row):
    with pytest.raises(RejectedError, match="no row"):
        imported(row["input"])
    with pytest.raises(RejectedError, match="no bars of AAPL"):
        freeze_snapshot({Symbol(row["input"]["symbol"]): None}, None)
