"""Log lines go to the standard error of the moment they are written."""

import contextlib
import io
from collections.abc import Iterator

import pytest
import structlog

from quorate.adapters.telemetry.logs import configure_logs


@pytest.fixture(autouse=True)
def former_configuration() -> Iterator[None]:
    former = structlog.get_config()
    yield
    structlog.configure(**former)


def test_a_line_follows_standard_error_where_it_goes():
    first, second = io.StringIO(), io.StringIO()
    with contextlib.redirect_stderr(first):
        configure_logs("info")
        log = structlog.get_logger()
        log.info("before")
    first.close()

    with contextlib.redirect_stderr(second):
        log.info("after")

    assert "event=after" in second.getvalue()


def test_what_is_below_the_level_is_not_written():
    written = io.StringIO()
    with contextlib.redirect_stderr(written):
        configure_logs("warning")
        structlog.get_logger().info("quiet")
        structlog.get_logger().warning("loud")

    assert "event=loud" in written.getvalue()
    assert "event=quiet" not in written.getvalue()


def test_a_value_cannot_fake_a_line():
    written = io.StringIO()
    with contextlib.redirect_stderr(written):
        configure_logs("info")
        structlog.get_logger().info("told", said='x\nlevel=error event="stolen"')

    assert written.getvalue().count("\n") == 1


def test_a_secret_that_an_exception_quotes_is_masked_and_an_id_is_not():
    written, trace = io.StringIO(), "4bf92f3577b34da6a3ce929d0e0e4736"
    with contextlib.redirect_stderr(written):
        configure_logs("info")
        quoting = LookupError("Authorization: Bearer sk-canary-2b7e151628aed2a6")
        structlog.get_logger().error("unforeseen", exc_info=quoting, trace_id=trace)

    assert "canary" not in written.getvalue()
    assert "LookupError" in written.getvalue()
    assert f"trace_id={trace}" in written.getvalue()
