"""Logs: one line a fact on standard error, UTC, encoded so that a value cannot fake a line, and without secrets."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

from quorate.kernel.redaction import redacted


def configure_logs(level: str) -> None:
    """Log facts of `level` (debug, info, warning, error) and above; audit rows are not logs and never depend on it."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
            structlog.processors.format_exc_info,
            _MaskedLines(key_order=["ts", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        # Looked up at each line: the stream of the moment this was configured may be closed since.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


class _MaskedLines(structlog.processors.LogfmtRenderer):
    """Lines without what looks like a secret: the second lock, for what an exception of others may quote."""

    def __call__(self, logger: WrappedLogger, name: str, event_dict: EventDict) -> str:
        return redacted(super().__call__(logger, name, event_dict))
