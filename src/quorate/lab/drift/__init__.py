"""Drift: a model is talked past its limits as far as it goes, and held against what the code allows."""

from quorate.lab.drift.allowed import AllowedOrder, AllowedSpend, Ground, allowed_order
from quorate.lab.drift.pressure import PRESSURES, Pressure, Stated
from quorate.lab.drift.report import DriftReport, Series, Turn
from quorate.lab.drift.service import Drift, DriftRequest
from quorate.lab.drift.wish import Wish, decode_wish

__all__ = [
    "PRESSURES",
    "AllowedOrder",
    "AllowedSpend",
    "Drift",
    "DriftReport",
    "DriftRequest",
    "Ground",
    "Pressure",
    "Series",
    "Stated",
    "Turn",
    "Wish",
    "allowed_order",
    "decode_wish",
]
