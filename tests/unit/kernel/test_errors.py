from datetime import timedelta

import pytest

from quorate.kernel.errors import (
    ConflictError,
    InvalidOutputError,
    InvariantBrokenError,
    QuorateError,
    RejectedError,
    UnavailableError,
)


@pytest.mark.parametrize(
    ("error", "line"),
    [
        pytest.param(QuorateError("the disk is full"), "the disk is full.", id="cause alone"),
        pytest.param(
            QuorateError("the disk is full.", effect="nothing was written."),
            "the disk is full. Nothing was written.",
            id="full stops are not doubled",
        ),
        pytest.param(
            QuorateError("the disk is full", effect="nothing was written", fix="make room"),
            "the disk is full. Nothing was written. Fix: make room",
            id="cause, effect and next act",
        ),
        pytest.param(
            QuorateError("the disk is full", fix="make room"),
            "the disk is full. Fix: make room",
            id="no effect",
        ),
    ],
)
def test_an_error_reads_as_one_line(error, line):
    assert str(error) == line


@pytest.mark.parametrize(
    ("error", "slug"),
    [
        pytest.param(QuorateError("x"), "internal-error", id="the parent"),
        pytest.param(RejectedError("x"), "validation-failed", id="rejected"),
        pytest.param(UnavailableError("x", source="disk"), "unavailable", id="unavailable"),
        pytest.param(InvalidOutputError("x", code="NOT_JSON"), "invalid-output", id="output"),
        pytest.param(ConflictError("x"), "conflict", id="conflict"),
        pytest.param(InvariantBrokenError("x"), "invariant-broken", id="invariant"),
        pytest.param(ConflictError("x", slug="lease-lost"), "lease-lost", id="a slug of its own"),
    ],
)
def test_every_error_has_a_machine_readable_kind(error, slug):
    assert isinstance(error, QuorateError)
    assert error.slug == slug


def test_what_is_unavailable_says_who_and_when_to_ask_again():
    error = UnavailableError("no answer", source="openai", retry_after=timedelta(seconds=3))
    assert (error.source, error.retry_after) == ("openai", timedelta(seconds=3))


def test_a_broken_answer_carries_its_rejection_code():
    assert InvalidOutputError("not JSON", code="NOT_JSON").code == "NOT_JSON"
