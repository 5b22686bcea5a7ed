"""The artifact: what judges are shown of a file."""

import hashlib

import pytest

from quorate.kernel.errors import RejectedError
from quorate.lab.converge import checked_artifact
from quorate.lab.converge.artifact import MAX_BYTES

EXPORT = b'{"run": {"runId": "run_1", "decisions": [{"votes": [{"profile": "bold_bear", "model": "a/m-1"}]}]}}'


def test_a_text_is_shown_as_it_is_and_named_by_its_bytes():
    raw = "Retries are bounded.\r\nNaïve?".encode()
    found = checked_artifact("spec.md", raw, {"Retries"})
    assert found.text == "Retries are bounded.\nNaïve?"
    assert (found.size, found.sha256) == (len(raw), hashlib.sha256(raw).hexdigest())
    assert found.hidden == {}


def test_in_a_runs_export_nobody_reads_who_said_what():
    found = checked_artifact("run.json", EXPORT, {"bold_bear", "bold_bear2", "a/m-1", "ru"})
    assert "bold_bear" not in found.text
    assert "a/m-1" not in found.text
    assert set(found.hidden) == {"bold_bear", "a/m-1"}
    assert all(mask in found.text for mask in found.hidden.values())
    assert "run_1" in found.text


def test_hidden_characters_and_secrets_are_not_passed_on():
    text = "Plain\u200b text\u202e with api_key = sk-abcdefghijklmnop"
    found = checked_artifact("a.txt", text.encode())
    assert found.text == "Plain text with api_key = ***"


@pytest.mark.parametrize(
    ("raw", "cause"),
    [
        pytest.param(b"x" * (MAX_BYTES + 1), "more than 65536", id="too large"),
        pytest.param(b"a\xff", "byte 1 is not UTF-8", id="no text"),
        pytest.param(" \n\u200b".encode(), "blank", id="nothing in it"),
    ],
)
def test_what_cannot_be_judged_is_refused_before_anybody_is_asked(raw, cause):
    with pytest.raises(RejectedError, match=cause) as refused:
        checked_artifact("a.txt", raw)
    assert refused.value.effect == "nobody was asked"


def test_the_largest_artifact_is_taken():
    assert checked_artifact("a.txt", b"word " * (MAX_BYTES // 5)).size <= MAX_BYTES
