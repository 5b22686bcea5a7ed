"""Risk management: the fourth step of a cycle."""

from quorate.cycle.risk_management.service import RiskManagement

__all__ = ["RiskManagement"]
