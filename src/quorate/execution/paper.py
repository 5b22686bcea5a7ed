"""Paper: which of the broker's hosts trade with no real money. Everything else of its domain is taken for live."""

from __future__ import annotations

from typing import Final

PAPER_HOST: Final = "paper-api.alpaca.markets"
BROKERS_DOMAIN: Final = "alpaca.markets"


def is_live_host(host: str) -> bool:
    """Return whether orders sent to `host` may cost real money. Source: bad_inputs.jsonl CF-004."""
    named = host.lower().rstrip(".")
    is_brokers = named == BROKERS_DOMAIN or named.endswith(f".{BROKERS_DOMAIN}")
    return is_brokers and named != PAPER_HOST
