"""What a writer counts of its commits: as little as tells how fast the journal is."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Final

BUCKETS_S: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2.0, 10.0)
"""Upper ends of a commit's seconds; a lone one on a local disk takes 0.4 ms, a slow disk 20 ms. Ours."""


@dataclass(slots=True)
class CommitFigures:
    """Commits of one writer since it began; written by whichever thread holds the chain, read by anybody."""

    commits: int = 0
    use_cases: int = 0
    failures: int = 0
    seconds: float = 0.0
    by_length: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS_S) + 1))
    """How many commits took at most each of `BUCKETS_S`; the last are those that took longer."""

    def add(self, use_cases: int, seconds: float) -> None:
        """Count a commit of so many use cases."""
        self.commits += 1
        self.use_cases += use_cases
        self.seconds += seconds
        self.by_length[bisect_left(BUCKETS_S, seconds)] += 1
