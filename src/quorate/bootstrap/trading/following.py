"""Following a run: what a manual run decided is carried out by one cycle of its book, whose analysis the run is."""

from __future__ import annotations

from functools import partial

from quorate.adapters.sql.cycle_runs import cycle_of_run
from quorate.arena.record import RecordedRun
from quorate.bootstrap.store import Store
from quorate.bootstrap.trading.books import OpenBook
from quorate.cycle.record import RecordedCycle, Trigger, read_cycle, stream_of
from quorate.cycle.service import CycleService, CycleWish
from quorate.kernel.errors import RejectedError


async def followed_run(
    store: Store, book: OpenBook, cycles: CycleService, run: RecordedRun
) -> RecordedCycle:
    """Return the cycle that follows `run`, walked to its end; asked again it is the same one.

    Raises:
        CycleRunningError: another cycle of the book is under way.
        RejectedError: a REPLAY book decides at the close of another session.
    """
    known = await store.database.look_up(
        partial(cycle_of_run, tenant=store.tenant, run_id=run.run_id)
    )
    if known is None:
        known = (await cycles.once(_wish(book, run))).facts.cycle_id
    else:
        await cycles.resumed()
    return read_cycle(await store.journal.entries(stream_of(known)))


def _wish(book: OpenBook, run: RecordedRun) -> CycleWish:
    header = run.header.fact
    if book.session not in {None, header.as_of}:
        raise RejectedError(
            f"the run decided at the close of {header.as_of}, the book {book.name} stands at {book.session}",
            effect="nothing was traded",
            fix=f"run it at {book.session}",
        )
    return CycleWish(
        trigger=Trigger.MANUAL,
        symbols=header.symbols,
        session=book.session,
        strategy=None if header.strategy is None else header.strategy.name,
        run_id=run.run_id,
    )
