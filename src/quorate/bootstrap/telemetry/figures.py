"""The figures of `/metrics`: what the state tables hold, and what this process counted since it began.

Labels are types, states, actions, reason codes, providers and components: sets that the code or the settings bound.
Never a symbol, an id, a book's name or anything of a person. Source: R-137, RELIABILITY 6.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from quorate.adapters.sql import commit_figures
from quorate.adapters.sql.commit_figures import CommitFigures
from quorate.adapters.sql.figures import BUCKETS_S, HomeFigures
from quorate.adapters.telemetry.figure import Counted, Figure, Measured, Timed, Times
from quorate.bootstrap.telemetry.process import resident_bytes, uptime_seconds
from quorate.resilience import Circuit
from quorate.resilience.boundary import Boundary

_NANO = 1e-9


def figures_of_home(home: HomeFigures) -> Iterator[Figure]:
    """Yield what the state tables of one tenant hold."""
    yield Measured(name="journal_head", help="Newest row of the journal.", values={(): home.head})
    yield Measured(
        name="tasks",
        help="Tasks by type and state.",
        labels=("type", "state"),
        values=home.tasks,
    )
    yield Timed(
        name="task_seconds",
        help="From a task's first row to its last, by type, of tasks that are over.",
        labels=("type",),
        bounds=BUCKETS_S,
        values={
            labels: Times(each.ended, each.seconds, each.within)
            for labels, each in home.task_times.items()
        },
    )
    yield Measured(name="runs", help="Arena runs by status.", labels=("status",), values=home.runs)
    yield Measured(
        name="cycles", help="Trading cycles by stage.", labels=("stage",), values=home.cycles
    )
    yield Counted(
        name="decisions",
        help="Decisions by action and reason code.",
        labels=("action", "reason"),
        values=home.decisions,
    )
    yield Measured(name="orders", help="Orders by state.", labels=("state",), values=home.orders)
    yield Counted(
        name="alerts",
        help="Alerts by severity.",
        labels=("severity",),
        values=home.alerts,
    )
    yield Measured(
        name="workers",
        help="Workers of the fleet by state.",
        labels=("state",),
        values=home.workers,
    )
    yield from _calls(home)


def _calls(home: HomeFigures) -> Iterator[Figure]:
    labels = ("provider", "status")
    yield Measured(
        name="llm_calls",
        help="Model calls by provider and how they stand.",
        labels=labels,
        values={key: each.calls for key, each in home.calls.items()},
    )
    yield Measured(
        name="llm_cost_usd",
        help="What model calls cost, where it is known.",
        labels=labels,
        values={key: each.cost_nanos * _NANO for key, each in home.calls.items()},
    )
    yield Measured(
        name="llm_tokens",
        help="Tokens of model calls by direction.",
        labels=("provider", "direction"),
        values=_tokens(home),
    )


def _tokens(home: HomeFigures) -> Mapping[tuple[str, ...], float]:
    found: dict[tuple[str, ...], float] = {}
    for (provider, _status), each in home.calls.items():
        for direction, tokens in (("in", each.prompt_tokens), ("out", each.completion_tokens)):
            found[provider, direction] = found.get((provider, direction), 0) + tokens
    return found


def figures_of_writer(commits: CommitFigures, waiting: int) -> Iterator[Figure]:
    """Yield how fast this process's journal writer commits."""
    yield Timed(
        name="journal_commit_seconds",
        help="Commits of this process, each of one or many use cases.",
        bounds=commit_figures.BUCKETS_S,
        values={
            (): Times(
                commits.commits,
                commits.seconds,
                list(accumulate(commits.by_length[:-1])),
            )
        },
    )
    yield Counted(
        name="journal_use_cases",
        help="Use cases that were committed by this process.",
        values={(): commits.use_cases},
    )
    yield Counted(
        name="journal_commit_failures",
        help="Batches that this process could not commit.",
        values={(): commits.failures},
    )
    yield Measured(
        name="queue_depth",
        help="What waits in this process, by queue.",
        labels=("queue",),
        values={("journal",): waiting},
    )


def figures_of_breakers(
    boundaries: Sequence[Boundary], models: Mapping[str, str]
) -> Iterator[Figure]:
    """Yield where breakers stand, and how often components were asked."""
    circuits = {("component", each.name): each.breaker.circuit.value for each in boundaries}
    circuits |= {("model", name): circuit for name, circuit in models.items()}
    yield Measured(
        name="breaker_state",
        help="1 for the circuit that a breaker of this process stands at, else 0.",
        labels=("kind", "breaker", "circuit"),
        values={
            (*key, circuit.value): float(circuit.value == stands)
            for key, stands in circuits.items()
            for circuit in Circuit
        },
    )
    asked = [(each.name, each.asked) for each in boundaries]
    yield _component("calls", "Requests let through.", {n: e.calls for n, e in asked})
    yield _component("failures", "Requests that failed.", {n: e.failures for n, e in asked})
    yield _component(
        "timeouts", "Requests without an answer in time.", {n: e.timeouts for n, e in asked}
    )
    yield _component("held_back", "Requests a breaker held back.", {n: e.refused for n, e in asked})
    yield _component("seconds", "Seconds waited for answers.", {n: e.waited_s for n, e in asked})


def _component(name: str, about: str, values: Mapping[str, float]) -> Figure:
    return Counted(
        name=f"component_{name}",
        help=about,
        labels=("component",),
        values={(component,): value for component, value in values.items()},
    )


def figures_of_process() -> Iterator[Figure]:
    """Yield the process's own."""
    yield Measured(
        name="process_resident_bytes",
        help="Memory that the process holds.",
        values={(): resident_bytes()},
    )
    yield Measured(
        name="process_uptime_seconds",
        help="Seconds since the process began.",
        values={(): uptime_seconds()},
    )
