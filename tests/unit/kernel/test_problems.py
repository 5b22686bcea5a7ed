"""The problem list: one status for every slug, and none that no client knows."""

import pytest

from quorate.cli.failures import _CODES
from quorate.kernel.problems import OUR_FAULT, STATUSES, status_of, title_of


@pytest.mark.parametrize(
    ("slug", "status"),
    [
        ("not-found", 404),
        ("invalid-cursor", 400),
        ("idempotency-reused", 422),
        ("rate-limited", 429),
    ],
)
def test_a_slug_has_the_status_of_the_list(slug, status):
    assert status_of(slug) == status


def test_what_is_not_on_the_list_is_our_fault():
    assert status_of("something new") == OUR_FAULT


def test_every_exit_code_belongs_to_a_slug_of_the_list():
    assert set(_CODES) <= set(STATUSES)


def test_a_slug_reads_as_a_title():
    assert title_of("not-found") == "Not found"
