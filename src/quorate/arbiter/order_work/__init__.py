"""Order work: acts on orders as tasks, tried again while that may help, each one worker's at a time. Source: R-105."""

from quorate.arbiter.order_work.item import OrderTask, act_of, spec_of
from quorate.arbiter.order_work.service import Enqueued, OrderWork

__all__ = ["Enqueued", "OrderTask", "OrderWork", "act_of", "spec_of"]
