"""Results as the hub and the command line meet them, and the relay and bridge that feed their readers."""

from quorate.bootstrap.results.facet import Results

__all__ = ["Results"]
