"""Situations: what an order is judged on, gathered when it is asked for."""

from quorate.cycle.risk_desk.situations.service import Situations

__all__ = ["Situations"]
