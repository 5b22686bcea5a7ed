"""Matching: which findings of different judges are the same one, by rules alone, no model asked.

Two findings match when both praise or both object, and either
- their quotes are found in the artifact and overlap by half of the shorter one or more, or
- their titles share half of their words or more (lower case, without filler words, common endings cut off).
A finding joins the first group in which it matches every member and its judge has no other finding, so a chain of
half-similar findings never becomes one. Findings are taken in the order of their place in the artifact, then of their
words: who said them, and in which order the judges answered, changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from quorate.lab.converge.judgement import Finding, Kind

LEAST_OVERLAP: Final = 0.5
"""What part of the shorter quote, or of all words of both titles, two findings share at least. Ours."""

_WORD: Final = re.compile(r"[a-z0-9]+")
_ENDING: Final = re.compile(r"(?:ings?|ed|ness|ly|es|s)$")
_FILLERS: Final = frozenset(
    re.findall(
        "[a-z]+",
        "a an and are as at be been but by can could does for from has have how in into is it its may more no "
        "not of on or should so than that the their there this to too was were when which while who will with "
        "without would ",
    )
)


@dataclass(frozen=True)
class Placed:
    """A finding, whose it is, and where its quote stands in the artifact; None where nowhere."""

    seat: str
    finding: Finding
    span: tuple[int, int] | None

    @cached_property
    def words(self) -> frozenset[str]:
        """Return the words of the title that carry meaning."""
        found = _WORD.findall(self.finding.title.lower())
        return frozenset(_stem(each) for each in found if each not in _FILLERS)

    @property
    def praises(self) -> bool:
        """Return whether it says something good."""
        return self.finding.kind is Kind.STRENGTH


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """Findings that are the same one; at most one of each judge."""

    members: tuple[Placed, ...]

    @property
    def seats(self) -> tuple[str, ...]:
        """Return who found it."""
        return tuple(sorted(member.seat for member in self.members))


def grouped(
    findings: Mapping[str, Sequence[Finding]], artifact_text: str
) -> tuple[FindingGroup, ...]:
    """Return the findings by seat as groups, those of most judges first."""
    placed = [
        Placed(seat, finding, span_of(finding.quote, artifact_text))
        for seat, said in findings.items()
        for finding in said
    ]
    groups: list[list[Placed]] = []
    for each in sorted(placed, key=_place):
        home = next((group for group in groups if _belongs(each, group)), None)
        if home is None:
            groups.append([each])
        else:
            home.append(each)
    return tuple(FindingGroup(tuple(group)) for group in sorted(groups, key=_rank))


def matches(one: Placed, other: Placed) -> bool:
    """Return whether two findings are the same one; see the module."""
    if one.praises is not other.praises:
        return False
    return _same_place(one.span, other.span) or _same_words(one.words, other.words)


def span_of(quote: str, text: str) -> tuple[int, int] | None:
    """Return where `quote` stands in `text`, white space counted as one blank; None where it does not."""
    words = quote.split()
    if not words:
        return None
    found = re.search(r"\s+".join(map(re.escape, words)), text)
    return found.span() if found else None


def _belongs(each: Placed, group: Sequence[Placed]) -> bool:
    return all(each.seat != member.seat and matches(each, member) for member in group)


def _same_place(one: tuple[int, int] | None, other: tuple[int, int] | None) -> bool:
    if one is None or other is None:
        return False
    shared = min(one[1], other[1]) - max(one[0], other[0])
    shorter = min(one[1] - one[0], other[1] - other[0])
    return shared >= LEAST_OVERLAP * shorter


def _same_words(one: frozenset[str], other: frozenset[str]) -> bool:
    together = one | other
    return bool(together) and len(one & other) >= LEAST_OVERLAP * len(together)


def _stem(text: str) -> str:
    if text.endswith("ies") and len(text) > 4:
        return f"{text[:-3]}y"
    cut = _ENDING.sub("", text)
    return cut if len(cut) >= 3 else text


def _place(each: Placed) -> tuple[bool, bool, tuple[int, int], str, str, str, str]:
    found, span = each.finding, each.span or (0, 0)
    words = " ".join(sorted(each.words))
    return each.praises, each.span is None, span, words, found.title, found.quote, found.detail


def _rank(group: Sequence[Placed]) -> tuple[int, tuple[object, ...]]:
    return -len(group), _place(group[0])


def quotes_not_found(placed: Iterable[Placed]) -> int:
    """Return how many findings quote what does not stand in the artifact."""
    return sum(bool(each.finding.quote.strip()) and each.span is None for each in placed)
