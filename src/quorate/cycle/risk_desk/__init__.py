"""The risk desk: what a book's orders are judged on, the signed verdicts, and the locks that keep new risk away."""

from quorate.cycle.risk_desk.locks import Lock, LockFact, LockKey, LockKind, Locks
from quorate.cycle.risk_desk.service import RiskDesk

__all__ = ["Lock", "LockFact", "LockKey", "LockKind", "Locks", "RiskDesk"]
