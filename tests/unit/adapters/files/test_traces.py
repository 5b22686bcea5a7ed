"""The files of traces: whole or not there, the same bytes again, the newest cycles only."""

from __future__ import annotations

import json

import pytest

from quorate.adapters.files.traces import SLACK, FileTraces
from quorate.kernel.errors import UnavailableError
from quorate.kernel.ids import CycleId

LINES = [
    {"agent": "DataFetching", "success": True, "cycleId": "cyc_1"},
    {"agent": "MarketAnalysis", "success": False, "error": "zwölf\nZeilen", "cycleId": "cyc_1"},
]


def cycle(number):
    return CycleId(f"cyc_{number:04d}")


@pytest.fixture
def traces(tmp_path):
    return FileTraces(tmp_path / "events", kept_cycles=10)


async def test_a_cycle_has_a_file_with_a_line_for_each_message(traces, tmp_path):
    await traces.keep(cycle(1), LINES)
    text = (tmp_path / "events" / "cyc_0001" / "events.jsonl").read_text()
    assert [json.loads(line) for line in text.splitlines()] == LINES


async def test_writing_it_again_leaves_the_same_bytes_and_nothing_beside_them(traces, tmp_path):
    await traces.keep(cycle(1), LINES[:1])
    await traces.keep(cycle(1), LINES)
    (file,) = (tmp_path / "events" / "cyc_0001").iterdir()
    first = file.read_bytes()
    await traces.keep(cycle(1), LINES)
    assert file.read_bytes() == first


async def test_the_oldest_cycles_are_removed_once_there_are_enough(traces, tmp_path):
    for number in range(SLACK + 30):
        await traces.keep(cycle(number), LINES)
    left = sorted(each.name for each in (tmp_path / "events").iterdir())
    assert len(left) <= 10 + SLACK
    assert left[-1] == cycle(SLACK + 29)
    assert left == [cycle(number) for number in range(SLACK + 30 - len(left), SLACK + 30)]


async def test_what_was_left_by_former_processes_is_removed_too(tmp_path):
    (tmp_path / "not-ours").mkdir()
    for number in range(6):
        await FileTraces(tmp_path, kept_cycles=2).keep(cycle(number), LINES)
    assert sorted(each.name for each in tmp_path.glob("cyc_*")) == [cycle(4), cycle(5)]
    assert (tmp_path / "not-ours").is_dir()


@pytest.mark.parametrize("name", ["../elsewhere", "a/b", "", "cyc 1", "."])
async def test_a_cycle_cannot_name_a_file_elsewhere(traces, name):
    with pytest.raises(UnavailableError, match="names no file"):
        await traces.keep(CycleId(name), LINES)


async def test_a_folder_that_cannot_be_written_is_said_in_one_line(tmp_path):
    (tmp_path / "events").write_text("no folder")
    with pytest.raises(UnavailableError, match="cannot be written"):
        await FileTraces(tmp_path / "events", kept_cycles=1).keep(cycle(1), LINES)
