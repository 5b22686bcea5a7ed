"""Rows: workers, what they hold, and registered agents, as the page says them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from quorate.arbiter.routing import Standing
from quorate.arena.record.phrases import enumeration
from quorate.bootstrap.arbitration.desk import AgentLine
from quorate.bootstrap.fleet.facet import FleetOverview, HeldLine, WorkerLine
from quorate.fleet.capability import held_capabilities
from quorate.hub.pages.fleet.query import FleetQuery, View
from quorate.hub.pages.wording import plural
from quorate.kernel.stamps import moment_of

BUSY, IDLE, WAITING, GONE, UNKNOWN = 5, 4, 2, 6, 0
"""The colours of a bar's parts."""

STATES: Final = {
    "busy": (BUSY, "warn", ""),
    "idle": (IDLE, "", ""),
    "registered": (WAITING, "off", "registered, not ready yet"),
    "draining": (WAITING, "warn", "ends what it has, gets nothing new"),
    "quarantined": (GONE, "loss", "set aside until a person restores it"),
    "lost": (GONE, "loss", "its hub does not hear it"),
    "left": (UNKNOWN, "off", "it ended by itself"),
}
"""Of a worker's state: the colour in a bar, the dot's tone, and what it means where the word does not say."""

ALIVE: Final = frozenset({"busy", "idle", "registered", "draining"})
LATE: Final = 2 / 3
"""From this share of the time until it counts as dead on, a heartbeat's bar warns: two beats are missed. Ours."""

Share = tuple[float, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """How long ago a worker was heard, as a bar until it counts as dead; no `parts` where another hub hears it."""

    parts: tuple[Share, ...]
    text: str
    words: str
    is_dead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRow:
    """A task in a worker's hands, with what is left of its lease in seconds; none is left of one that ran out."""

    held: HeldLine
    left_s: float
    kind: str

    @property
    def left(self) -> str:
        """Return how long the lease runs still."""
        return f"{self.left_s:.0f} s left" if self.left_s > 0 else "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRow:
    """A worker as its row says it."""

    line: WorkerLine
    name: str
    dot: str
    note: str
    beat: Beat
    capabilities: tuple[str, ...]
    holds: tuple[HeldRow, ...]
    ended: int
    broken: int
    is_draining: bool
    is_quarantined: bool

    @property
    def is_bad(self) -> bool:
        """Return whether somebody has to look at it."""
        return self.line.state in {"quarantined", "lost"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkersCard:
    """The first card: how many live, as a bar and in words."""

    alive: int
    parts: tuple[Share, ...]
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRow:
    """A registered agent as its row says it."""

    line: AgentLine
    name: str
    tone: str
    state: str
    note: str
    load: float
    in_service: bool


def worker_row(line: WorkerLine, dead_after_s: float, now: datetime) -> WorkerRow:
    """Return a worker as its row says it."""
    _, dot, meaning = STATES[line.state]
    counts = line.counts
    return WorkerRow(
        line=line,
        name=line.record.worker,
        dot=dot,
        note=line.record.reason or meaning,
        beat=beat_of(line, dead_after_s, now),
        capabilities=tuple(sorted(held_capabilities(line.record.capabilities))),
        holds=tuple(held_row(each, now) for each in line.holds),
        ended=counts.done + counts.failed + counts.lost,
        broken=counts.failed + counts.lost,
        is_draining=line.record.draining,
        is_quarantined=line.record.quarantined,
    )


def beat_of(line: WorkerLine, dead_after_s: float, now: datetime) -> Beat:
    """Return a worker's heartbeat: its age where this hub hears it, else since when nobody does."""
    age = line.heartbeat_age_s
    if age is not None:
        share = min(age / dead_after_s, 1.0)
        tone = GONE if share >= 1 else BUSY if share >= LATE else IDLE
        return Beat(
            parts=((max(share, 0.01), tone),),
            text=f"{age:.0f} s",
            words=f"heard {age:.0f} s ago, dead at {dead_after_s:.0f} s",
            is_dead=share >= 1,
        )
    if line.is_live:
        return Beat(
            parts=(), text="at another hub", words=f"its connection is at {line.record.node}"
        )
    if line.state == "left":
        return Beat(parts=(), text="none", words="it left")
    silent = max((now - moment_of(line.record.changed_at)).total_seconds(), 0.0)
    return Beat(
        parts=((1.0, GONE),),
        text=f"over {dead_after_s:.0f} s",
        words=f"no connection; its last row is {silent:.0f} s old",
        is_dead=True,
    )


def held_row(held: HeldLine, now: datetime) -> HeldRow:
    """Return a task in a worker's hands as it is said."""
    left = (moment_of(held.lease_until) - now).total_seconds()
    return HeldRow(held=held, left_s=left, kind=held.type.replace("_", " "))


def workers_card(lines: Sequence[WorkerLine]) -> WorkersCard:
    """Return how many workers live, of those that did not leave."""
    present = [line for line in lines if line.state != "left"]
    counts = Counter(line.state for line in present)
    told = [(state, counts[state]) for state in STATES if counts[state]]
    whole = len(present) or 1
    return WorkersCard(
        alive=sum(number for state, number in told if state in ALIVE),
        parts=tuple((number / whole, STATES[state][0]) for state, number in told),
        words=enumeration([f"{number} {state}" for state, number in told]),
    )


def views(query: FleetQuery, lines: Sequence[WorkerLine]) -> list[tuple[str, int, str, bool]]:
    """Return the views with how many workers each shows."""
    return [
        (
            view.value.capitalize(),
            sum(view.holds(line.state) for line in lines),
            query.shows(view),
            view is query.view,
        )
        for view in View
    ]


def unmatched(waiting: Collection[str], overview: FleetOverview) -> tuple[str, ...]:
    """Return the types among those that wait that no live worker may be given."""
    able = [line.record for line in overview.workers if line.is_live]
    return tuple(sorted(each for each in waiting if not any(one.can(each) for one in able)))


def agent_rows(lines: Sequence[AgentLine]) -> list[AgentRow]:
    """Return the agents that may be asked or are set aside; who was switched off or archived is not asked."""
    return [_agent_row(line) for line in lines if line.enabled and not line.archived]


def _agent_row(line: AgentLine) -> AgentRow:
    agent, stood = line.agent, line.stood
    state, tone, note = "in service", "gain", ""
    if agent.standing is not Standing.IN_SERVICE:
        state = agent.standing.value.replace("_", " ")
        tone = "loss" if agent.standing is Standing.QUARANTINED else "warn"
        note = f"{stood.reason}, by {stood.by}" if stood else ""
    elif not agent.healthy:
        state, tone, note = "not healthy", "warn", f"{agent.provider} does not answer now"
    return AgentRow(
        line=line,
        name=agent.name,
        tone=tone,
        state=state,
        note=note,
        load=agent.load.utilisation(line.max_active),
        in_service=agent.standing is Standing.IN_SERVICE,
    )


def waiting_words(overview: FleetOverview, stranded: Sequence[str]) -> str:
    """Return what is said of the tasks that wait."""
    if stranded:
        return f"nobody takes {enumeration(list(stranded))}"
    return "every type has a taker" if overview.waiting else "nothing waits for a worker"


def recovered_words(overview: FleetOverview) -> str:
    """Return how many tasks were taken back from workers, ever."""
    return (
        f"{plural(overview.recoveries, 'task')} recovered"
        if overview.recoveries
        else "none recovered"
    )
