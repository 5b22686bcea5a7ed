"""Strategies: what they say, which version cycles may follow, and what they would have come to on past sessions."""

from quorate.hub.pages.strategies.acts import (
    disable_strategy,
    enable_strategy,
    start_backtest,
)
from quorate.hub.pages.strategies.details import strategy
from quorate.hub.pages.strategies.listing import strategies

HANDLERS = (
    disable_strategy,
    enable_strategy,
    start_backtest,
    strategies,
    strategy,
)
"""The routes of the room."""

__all__ = ["HANDLERS"]
