"""A worker's files: one worker a name, results that outlive it, answers and series that are what they were."""

import pytest

from quorate.adapters.files.worker_home import FileAnswers, FileSeries, FileSpool, WorkerHome
from quorate.fleet.outcome import Done
from quorate.fleet.spool import Delivery
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.errors import RejectedError, UnavailableError

pytestmark = pytest.mark.integration


def delivery(task_id, token=1):
    return Delivery(task_id=task_id, token=token, outcome=Done(result={"answers": []}))


def test_a_name_is_one_workers_until_it_ends(tmp_path):
    first = WorkerHome.claimed(tmp_path, "w1")
    with pytest.raises(RejectedError) as refused:
        WorkerHome.claimed(tmp_path, "w1")
    assert refused.value.slug == "conflict"
    first.close()
    WorkerHome.claimed(tmp_path, "w1").close()


def test_workers_without_a_name_are_called_after_their_machine_and_told_apart(tmp_path):
    first, second = WorkerHome.claimed(tmp_path), WorkerHome.claimed(tmp_path)
    assert second.name == f"{first.name}-2"
    first.close()
    third = WorkerHome.claimed(tmp_path)
    assert third.name == first.name
    for each in (second, third):
        each.close()


async def test_what_was_not_delivered_is_found_by_the_next_worker_of_the_name(tmp_path):
    spool = FileSpool(tmp_path / "spool")
    await spool.keep(delivery("tsk_1"))
    await spool.keep(delivery("tsk_1", token=2))
    await spool.keep(delivery("../tsk_2"))
    again = FileSpool(tmp_path / "spool")
    kept = {each.task_id: each for each in await again.undelivered()}
    assert kept == {"tsk_1": delivery("tsk_1", token=2), "../tsk_2": delivery("../tsk_2")}
    await again.forget("tsk_1")
    await again.forget("tsk_1")
    assert [each.task_id for each in await again.undelivered()] == ["../tsk_2"]
    assert [file.parent for file in tmp_path.rglob("*.json")] == [tmp_path / "spool"]


async def test_a_file_that_was_cut_off_is_no_result_and_is_removed(tmp_path):
    spool = FileSpool(tmp_path)
    await spool.keep(delivery("tsk_1"))
    (file,) = tmp_path.glob("*.json")
    file.write_bytes(file.read_bytes()[:-5])
    assert list(await spool.undelivered()) == []
    assert list(tmp_path.glob("*.json")) == []


async def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "spool").write_text("a file in the way")
    with pytest.raises(UnavailableError):
        await FileSpool(tmp_path / "spool").keep(delivery("tsk_1"))


async def test_answers_are_found_by_task_and_prompt_and_only_the_newest_are_kept(tmp_path):
    answers = FileAnswers(tmp_path, kept=3)
    await answers.keep("tsk_1", "hash", b"one")
    assert await answers.recall("tsk_1", "hash") == b"one"
    assert await answers.recall("tsk_2", "hash") is None
    assert await answers.recall("tsk_1", "other") is None
    for number in range(101):
        await answers.keep("tsk_3", str(number), b"x")
    assert len(list(tmp_path.glob("*.json"))) <= 4


async def test_a_series_that_was_changed_on_disk_is_not_used(tmp_path):
    cache, content = FileSeries(tmp_path), b'{"bars":[]}'
    digest = sha256_hex(content)
    assert await cache.found(digest) is None
    await cache.keep(digest, content)
    assert await cache.found(digest) == content
    (file,) = tmp_path.glob("*.json")
    file.write_bytes(b"other")
    assert await cache.found(digest) is None
