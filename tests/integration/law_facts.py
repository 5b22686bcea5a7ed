"""Facts of the law: a verdict that passed, one that failed, a waiver in force, and one that was revoked."""

from __future__ import annotations

from quorate.arbiter.constitution.waiver import added_event, revoked_event
from quorate.kernel.journal import Event
from tests.fakes.clock import NOON
from tests.fakes.courts import KEY, WISH, verdict


def issued(number: int, **about: object) -> Event:
    """Return the row of a verdict on the task `t1`."""
    made = verdict(verdict_id=f"vrd_t{number:025d}", **about)
    return made.row(key_id=KEY.key_id, sign=KEY.sign)


def law_events() -> list[Event]:
    """Return two verdicts, a waiver that stands, and one that was revoked."""
    return [
        issued(1),
        issued(2, broken=("AAPL has 2 decisions instead of one",)),
        added_event("WV-0001", WISH, NOON),
        added_event("WV-0002", WISH, NOON),
        revoked_event("WV-0002", by="bert", reason="it was a mistake", now=NOON),
    ]
