"""Gates: what a data point must be before anybody learns from it. An error quarantines it, a warning goes along."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from quorate.scoring.anonymity import points_at_somebody

TENANT: Final = re.compile(r"[a-f0-9]{64}")
"""Source: R-134."""

REQUIRED: Final = (
    "identity.id",
    "identity.timestamp",
    "identity.tenantId",
    "task.type",
    "task.complexity",
    "routing.agentId",
    "execution.success",
    "execution.latencyMs",
    "evaluation.overallScore",
    "rlLabels.totalReward",
)
ENUMS: Final[Mapping[str, frozenset[str]]] = {
    "task.type": frozenset({"trading_analysis", "trading_signal"}),
    "task.complexity": frozenset({"trivial", "standard", "complex"}),
    "rlLabels.finalOutcome": frozenset({"success", "failure", "neutral", "pending"}),
}
SHARES: Final = ("evaluation.overallScore", "rlLabels.totalReward")
COUNTS: Final = ("execution.latencyMs", "execution.tokens", "execution.toolCalls")

OUTLIER: Final = 3.0
"""Times the 99th percentile: a warning. Source: R-134."""

LONGEST_MS: Final = 86_400_000.0
"""A turn that took more than a day was not timed right. Ours."""


@dataclass(frozen=True, slots=True)
class Gated:
    """What the gates found; errors keep a point out, warnings only say to look."""

    errors: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Return whether it may be learned from."""
        return not self.errors


def gated(point: Mapping[str, object], *, now: str, p99_ms: float | None = None) -> Gated:
    """Return what is wrong with a point. `now` is a stamp; `p99_ms` the 99th percentile of all latencies, if known."""
    errors = (
        *_missing(point),
        *_out_of_bounds(point),
        *_unknown_words(point),
        *_untimely(point, now),
        *_telling(point),
    )
    return Gated(errors, tuple(_odd(point, p99_ms)))


def value_at(point: Mapping[str, object], path: str) -> object:
    """Return what stands under a dotted path, None where nothing does."""
    found: object = dict(point)
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _missing(point: Mapping[str, object]) -> Iterator[str]:
    for path in REQUIRED:
        if value_at(point, path) in (None, ""):
            yield f"{path} is missing"


def _out_of_bounds(point: Mapping[str, object]) -> Iterator[str]:
    scores = value_at(point, "evaluation.rubricScores")
    named = (
        {f"rubricScores.{name}": each for name, each in scores.items()}
        if isinstance(scores, dict)
        else {}
    )
    shares = {path: value_at(point, path) for path in SHARES} | named
    for path, value in shares.items():
        if not _is_number(value) or not 0 <= float(str(value)) <= 1:
            yield f"{path} is not in [0, 1]"
    for path in COUNTS:
        value = value_at(point, path)
        if not _is_number(value) or float(str(value)) < 0:
            yield f"{path} is no count"


def _unknown_words(point: Mapping[str, object]) -> Iterator[str]:
    for path, words in ENUMS.items():
        if value_at(point, path) not in words:
            yield f"{path} is none of {', '.join(sorted(words))}"
    tenant = value_at(point, "identity.tenantId")
    if not (isinstance(tenant, str) and TENANT.fullmatch(tenant)):
        yield "identity.tenantId is no keyed hash"


def _untimely(point: Mapping[str, object], now: str) -> Iterator[str]:
    at, took = value_at(point, "identity.timestamp"), value_at(point, "execution.latencyMs")
    if isinstance(at, str) and at > now:
        yield "identity.timestamp lies in the future"
    if _is_number(took) and float(str(took)) > LONGEST_MS:
        yield "execution.latencyMs is longer than a day"


def _telling(point: Mapping[str, object]) -> Iterator[str]:
    for path, text in _texts(point):
        if not TENANT.fullmatch(text) and points_at_somebody(text) and "timestamp" not in path:
            yield f"{path} holds something personal or secret"


def _odd(point: Mapping[str, object], p99_ms: float | None) -> Iterator[str]:
    score, took = value_at(point, "evaluation.overallScore"), value_at(point, "execution.latencyMs")
    if (
        value_at(point, "execution.success") is True
        and _is_number(score)
        and float(str(score)) < 0.5
    ):
        yield "a success with a score below 0.5"
    if p99_ms and _is_number(took) and float(str(took)) > OUTLIER * p99_ms:
        yield "a latency above three times the 99th percentile"


def _texts(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _texts(each, f"{path}.{name}" if path else name)
    elif isinstance(value, Sequence):
        for each in value:
            yield from _texts(each, path)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
