"""Cycles as the pages get them."""

from quorate.bootstrap.cycling import CycleLine, CycleView
from quorate.cycle.record import read_cycle, stream_of
from quorate.cycle.stage import CycleStage
from quorate.cycle.strip import steps_of
from quorate.kernel.ids import CycleId
from quorate.kernel.step_message import StepName
from tests.fakes.cycles import BOOK, SESSION, TIME, Walk
from tests.fakes.rows_of_cycles import CycleJournal


def line(**changes):
    """Return a line of the list."""
    facts = {
        "cycle_id": CycleId("cyc_replay_1_0001"),
        "book": BOOK,
        "stage": CycleStage.BACKTESTING,
        "trigger": "replay",
        "session": SESSION,
        "run_id": "",
        "trace_id": "0" * 32,
        "started_at": TIME,
        "changed_at": TIME,
        "ended_at": TIME,
        "audit_passed": True,
        "number": 1,
        "failed": False,
    }
    return CycleLine(**{**facts, **changes})


async def view(violations=(), *, over=True):
    """Return a cycle that ended with these violations, or has its last steps before it."""
    journal = CycleJournal()
    walk = Walk(journal)
    await walk.whole(until=None if over else StepName.MONITORING, violations=violations)
    entries = await journal.entries(stream_of(walk.facts.cycle_id))
    cycle = read_cycle(entries)
    return CycleView(line=line(), cycle=cycle, steps=steps_of(cycle, entries), alerts=())
