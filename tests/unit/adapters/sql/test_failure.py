"""Failures of the drivers, as the reaction that they ask for."""

import sqlite3
from datetime import timedelta

import pytest

from quorate.adapters.sql.failure import (
    NOTHING_WRITTEN,
    as_quorate_error,
    is_busy,
    outcome_unknown,
)
from quorate.kernel.errors import (
    ConflictError,
    InvariantBrokenError,
    RejectedError,
    UnavailableError,
)


def sqlite_error(code, kind=sqlite3.OperationalError):
    error = kind("what SQLite said")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "kind", "slug"),
    [
        pytest.param(
            sqlite_error(sqlite3.SQLITE_FULL), UnavailableError, "storage-full", id="full"
        ),
        pytest.param(
            sqlite_error(sqlite3.SQLITE_BUSY), UnavailableError, "storage-unavailable", id="busy"
        ),
        pytest.param(
            sqlite_error(sqlite3.SQLITE_IOERR | (3 << 8)),
            UnavailableError,
            "storage-unavailable",
            id="an extended input or output error",
        ),
        pytest.param(
            sqlite_error(sqlite3.SQLITE_CORRUPT, sqlite3.DatabaseError),
            InvariantBrokenError,
            "invariant-broken",
            id="corrupt",
        ),
        pytest.param(
            sqlite_error(sqlite3.SQLITE_NOTADB, sqlite3.DatabaseError),
            InvariantBrokenError,
            "invariant-broken",
            id="no database",
        ),
        pytest.param(
            sqlite_error(sqlite3.SQLITE_CONSTRAINT | (6 << 8), sqlite3.IntegrityError),
            ConflictError,
            "conflict",
            id="a key that is taken",
        ),
        pytest.param(
            sqlite3.ProgrammingError("closed"), UnavailableError, "storage-unavailable", id="closed"
        ),
        pytest.param(
            KeyError("x"), InvariantBrokenError, "invariant-broken", id="a bug of our own"
        ),
    ],
)
def test_an_error_is_named_for_its_reaction(error, kind, slug):
    found = as_quorate_error(error)
    assert type(found) is kind
    assert found.slug == slug


def test_an_error_of_ours_stays_itself():
    error = RejectedError("a rule says no")
    assert as_quorate_error(error) is error


def test_a_busy_database_says_when_to_ask_again_and_a_broken_disk_does_not():
    busy = as_quorate_error(sqlite_error(sqlite3.SQLITE_BUSY))
    broken = as_quorate_error(sqlite_error(sqlite3.SQLITE_IOERR))
    assert (busy.retry_after, broken.retry_after) == (timedelta(seconds=1), None)
    assert (busy.source, busy.effect) == ("database", NOTHING_WRITTEN)


def test_every_failure_names_the_next_act():
    for code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CORRUPT):
        assert as_quorate_error(sqlite_error(code)).fix


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(sqlite_error(sqlite3.SQLITE_BUSY), True, id="busy"),
        pytest.param(sqlite_error(sqlite3.SQLITE_LOCKED), True, id="locked"),
        pytest.param(sqlite_error(sqlite3.SQLITE_BUSY | (2 << 8)), True, id="busy snapshot"),
        pytest.param(sqlite_error(sqlite3.SQLITE_FULL), False, id="full"),
        pytest.param(sqlite3.OperationalError("no code"), False, id="without a code"),
        pytest.param(TimeoutError(), False, id="of another driver"),
    ],
)
def test_only_a_held_lock_is_worth_another_try(error, expected):
    assert is_busy(error) is expected


@pytest.mark.parametrize(
    ("name", "kind", "slug"),
    [
        ("UniqueViolation", ConflictError, "conflict"),
        ("DiskFull", UnavailableError, "storage-full"),
        ("AdminShutdown", UnavailableError, "storage-unavailable"),
        ("OperationalError", UnavailableError, "storage-unavailable"),
        ("NumericValueOutOfRange", InvariantBrokenError, "invariant-broken"),
    ],
)
def test_an_error_of_postgresql_is_named_for_its_reaction(name, kind, slug):
    errors = pytest.importorskip("psycopg").errors
    raised = getattr(errors, name, None) or getattr(pytest.importorskip("psycopg"), name)
    found = as_quorate_error(raised("what it said\nDETAIL: more than a line holds"))
    assert type(found) is kind
    assert found.slug == slug
    assert "what it said" in found.cause
    assert "\n" not in str(found)


def test_a_commit_whose_answer_was_lost_does_not_claim_that_nothing_was_written():
    error = outcome_unknown(ConnectionError("gone"))
    assert error.effect != NOTHING_WRITTEN
    assert error.slug == "storage-unavailable"
