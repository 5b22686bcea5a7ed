"""Leasing: keeping a lease alive beside the work that it allows."""

from quorate.resilience.leasing.service import LeaseTransaction, renewing

__all__ = ["LeaseTransaction", "renewing"]
