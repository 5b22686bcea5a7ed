"""Who may do what, and what no request gets past: host, session, forgery, bodies, scopes, rates."""

from quorate.hub.security.authentication import Authentication
from quorate.hub.security.gate import Gate, GatePolicy
from quorate.hub.security.presence import Presence
from quorate.hub.security.principal import OPEN, Principal, principal_of, require
from quorate.hub.security.rates import Rate, RateLimiter

__all__ = [
    "OPEN",
    "Authentication",
    "Gate",
    "GatePolicy",
    "Presence",
    "Principal",
    "Rate",
    "RateLimiter",
    "principal_of",
    "require",
]
