"""Figures as they are told, whatever the format: counted, measured or timed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Labels = tuple[str, ...]


class Times(NamedTuple):
    """A histogram's one line: how many, how long together, and how many were at most as long as each bound."""

    number: int
    total: float
    within: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A figure that only grows; the name gets `_total`."""

    name: str
    help: str
    labels: Labels = ()
    values: Mapping[Labels, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A figure that goes up and down."""

    name: str
    help: str
    labels: Labels = ()
    values: Mapping[Labels, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """How long something took, by upper bounds in seconds."""

    name: str
    help: str
    labels: Labels = ()
    bounds: Sequence[float]
    values: Mapping[Labels, Times]


Figure = Counted | Measured | Timed
