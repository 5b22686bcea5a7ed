"""Recorded runs again: recomputed from their record, asked with something swapped, and compared."""

from quorate.arena.rerun.comparison import (
    Comparison,
    DecisionPair,
    Pair,
    TriggerPair,
    VotePair,
    compared,
)
from quorate.arena.rerun.identity import (
    Conclusion,
    Difference,
    conclusions_of,
    differences,
    digest_of,
    recorded_conclusions,
)
from quorate.arena.rerun.service import Bystanders, RecordedAnswers, RecordJournal
from quorate.arena.rerun.swap import (
    MOST_SWAPS,
    Swap,
    SwapKind,
    WhatIfRequest,
    checked_swaps,
    profiles_of,
    swapped_cast,
    thresholds_of,
)
from quorate.arena.rerun.turns import Turns, turns_of

__all__ = [
    "MOST_SWAPS",
    "Bystanders",
    "Comparison",
    "Conclusion",
    "DecisionPair",
    "Difference",
    "Pair",
    "RecordJournal",
    "RecordedAnswers",
    "Swap",
    "SwapKind",
    "TriggerPair",
    "Turns",
    "VotePair",
    "WhatIfRequest",
    "checked_swaps",
    "compared",
    "conclusions_of",
    "differences",
    "digest_of",
    "profiles_of",
    "recorded_conclusions",
    "swapped_cast",
    "thresholds_of",
    "turns_of",
]
