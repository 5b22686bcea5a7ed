"""Results: what verified runs concluded, told to whoever reads along, newest of each symbol first."""

from quorate.results.applying import Applied
from quorate.results.bus import EventBus
from quorate.results.channels import ANALYSIS_EVENTS, SIDEBAR_EVENTS, SIGNAL_EVENTS
from quorate.results.ordering import Arrival, Newest
from quorate.results.queue import CompactingQueue, Missed, Queued
from quorate.results.record import results_of
from quorate.results.result import (
    Display,
    Recency,
    ResultKey,
    Risk,
    TradingAnalysisResult,
    to_display,
)

__all__ = [
    "ANALYSIS_EVENTS",
    "SIDEBAR_EVENTS",
    "SIGNAL_EVENTS",
    "Applied",
    "Arrival",
    "CompactingQueue",
    "Display",
    "EventBus",
    "Missed",
    "Newest",
    "Queued",
    "Recency",
    "ResultKey",
    "Risk",
    "TradingAnalysisResult",
    "results_of",
    "to_display",
]
