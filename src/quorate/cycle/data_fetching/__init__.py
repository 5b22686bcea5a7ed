"""Data fetching: the first step of a cycle."""

from quorate.cycle.data_fetching.service import DataFetching

__all__ = ["DataFetching"]
