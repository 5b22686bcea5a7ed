"""The why of a run: its stored sentences, each with the journal rows it stands on."""

from __future__ import annotations

from collections.abc import Iterator

from quorate.cli.run_facts import DecisionFacts, RunFacts
from quorate.cli.run_view import result_line


def why_lines(run: RunFacts) -> Iterator[str]:
    """Yield the why of every decision."""
    yield f"run {run.run_id}   {run.book_mode} {run.as_of}"
    for decision in run.decisions:
        yield from decision_why(decision)


def decision_why(decision: DecisionFacts) -> Iterator[str]:
    """Yield a decision and its sentences."""
    yield result_line(decision)
    for reason in decision.why:
        yield f"    {reason.text}  [{', '.join(reason.evidence)}]"
