"""The replay's figures: whole cycles over stored sessions, rule agents, every row durable before the next step."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from benchmarks.measure import Figure, percentile
from quorate.arena.record import Facts
from quorate.bootstrap import open_app
from quorate.bootstrap.store import Store, opened_store
from quorate.bootstrap.trading import ReplayTerms
from quorate.config import Settings
from quorate.cycle.record import CycleFact, RecordedCycle, stream_of
from quorate.kernel.ids import Symbol

SYMBOLS: Final = tuple(map(Symbol, ("AAPL", "GOOG", "IBM", "MSFT")))
FIRST: Final = date(2012, 3, 1)
WARM_UNTIL: Final = date(2012, 3, 8)
LAST: Final = date(2012, 6, 29)
REPLAYS: Final = 3
"""The middle one of so many is told: the machines are shared."""

BAR: Final = 150
"""Decisions a second."""

MOST_COMMITS: Final = 30
"""A commit is a sync of the disk, so a cycle that needs more of them than this has to say why. Ours."""

ROWS_INSERTED: Final = "rows_inserted"
"""The writer's failpoint that only a transaction with rows comes to."""


@dataclass(frozen=True, slots=True)
class _Walk:
    """One replay: its cycles, what it took of the clock and of the processor, and its transactions."""

    cycles: Sequence[RecordedCycle]
    seconds: float
    cpu_seconds: float
    commits: int

    @property
    def pace(self) -> float:
        """Return the decisions a second."""
        return len(self.cycles) * len(SYMBOLS) / self.seconds


async def figures(settings: Settings, database: str) -> AsyncIterator[Figure]:
    """Yield decisions and cycles a second, the commits of a cycle, and what each step takes."""
    counted: Counter[str] = Counter()

    def count(failpoint: str) -> None:
        counted[failpoint] += 1

    async with open_app(settings, failpoint=count) as app:
        walks = []
        for last in (WARM_UNTIL, *[LAST] * REPLAYS):
            before, began, cpu = counted[ROWS_INSERTED], time.perf_counter(), time.process_time()
            told = await app.trading.replay(ReplayTerms(first=FIRST, last=last, symbols=SYMBOLS))
            took, cpu_took = time.perf_counter() - began, time.process_time() - cpu
            if told.failed or told.violations or told.gap:
                raise RuntimeError(f"the replay went wrong: {told.violations}, gap {told.gap}")
            walks.append(_Walk(told.cycles, took, cpu_took, counted[ROWS_INSERTED] - before))
    walk = sorted(walks[1:], key=lambda each: each.seconds)[REPLAYS // 2]
    cycles = len(walk.cycles)
    yield Figure(
        what=f"replay of {cycles} sessions, {len(SYMBOLS)} symbols, cycle after cycle, {database}",
        figure=f"{walk.pace:.0f} decisions/s, {cycles / walk.seconds:.1f} cycles/s, "
        f"{walk.cpu_seconds / cycles * 1000:.1f} ms of CPU a cycle",
        bar=f">= {BAR} decisions/s",
        reached=walk.pace >= BAR,
    )
    commits = walk.commits / cycles
    yield Figure(
        what=f"commits of such a cycle, {database}",
        figure=f"{commits:.1f}",
        bar=f"<= {MOST_COMMITS}",
        reached=commits <= MOST_COMMITS,
    )
    with opened_store(settings) as store:
        yield _steps(await _durations(store, walk.cycles), database)


def _steps(durations: Mapping[str, Sequence[float]], database: str) -> Figure:
    """Return what each step takes, held together against what the bar leaves a cycle."""
    told = ", ".join(
        f"{step} {percentile(each, 0.5):.1f}/{percentile(each, 0.95):.1f}"
        for step, each in durations.items()
    )
    whole = [sum(one) for one in zip(*durations.values(), strict=True)]
    p50, most = percentile(whole, 0.5), len(SYMBOLS) / BAR * 1000
    return Figure(
        what=f"steps of such a cycle, p50/p95 in ms, {database}",
        figure=f"{told}; together {p50:.1f}/{percentile(whole, 0.95):.1f}",
        bar=f"together p50 < {most:.1f} ms",
        reached=p50 < most,
    )


async def _durations(
    store: Store, cycles: Sequence[RecordedCycle]
) -> Mapping[str, Sequence[float]]:
    """Return the seconds that each step took, cycle after cycle, as the journal tells them."""
    durations: defaultdict[str, list[float]] = defaultdict(list)
    for cycle in cycles:
        for entry in await store.journal.entries(stream_of(cycle.facts.cycle_id)):
            if entry.type == CycleFact.STEPPED:
                told = Facts(entry.facts)
                durations[told.text("step")].append(told.value("durationMs", float) / 1000)
    return durations
