"""The 28 checks, in the order in which they are asked: state, identity, data, instrument, size, exposure, rate."""

from quorate.risk.checks.registry import CHECKS, Check

__all__ = ["CHECKS", "Check"]
