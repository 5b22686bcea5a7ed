"""Monitoring: orders fill, every filled entry is protected, and the book is marked to the cent."""

from __future__ import annotations

from typing import Final

from quorate.cycle.analysis import analysis_of, fetch_of
from quorate.cycle.ports import Keeper, Mark, MarkRequest, Settled, StepResult, Venue, Watch
from quorate.cycle.record import RecordedCycle
from quorate.cycle.watch.alert import Alert, Severity
from quorate.execution.sending import Intent
from quorate.kernel.canonical import JsonValue
from quorate.kernel.step_message import StepName


class Monitoring:
    """The sixth step. Source: R-010, R-016, DESIGN 8 (Exits)."""

    name: Final = StepName.MONITORING

    def __init__(self, venue: Venue, keeper: Keeper, watch: Watch) -> None:
        self._venue = venue
        self._keeper = keeper
        self._watch = watch

    async def run(self, cycle: RecordedCycle) -> StepResult:
        """Say what became of the orders and of the book.

        Raises:
            UnavailableError: the broker did not tell what became of them.
            RejectedError: a check denied a protective stop: a position is open and unprotected.
        """
        await self._watch.logged(cycle.facts.cycle_id, cycle.trace)
        intent = Intent(decided_at=analysis_of(cycle).decided_at, trace_id=cycle.facts.trace_id)
        settled = await self._venue.settled(intent, fetch_of(cycle).as_of)
        mark = await self._keeper.marked(
            MarkRequest(
                cycle_id=cycle.facts.cycle_id,
                session=settled.session,
                at=settled.at,
                prices=settled.prices,
                actions=settled.actions,
                broker=settled.broker,
            )
        )
        resolved = await self._keeper.resolved(settled.session)
        return StepResult(
            data=_told(settled, mark, resolved),
            alerts=(_gap(cycle, mark),) if mark.gap_is_new else (),
        )


def _told(settled: Settled, mark: Mark, resolved: int) -> dict[str, JsonValue]:
    return {
        "session": settled.session.isoformat(),
        "snapshotId": mark.snapshot_id,
        "cash": format(mark.cash, "f"),
        "equity": format(mark.equity, "f"),
        "gap": format(mark.gap, "f"),
        "protected": [
            {
                "symbol": each.order.request.symbol,
                "clientOrderId": each.order.client_order_id,
                "quantity": format(each.order.request.quantity, "f"),
                "stop": None
                if each.order.request.price is None
                else format(each.order.request.price, "f"),
            }
            for each in settled.protected
        ],
        "outcomesResolved": resolved,
        "lastSession": settled.is_last,
    }


def _gap(cycle: RecordedCycle, mark: Mark) -> Alert:
    return Alert(
        kind="books_differ",
        book=cycle.facts.book,
        severity=Severity.ERROR,
        text=f"The broker's cash is {mark.gap} USD off ours; no new risk until somebody looked.",
        cycle_id=cycle.facts.cycle_id,
        trace_id=cycle.facts.trace_id,
    )
