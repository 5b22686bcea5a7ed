"""Orders that risk refused, as lists show them: which check stood against each, and what it saw. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from quorate.arena.record import Facts
from quorate.cycle.story.facts import Verdict, verdict_of
from quorate.cycle.story.words import check_words
from quorate.execution.listing import exact
from quorate.kernel.canonical import JsonValue
from quorate.kernel.ids import BookName, DecisionId, Symbol
from quorate.kernel.journal import JournalEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class DenialFilter:
    """What a list of refused orders is asked for; None asks for nothing."""

    book: BookName
    symbol: Symbol | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeniedOrder:
    """An order that never was: risk refused it; `judged_at` is on the book's clock."""

    verdict: Verdict
    book: BookName
    decision_id: DecisionId
    symbol: Symbol
    judged_at: str

    @property
    def seq(self) -> int:
        """Return the row of the verdict."""
        return self.verdict.seq

    @property
    def reason(self) -> str:
        """Return the check that refused it and what it saw: "check 20, losses: 0.031 (limit 0.02)"."""
        denial = self.verdict.denial
        if denial is None:
            return ""
        seen = check_words(denial).removeprefix(f"{denial.code}; ").removeprefix(denial.code)
        return f"check {denial.number}, {denial.name}{f': {seen}' if seen else ''}"

    def as_json(self) -> dict[str, JsonValue]:
        """Return it for a program."""
        return {
            "verdictId": self.verdict.verdict_id,
            "book": self.book,
            "decisionId": self.decision_id,
            "symbol": self.symbol,
            "side": self.verdict.side.name,
            "leg": self.verdict.leg.value,
            "qty": exact(self.verdict.quantity),
            "code": self.verdict.code,
            "reason": self.reason,
            "judgedAt": self.judged_at,
            "evidence": f"journal:{self.seq}",
        }


def denied_of(entry: JournalEntry) -> DeniedOrder:
    """Return the refused order that a row `risk.judged` tells of."""
    facts = Facts(entry.facts)
    return DeniedOrder(
        verdict=verdict_of(entry),
        book=entry.book,
        decision_id=DecisionId(facts.text("decisionId")),
        symbol=Symbol(facts.text("symbol")),
        judged_at=facts.text("judgedAt"),
    )
