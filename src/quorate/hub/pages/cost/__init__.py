"""`/admin/cost`: where the money for models goes, what it may cost, and what models do cost."""

from quorate.hub.pages.cost.page import cost, set_limits, state_price

HANDLERS = (cost, set_limits, state_price)

__all__ = ["HANDLERS"]
