"""The files of another arena: whole and digested, or one sentence with file and line."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal

import pytest

from quorate.adapters.files.arena_logs import read_arena_folder
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.errors import RejectedError
from tests.fakes.other_arenas import shanghai, write_arena

LOG = "positions/once/position.jsonl"


@pytest.fixture
def folder(tmp_path):
    return write_arena(tmp_path / "shanghai", *shanghai())


def refusal(folder, **named):
    with pytest.raises(RejectedError) as refused:
        read_arena_folder(folder, named.get("bars"), named.get("benchmark"))
    assert refused.value.effect == "nothing was written"
    return refused.value.cause


def test_every_file_is_read_line_by_line_and_digested(folder):
    sources = read_arena_folder(folder, None, None)
    assert sources.name == "shanghai"
    assert set(sources.logs) == {"once", "steady"}
    assert [(line.file, line.number) for line in sources.logs["once"]] == [
        (LOG, number) for number in (1, 2, 3)
    ]
    assert sources.digests[LOG] == sha256_hex((folder / LOG).read_bytes())
    assert set(sources.digests) == {LOG, LOG.replace("once", "steady"), "merged.jsonl"}
    assert len(sources.bars) == 2
    assert isinstance(sources.logs["once"][0].tree["positions"]["CASH"], Decimal)


def test_logs_may_stand_as_the_arena_itself_keeps_them(folder):
    for name in ("once", "steady"):
        (folder / name / "position").mkdir(parents=True)
        (folder / f"positions/{name}/position.jsonl").rename(
            folder / name / "position/position.jsonl"
        )
        (folder / "positions" / name).rmdir()
    (folder / "positions").rmdir()
    assert set(read_arena_folder(folder, None, None).logs) == {"once", "steady"}


def test_bars_and_a_benchmark_may_stand_elsewhere_and_be_packed(folder, tmp_path):
    packed = tmp_path / "bars" / "merged.jsonl.gz"
    packed.parent.mkdir()
    packed.write_bytes(gzip.compress((folder / "merged.jsonl").read_bytes()))
    (folder / "merged.jsonl").unlink()
    index = tmp_path / "index.json"
    index.write_text(json.dumps({"Meta Data": {"2. Symbol": "X"}}, indent=2))
    sources = read_arena_folder(folder, packed, index)
    assert len(sources.bars) == 2
    assert sources.benchmark.tree["Meta Data"] == {"2. Symbol": "X"}
    assert {"bars/merged.jsonl.gz"} < set(sources.digests)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"date": "2025-09-01", "id": 0, "posi', "line 4 is not a JSON object: Unterminated"),
        ('{"a": NaN}', "NaN is no number"),
        ('{"a": 1, "a": 2}', "'a' stands twice"),
        ("[1]", "it is no object"),
        ("[" * 100_000, "line 4 is not a JSON object"),
        ('{"a": 1' + "0" * 5000 + "}", "line 4 is not a JSON object"),
        ('{"a": 1e9999999999999999999}', "line 4 is not a JSON object"),
    ],
)
def test_a_line_that_is_no_object_is_refused_with_file_and_line(folder, line, said):
    with (folder / LOG).open("a") as log:
        log.write(line)
    cause = refusal(folder)
    assert cause.startswith(f"{LOG} line 4")
    assert said in cause


def test_what_is_not_there_is_named(folder, tmp_path):
    assert "there is no folder" in refusal(tmp_path / "nowhere")
    assert "has no logs" in refusal(tmp_path)
    assert "there is no file" in refusal(folder, bars=tmp_path / "none.jsonl")
    assert "there is no file" in refusal(folder, benchmark=tmp_path / "none.json")
    assert "cannot be read" in refusal(folder, bars=tmp_path)
    (folder / "merged.jsonl").unlink()
    assert "merged.jsonl" in refusal(folder)


def test_a_participant_without_a_log_is_not_left_out_without_a_word(folder):
    (folder / "positions" / "third").mkdir()
    assert refusal(folder) == "positions/third has no position.jsonl"
    (folder / "positions" / "third" / "position.jsonl").write_text("\n\n")
    assert refusal(folder) == "the log of third is empty"


def test_bytes_that_are_no_text_are_refused(folder):
    (folder / LOG).write_bytes(b'{"a": "\xff"}')
    assert refusal(folder) == f"{LOG} is not text: byte 7 is not UTF-8"
    (folder / "merged.jsonl").write_bytes(b"\x1f\x8bnothing")
    (folder / LOG).write_text("{}")
    assert refusal(folder).startswith("merged.jsonl: the gzip file is damaged")
