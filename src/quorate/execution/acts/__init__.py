"""Acts on orders that are asked for now and done as soon as it can be, each once. Source: R-105."""

from quorate.execution.acts.act import ActType, OrderAct
from quorate.execution.acts.failing import Failure, failure_of
from quorate.execution.acts.retrying import RetryPolicy

__all__ = ["ActType", "Failure", "OrderAct", "RetryPolicy", "failure_of"]
