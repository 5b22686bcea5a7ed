"""Market analysis: the second step of a cycle, the arena."""

from quorate.cycle.market_analysis.service import MarketAnalysis

__all__ = ["MarketAnalysis"]
