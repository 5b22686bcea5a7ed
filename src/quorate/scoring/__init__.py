"""Scoring: what calls of agents came to, added up; and records of them that tell nobody whose they were."""

from quorate.scoring.anonymity import Anonymiser, points_at_somebody
from quorate.scoring.data_point import Provenance, data_point
from quorate.scoring.exporting import Export, exported
from quorate.scoring.gates import gated
from quorate.scoring.sample import Aggregate, CallSample, GroupBy, aggregated
from quorate.scoring.trend import Degradation, degradations

__all__ = [
    "Aggregate",
    "Anonymiser",
    "CallSample",
    "Degradation",
    "Export",
    "GroupBy",
    "Provenance",
    "aggregated",
    "data_point",
    "degradations",
    "exported",
    "gated",
    "points_at_somebody",
]
