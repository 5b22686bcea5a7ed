"""Facts of a risk desk: a verdict that approved, one that denied, a lock that was set, one that was lifted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from quorate.cycle.risk_desk.locks import Lock, LockKind, lifted_event, set_event
from quorate.kernel.journal import Event
from quorate.risk import OrderRequest, RiskLimits, assess
from quorate.risk.verdict import Verdict
from tests.fakes.clock import NOON
from tests.fakes.desks import HASH, TestKey, entry
from tests.integration.order_facts import BOOK
from tests.unit.risk.orders import AAPL, at

KEY = TestKey()


def judged(number: int, order: OrderRequest | None = None) -> Event:
    """Return the row of a verdict on an order of a decision that `at` knows."""
    asked = order or entry()
    verdict = Verdict(
        verdict_id=f"vrd_{number:026d}",
        book=BOOK,
        assessment=assess(asked, at(decision={"hash": HASH}), RiskLimits()),
        snapshot_hash="s" * 64,
        limits_hash=RiskLimits().hash,
        judged_at=NOON,
        valid_until=NOON + timedelta(seconds=60),
    )
    return verdict.row(key_id=KEY.key_id, sign=KEY.sign)


def desk_events() -> list[Event]:
    """Return two verdicts, a lock that stands, and one that was lifted."""
    cooldown = Lock(
        kind=LockKind.COOLDOWN,
        symbol=AAPL,
        reason="sold; 2 sessions without an entry",
        until=NOON.date() + timedelta(days=2),
    )
    pause = Lock(kind=LockKind.NEW_RISK_PAUSED, reason="AAPL fell by more than 5 %")
    return [
        judged(1),
        judged(2, entry(quantity="501")),
        set_event(BOOK, cooldown, {}),
        set_event(BOOK, pause, {}),
        lifted_event(BOOK, replace(pause, version=1), reason="a clear market", by="risk"),
    ]
