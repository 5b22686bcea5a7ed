"""Verification: recompute the chain from its rows, hold it against every checkpoint, name the first bad row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from quorate.audit.chain import GENESIS, recomputed_hash
from quorate.audit.checkpoint import parsed_note
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.journal import JournalEntry

SignatureCheck = Callable[[str, bytes, bytes], bool]
"""`(key id, signed text, signature) -> is it valid`; False as well for a key nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a verification found; `first_bad` is the seq of the first row that is not as it was written.

    `checkpoint` is the largest size that a valid signature vouches for: beyond it a cut-off tail cannot be told from a
    chain that never had those rows.
    """

    ok: bool
    rows: int
    first_bad: int | None
    checkpoint: int | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Walk:
    rows: int
    broken_at: int | None
    problem: str
    hashes: Mapping[int, str]


def verify_chain(
    entries: Iterable[JournalEntry], notes: Iterable[str], is_signed: SignatureCheck
) -> Verification:
    """Return whether `entries` (one tenant, by seq) are the chain that `notes` vouch for."""
    roots, problems = _signed_roots(notes, is_signed)
    walk = _walk(entries, frozenset(roots))
    if walk.broken_at is not None:
        problems.append(walk.problem)
    rewritten = walk.broken_at or _first_disagreement(walk, roots, problems)
    return Verification(
        ok=not problems,
        rows=walk.rows,
        first_bad=rewritten,
        checkpoint=max(roots, default=None),
        problems=tuple(problems),
    )


def _signed_roots(
    notes: Iterable[str], is_signed: SignatureCheck
) -> tuple[dict[int, str], list[str]]:
    roots: dict[int, str] = {}
    problems: list[str] = []
    for text in notes:
        try:
            note = parsed_note(text)
        except InvariantBrokenError as error:
            problems.append(f"a checkpoint is damaged: {error.cause}")
            continue
        point = note.checkpoint
        if not is_signed(note.key_id, point.text().encode(), note.signature):
            problems.append(f"the checkpoint at row {point.size} has no valid signature")
        elif roots.setdefault(point.size, point.root) != point.root:
            problems.append(f"two signed checkpoints at row {point.size} differ")
    return roots, problems


def _walk(entries: Iterable[JournalEntry], wanted: frozenset[int]) -> _Walk:
    """Follow the chain to its end or its first break, keeping the hashes that checkpoints speak of."""
    hashes: dict[int, str] = {0: GENESIS}
    previous, seq = GENESIS, 0
    for entry in entries:
        seq += 1
        problem = _problem(entry, seq, previous)
        if problem:
            return _Walk(seq - 1, seq, problem, hashes)
        previous = entry.hash
        if seq in wanted:
            hashes[seq] = previous
    return _Walk(seq, None, "", hashes)


def _problem(entry: JournalEntry, seq: int, previous: str) -> str:
    if entry.seq != seq:
        return f"row {seq} is missing; row {entry.seq} stands in its place"
    if entry.prev_hash != previous:
        return f"row {seq} does not follow the row before it"
    if entry.hash != recomputed_hash(entry, previous):
        return f"row {seq} is not what was written: its hash does not match"
    return ""


def _first_disagreement(walk: _Walk, roots: Mapping[int, str], problems: list[str]) -> int | None:
    """Return the first row that a whole chain lacks, or may have had rewritten, by the checkpoints."""
    vouched = 0
    for size in sorted(roots):
        if size > walk.rows:
            problems.append(
                f"rows {walk.rows + 1} to {size} are cut off: a checkpoint vouches for them"
            )
            return walk.rows + 1
        if walk.hashes[size] != roots[size]:
            problems.append(
                f"rows {vouched + 1} to {size} were rewritten: the checkpoint at {size} differs"
            )
            return vouched + 1
        vouched = size
    return None
