"""Fetching: market data from a source that is counted and may be silent, each answer labelled with where it is from."""

from quorate.market.fetching.labels import FetchPolicy, Labelled, Origin
from quorate.market.fetching.shelf import Shelf, Stored
from quorate.market.fetching.usage import Usage

__all__ = ["FetchPolicy", "Labelled", "Origin", "Shelf", "Stored", "Usage"]
