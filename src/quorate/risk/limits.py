"""The limits that every order is held to, each with the place it comes from."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal

from quorate.kernel.canonical import digest
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import symbol_in


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskLimits:
    """What an order may be at most; shares are of equity unless told. Source: RELIABILITY 3, unless told."""

    decision_ttl_s: Decimal = Decimal(60)
    """An order for a decision older than this is not sent (check 04)."""

    min_confidence: Decimal = Decimal("0.62")
    """After all factors (check 05). Source: R-079."""

    max_quote_age_s: Decimal = Decimal(15)
    """At the moment of sending (check 07)."""

    max_spread_bps: Decimal = Decimal(100)
    """Of the middle price (check 08)."""

    max_market_order_spread_bps: Decimal = Decimal(20)
    """Wider than this and a market order is refused (check 10)."""

    limit_collar: Decimal = Decimal("0.03")
    """A limit's distance from the middle price, as a share of it (check 10)."""

    move_collar: Decimal = Decimal("0.05")
    """The price's distance from the last known close before, as a share of it (check 10)."""

    max_order_equity: Decimal = Decimal("0.05")
    """The value of one order (check 11)."""

    max_order_usd: Decimal = Decimal(5000)
    """The value of one order in USD (check 11)."""

    min_order_usd: Decimal = Decimal(1)
    """The least value of one order in USD (check 11). Source: Alpaca (fractional trading)."""

    max_order_shares: Decimal = Decimal(500)
    """Shares of one order (check 12)."""

    max_volume_share: Decimal = Decimal("0.01")
    """One order's share of the average volume of 20 days (check 12)."""

    max_position_equity: Decimal = Decimal("0.10")
    """What is held of one symbol, open orders included (check 14)."""

    max_gross_equity: Decimal = Decimal(1)
    """What is held of all symbols, open orders included (check 14)."""

    usable_buying_power: Decimal = Decimal("0.95")
    """The share of the broker's buying power that may be used (check 15)."""

    max_repeats_per_day: int = 5
    """Orders of one symbol and side a day (check 16). Source: RTS 6 Art. 15.3."""

    max_orders_per_minute: int = 10
    """Orders a minute (check 17)."""

    max_orders_per_day: int = 50
    """Orders a day (check 17)."""

    max_calls_per_minute: int = 150
    """Requests to the broker a minute, of the 200 that it allows (check 17)."""

    duplicate_window_s: Decimal = Decimal(300)
    """The same symbol, side and quantity within this time is a duplicate (check 18). Source: SEC 15c3-5."""

    reducing_day_loss: Decimal = Decimal("0.02")
    """A day's loss from here on reduces positions only (check 20)."""

    halting_day_loss: Decimal = Decimal("0.03")
    """A day's loss from here on halts (check 20)."""

    halting_drawdown: Decimal = Decimal("0.10")
    """A fall from the peak of equity from here on halts (check 20)."""

    cooldown_sessions: int = 2
    """Sessions without an entry after an exit of the symbol (check 21). Source: freqtrade, CooldownPeriod."""

    guard_sessions: int = 24
    """Sessions looked back on for stops that were hit (check 21). Source: freqtrade, StoplossGuard."""

    guard_stops: int = 4
    """So many stops in that time and no symbol is entered (check 21)."""

    guard_pause_sessions: int = 4
    """For so many sessions after the last of them (check 21)."""

    low_profit_sessions: int = 6
    """Sessions looked back on for what a symbol gained (check 21). Source: freqtrade, LowProfitPairs."""

    low_profit_exits: int = 2
    """With fewer exits in that time nothing is concluded (check 21)."""

    low_profit: Decimal = Decimal("0.02")
    """Less than this in all, as a share of what was entered, and the symbol is not entered (check 21)."""

    no_entry_after_open_min: Decimal = Decimal(5)
    """Minutes after the open without entries (check 22)."""

    no_entry_before_close_min: Decimal = Decimal(10)
    """Minutes before the close without entries (check 22)."""

    min_maintenance_margin: Decimal = Decimal("0.25")
    """Equity over what is held (check 24). Source: FINRA 4210."""

    max_day_trades: int = 3
    """Day trades within five sessions (check 24). Ours."""

    escalation_delta: Decimal = Decimal("0.015")
    """An entry from this share of equity on needs an escalated decision (check 25). Source: R-079."""

    max_reconciliation_age_s: Decimal = Decimal(300)
    """The last good comparison with the broker is no older (check 26)."""

    allowed_symbols: tuple[str, ...] = ()
    """What may be entered at all (check 09); none: whatever the broker trades. What is held may always be left."""

    def __post_init__(self) -> None:
        """Refuse limits with which a check could not hold."""
        for holds, rule in self._rules():
            if not holds:
                raise RejectedError(f"risk policy: {rule}", effect="nothing was run")

    @property
    def hash(self) -> str:
        """Return the hash of all limits; a verdict names those that it was found under."""
        return digest({each.name: getattr(self, each.name) for each in fields(self)})

    def _rules(self) -> tuple[tuple[bool, str], ...]:
        shares = {
            "min_confidence": self.min_confidence,
            "limit_collar": self.limit_collar,
            "move_collar": self.move_collar,
            "max_order_equity": self.max_order_equity,
            "max_volume_share": self.max_volume_share,
            "max_position_equity": self.max_position_equity,
            "max_gross_equity": self.max_gross_equity,
            "usable_buying_power": self.usable_buying_power,
            "reducing_day_loss": self.reducing_day_loss,
            "halting_day_loss": self.halting_day_loss,
            "halting_drawdown": self.halting_drawdown,
            "min_maintenance_margin": self.min_maintenance_margin,
            "escalation_delta": self.escalation_delta,
        }
        durations = {
            "decision_ttl_s": self.decision_ttl_s,
            "max_quote_age_s": self.max_quote_age_s,
            "duplicate_window_s": self.duplicate_window_s,
            "max_reconciliation_age_s": self.max_reconciliation_age_s,
        }
        counts = {
            "max_repeats_per_day": self.max_repeats_per_day,
            "max_orders_per_minute": self.max_orders_per_minute,
            "max_orders_per_day": self.max_orders_per_day,
            "max_calls_per_minute": self.max_calls_per_minute,
            "guard_stops": self.guard_stops,
            "low_profit_exits": self.low_profit_exits,
        }
        others: dict[str, Decimal | int] = {
            "max_spread_bps": self.max_spread_bps,
            "max_market_order_spread_bps": self.max_market_order_spread_bps,
            "max_order_shares": self.max_order_shares,
            "cooldown_sessions": self.cooldown_sessions,
            "guard_sessions": self.guard_sessions,
            "guard_pause_sessions": self.guard_pause_sessions,
            "low_profit_sessions": self.low_profit_sessions,
            "low_profit": self.low_profit,
            "no_entry_after_open_min": self.no_entry_after_open_min,
            "no_entry_before_close_min": self.no_entry_before_close_min,
            "max_day_trades": self.max_day_trades,
        }
        return (
            *((0 < value <= 1, f"{name} is in (0, 1]") for name, value in shares.items()),
            *(
                (0 < value <= 86_400, f"{name} is in (0, 86400]")
                for name, value in durations.items()
            ),
            *((value >= 1, f"{name} is 1 or more") for name, value in counts.items()),
            *((value >= 0, f"{name} is 0 or more") for name, value in others.items()),
            (
                all(symbol_in(symbol) == symbol for symbol in self.allowed_symbols),
                "allowed_symbols are symbols in upper case",
            ),
            (0 < self.min_order_usd < self.max_order_usd, "min_order_usd is below max_order_usd"),
            (
                self.reducing_day_loss <= self.halting_day_loss,
                "reducing_day_loss is at most halting_day_loss",
            ),
        )
