"""Convergence: several models judge one text blind, and what they find alike is counted by rules."""

from quorate.lab.converge.agreement import krippendorff_alpha
from quorate.lab.converge.artifact import Artifact, checked_artifact
from quorate.lab.converge.judgement import Finding, Judgement, Verdict, decode_judgement
from quorate.lab.converge.matching import FindingGroup, grouped
from quorate.lab.converge.report import ConvergenceReport, Judge
from quorate.lab.converge.service import Convergence, ConvergenceRequest

__all__ = [
    "Artifact",
    "Convergence",
    "ConvergenceReport",
    "ConvergenceRequest",
    "Finding",
    "FindingGroup",
    "Judge",
    "Judgement",
    "Verdict",
    "checked_artifact",
    "decode_judgement",
    "grouped",
    "krippendorff_alpha",
]
