"""The market room: bars, corporate actions, indicators, regimes and Wyckoff phases, all pure."""

from quorate.market.actions import ActionKind, CorporateAction
from quorate.market.bar import Bar, RawBar
from quorate.market.calendar import MarketCalendar
from quorate.market.indicators import Indicators, indicators_of
from quorate.market.intake import Intake, take_in
from quorate.market.news import FoundNews, NewsItem
from quorate.market.ports import MarketData, NewsSource
from quorate.market.prices import Prices
from quorate.market.regime import REGIMES, Regime, RegimeReading, RegimeStudy, regime_at, regimes_of
from quorate.market.series import Series, SeriesSummary
from quorate.market.snapshot import Snapshot, freeze_snapshot
from quorate.market.verdicts import Note, NoteCode, Quarantine, QuarantineCode
from quorate.market.view import SymbolView
from quorate.market.wyckoff import (
    EVENTS,
    PHASES,
    Event,
    Phase,
    VolumeTrend,
    WyckoffReading,
    WyckoffStudy,
    wyckoff_of,
)

__all__ = [
    "EVENTS",
    "PHASES",
    "REGIMES",
    "ActionKind",
    "Bar",
    "CorporateAction",
    "Event",
    "FoundNews",
    "Indicators",
    "Intake",
    "MarketCalendar",
    "MarketData",
    "NewsItem",
    "NewsSource",
    "Note",
    "NoteCode",
    "Phase",
    "Prices",
    "Quarantine",
    "QuarantineCode",
    "RawBar",
    "Regime",
    "RegimeReading",
    "RegimeStudy",
    "Series",
    "SeriesSummary",
    "Snapshot",
    "SymbolView",
    "VolumeTrend",
    "WyckoffReading",
    "WyckoffStudy",
    "freeze_snapshot",
    "indicators_of",
    "regime_at",
    "regimes_of",
    "take_in",
    "wyckoff_of",
]
