"""A paper-trading system in which a quorum of agents must agree before anything happens."""

__all__ = ["__version__"]

__version__ = "0.1.0"
