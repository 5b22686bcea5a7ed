"""`quorate worker`: what is refused before anything is started, and what is said of what happens."""

import pytest

from quorate.cli.worker_view import said


@pytest.fixture(autouse=True)
def _no_token(monkeypatch):
    monkeypatch.delenv("QUORATE_WORKER_TOKEN", raising=False)


def test_a_worker_takes_its_token_from_a_file_or_the_environment_alone(quorate, tmp_path):
    told = quorate("worker", "--hub", "http://127.0.0.1:1")
    assert told.code == 4
    assert "QUORATE_WORKER_TOKEN" in told.err
    refused = quorate("worker", "--token", "arn_canary-77aa01b2c3d4e5f6")
    assert refused.code == 2
    file = tmp_path / "token"
    for content in (None, "", "\x00\xff", "a" * 20_000):
        if content is not None:
            file.write_text(content, encoding="latin-1")
        assert quorate("worker", "--token-file", file).code == 4


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(["--hub", "http://hub.example:8600"], 2, id="in the clear"),
        pytest.param(["--hub", "nonsense"], 2, id="no URL"),
        pytest.param(["--slots", "0"], 2, id="no slot"),
        pytest.param(["--slots", "65"], 2, id="too many slots"),
        pytest.param(["--capabilities", ","], 2, id="no capability"),
    ],
)
def test_a_worker_that_could_not_work_is_refused(quorate, tmp_path, words, code):
    file = tmp_path / "token"
    file.write_text("arn_canary-77aa01b2c3d4e5f6\n")
    told = quorate("worker", "--token-file", file, *words)
    assert told.code == code
    assert "canary" not in told.err + told.out


def test_an_event_is_a_sentence_and_one_without_a_sentence_is_told_all_the_same():
    assert said("task_failed", {"taskId": "tsk_1", "failureSource": "rule", "cause": "no"}) == (
        "task tsk_1 failed (rule): no"
    )
    assert said("something_new", {"taskId": "tsk_1", "tries": 3}) == (
        "something_new: taskId tsk_1, tries 3"
    )
    assert said("task_failed", {}) == "task_failed"
