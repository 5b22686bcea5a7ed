"""Help: what a page answers and where its figures come from, said in the same place on every page (WCAG 3.2.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

HELP: Final[Mapping[str, Sequence[str]]] = {
    "dashboard": (
        (
            "Is it healthy, and what needs you: the newest cycle with its checks, alerts that nobody has seen to, "
            "runs that failed, and what was decided last."
        ),
        "Figures of today count from 00:00 UTC. Equity is the book's, marked by each cycle.",
    ),
    "overview": (
        (
            "What the agents were asked, what came of it and what it cost. Cost is what providers told, else what "
            "the price table says; calls without either are counted as unpriced, never as $0."
        ),
    ),
    "runs": (
        (
            "Every question that was put to the agents. A view and its filters stand in the address: keep it, or "
            "send it."
        ),
        (
            "Choose rows to export them. Open a run for its votes, its rules with their thresholds, and its "
            "evidence."
        ),
    ),
    "cycles": (
        (
            "A cycle fetches, analyses, backtests, judges the risk, executes, monitors and is audited. Each step "
            "is a row of the journal, so a cycle that was killed goes on where it stood."
        ),
    ),
    "profiles": (
        "Who may speak, in which seat, at what price. A switch holds from the next run on.",
        "A budget is checked before each call, so that the call that would pass it is not made.",
    ),
    "debates": (
        (
            "Disputes that the power panel settled. A debate does not change a vote: it is read by the panel, "
            "beside the evidence."
        ),
    ),
    "competitions": (
        "Agents with equal capital over the same sessions, each with a book of its own and without a council.",
    ),
    "strategies": (
        (
            "What cycles may decide on. Each change of a strategy is a new version, which waits until somebody "
            "switches it on."
        ),
    ),
    "orders": (
        "What is at the broker, as of the time at the head, and the decision behind each order.",
        (
            "An order whose answer was lost is asked for by its id, never sent again. Cancelling keeps what is "
            "filled."
        ),
    ),
    "results": (
        (
            "The newest verified result of each symbol, then what it replaced. A result is stale once its limit "
            "has passed."
        ),
    ),
    "fleet": (
        (
            "Who can do work now, which task it holds, and whom the router asks next. A worker that is silent for "
            "longer than the limit above its heartbeat is lost, and its task goes to another one."
        ),
    ),
    "tools": (
        (
            "What agents may look up. Every tool reads the frozen evidence of its run; none writes, none costs "
            "anything."
        ),
    ),
    "tasks": (
        (
            "Every unit of work with the state it is in and since when. Stuck is what stays in a state longer "
            "than its limit."
        ),
        "A task that ended without a result can be tried again: that is a new task which names the old one.",
    ),
    "safety": (
        (
            "Why it is not trading, and whether you may resume. A halt holds until somebody resumes it, restarts "
            "included."
        ),
        "Limits are those of the configuration; a check that refuses names its code and the value it saw.",
    ),
    "cost": (
        (
            "Where model cost goes and when a limit runs out. Rows add up to the sum at the head; unpriced calls "
            "stand beside it."
        ),
    ),
    "audit": (
        (
            "The journal row by row, each chained to the one before by its hash; traces, signed verdicts and "
            "waivers."
        ),
        "Verify reads every row again. quorate audit verify does the same without the hub.",
    ),
    "settings": (
        "What this browser shows, where models and orders go, who may come in, and whether each part works.",
        "Keys are kept in files that only you can read; a page never shows one again.",
    ),
}
"""By section, as the handlers name it. Figures are those of the rooms' policies; their pages show the ones in force."""


def help_on(section: str, tab: str) -> Sequence[str]:
    """Return the help on a tab where it has its own, else on its page; none for a page without."""
    return HELP.get(f"{section}:{tab}", HELP.get(section, ()))
