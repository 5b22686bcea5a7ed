"""What a person reads of the desk's moves: whose lock it was, or what trading is now, and why."""

import pytest

from quorate.cycle.risk_management.service import guarded_text
from quorate.kernel.journal import Event

LOCK = {"kind": "COOLDOWN", "symbol": "AAPL", "reason": "sold", "untilSession": "2012-03-08"}


@pytest.mark.parametrize(
    ("kind", "payload", "text"),
    [
        ("lock.set", LOCK, "AAPL locked, COOLDOWN: sold (until 2012-03-08)"),
        ("lock.lifted", LOCK, "AAPL unlocked, COOLDOWN: sold"),
        (
            "lock.set",
            {"kind": "STOPLOSS_GUARD", "symbol": "*", "reason": "4 stops", "untilSession": None},
            "all symbols locked, STOPLOSS_GUARD: 4 stops",
        ),
        (
            "trading.moved",
            {"to": "REDUCING", "reason": "day loss"},
            "trading is REDUCING: day loss",
        ),
    ],
    ids=["set", "lifted", "every symbol", "trading"],
)
def test_a_move_of_the_desk_names_whom_it_concerns_and_why(kind, payload, text):
    assert guarded_text(Event(stream="s", type=kind, payload=payload)) == text
