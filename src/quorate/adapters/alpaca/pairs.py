"""Pairs: the broker writes "BTC/USD" in one place and "BTCUSD" in the other; here it is always the first."""

from __future__ import annotations

from typing import Final

from quorate.kernel.ids import Symbol
from quorate.market.asset_kind import is_pair

__all__ = ["CRYPTO", "is_pair", "symbol_of"]

CRYPTO: Final = "crypto"
_QUOTES: Final = ("USDT", "USDC", "USDG", "USD", "BTC", "EUR")
"""What a pair may be priced in, longer ones first."""


def symbol_of(told: str, asset_class: str) -> Symbol:
    """Return the symbol of what the broker calls `told`."""
    if asset_class != CRYPTO or is_pair(told):
        return Symbol(told)
    quote = next((each for each in _QUOTES if told.endswith(each) and told != each), "")
    return Symbol(f"{told.removesuffix(quote)}/{quote}" if quote else told)
