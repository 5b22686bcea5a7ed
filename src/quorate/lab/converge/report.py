"""The report of a convergence: who said what, how alike it is, and what everybody, most, or one of them found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from quorate.kernel.canonical import JsonValue
from quorate.kernel.money import Usd
from quorate.lab.converge.agreement import MEASURE, agreement, overlap, share_alike
from quorate.lab.converge.artifact import Artifact
from quorate.lab.converge.judgement import ASPECTS, Judgement
from quorate.lab.converge.matching import FindingGroup, grouped, quotes_not_found
from quorate.lab.seat import Seat
from quorate.lab.service import Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """One seat and what came of asking it; without a judgement it abstains, `code` and `detail` say why."""

    seat: Seat
    said: Said
    judgement: Judgement | None
    code: str = ""
    detail: str = ""

    @property
    def letter(self) -> str:
        """Return the seat's letter."""
        return self.seat.letter

    def as_json(self) -> dict[str, JsonValue]:
        """Return the judge as programs read it; what it did not say is null."""
        said, profile, told = self.said, self.seat.profile, self.judgement
        return {
            "seat": self.letter,
            "profile": profile.name,
            "provider": profile.provider,
            "model": str(self.seat.ladder[0].model) if self.seat.ladder else None,
            "modelServed": said.model_served or None,
            "status": "answered" if told else "abstained",
            "reason": self.code or None,
            "detail": self.detail or None,
            "verdict": told.verdict.value if told else None,
            "confidence": told.confidence if told else None,
            "aspects": {name: told.aspects[name].value for name in ASPECTS} if told else None,
            "findings": len(told.findings) if told else None,
            "costUsd": None if said.cost is None else str(said.cost),
            "latencyMs": said.latency_ms,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvergenceReport:
    """What an experiment came to; `judges` stand in the order of their letters."""

    lab_id: str
    trace_id: str
    artifact: Artifact
    question: str
    seed: str
    judges: tuple[Judge, ...]
    limit: Usd | None
    cost: Usd | None

    @property
    def answered(self) -> tuple[Judge, ...]:
        """Return the judges whose answers count."""
        return tuple(judge for judge in self.judges if judge.judgement is not None)

    @property
    def convergence(self) -> str:
        """Return how far the verdicts on the whole agree: unanimous, majority, split, or not_measured."""
        verdicts = Counter(told.verdict for told in self._judgements)
        if len(self.answered) < 2:
            return "not_measured"
        ((_, most),) = verdicts.most_common(1)
        if most == len(self.answered):
            return "unanimous"
        return "majority" if 2 * most > len(self.answered) else "split"

    def as_json(self) -> dict[str, JsonValue]:
        """Return the report as programs read it."""
        groups = self._groups
        return {
            "labId": self.lab_id,
            "traceId": self.trace_id,
            "kind": "converge",
            "artifact": self.artifact.as_json(),
            "question": self.question or None,
            "seed": self.seed,
            "judges": [judge.as_json() for judge in self.judges],
            "verdicts": dict(Counter(told.verdict.value for told in self._judgements)),
            "convergence": self.convergence,
            "agreement": self._agreement(groups),
            "findings": [self._group_json(group) for group in groups],
            "quotesNotFound": sum(quotes_not_found(group.members) for group in groups),
            "limitUsd": None if self.limit is None else str(self.limit),
            "costUsd": None if self.cost is None else str(self.cost),
        }

    def support(self, group: FindingGroup) -> str:
        """Return how many of the judges a finding has: unanimous, majority, minority or lone."""
        found, judges = len(group.members), len(self.answered)
        if found == 1:
            return "lone"
        if found == judges:
            return "unanimous"
        return "majority" if 2 * found > judges else "minority"

    @property
    def _judgements(self) -> list[Judgement]:
        return [judge.judgement for judge in self.judges if judge.judgement is not None]

    @property
    def _groups(self) -> tuple[FindingGroup, ...]:
        said = {
            judge.letter: judge.judgement.findings
            for judge in self.judges
            if judge.judgement is not None
        }
        return grouped(said, self.artifact.text)

    def _agreement(self, groups: Sequence[FindingGroup]) -> dict[str, JsonValue]:
        found = agreement([told.units for told in self._judgements])
        return {
            "measure": MEASURE,
            "units": found.units,
            "judges": found.judges,
            "alpha": found.alpha,
            "observed": found.observed,
            "note": found.note or None,
            "pairs": self._pairs(groups),
        }

    def _pairs(self, groups: Sequence[FindingGroup]) -> list[dict[str, JsonValue]]:
        places = dict(enumerate(group.seats for group in groups))
        told = {
            judge.letter: judge.judgement for judge in self.judges if judge.judgement is not None
        }
        pairs: list[dict[str, JsonValue]] = []
        for (one, first), (other, second) in combinations(told.items(), 2):
            shared, either = overlap(one, other, places)
            pairs.append(
                {
                    "seats": [one, other],
                    "sameVerdict": first.verdict is second.verdict,
                    "verdictsAlike": share_alike(first.units, second.units),
                    "findingsShared": shared,
                    "findingsOfEither": either,
                }
            )
        return pairs

    def _group_json(self, group: FindingGroup) -> dict[str, JsonValue]:
        first = group.members[0].finding
        return {
            "title": first.title,
            "kind": first.kind.value,
            "support": self.support(group),
            "seats": list(group.seats),
            "said": [
                {
                    "seat": member.seat,
                    "kind": member.finding.kind.value,
                    "title": member.finding.title,
                    "quote": member.finding.quote or None,
                    "quoteFound": member.span is not None if member.finding.quote else None,
                    "detail": member.finding.detail or None,
                }
                for member in group.members
            ],
        }
