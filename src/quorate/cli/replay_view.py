"""What a replay came to: counts by action and reason, and the latest decisions in full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from quorate.cli.cycle_ports import ReplayedBook
from quorate.cli.listing import table
from quorate.cli.run_facts import DecisionFacts, RunFacts
from quorate.cli.run_view import GLYPHS, REASONS
from quorate.cli.why_view import decision_why
from quorate.execution.outcome_link import CLOSED

Outcome = tuple[str, str]
"""Final action and reason code."""


def replay_tree(runs: Sequence[RunFacts], *, interrupted: bool) -> dict[str, object]:
    """Return a replay's summary for programs."""
    latest = latest_buy(runs)
    return {
        "from": runs[0].as_of if runs else None,
        "to": runs[-1].as_of if runs else None,
        "runs": len(runs),
        "decisions": sum(len(run.decisions) for run in runs),
        "counts": [
            {"finalAction": action, "reasonCode": reason, "count": sum(by_symbol.values())}
            for (action, reason), by_symbol in outcomes(runs)
        ],
        "triggers": [{"name": name, "fired": count} for name, count in fired(runs)],
        "lastRunId": runs[-1].run_id if runs else None,
        "latestBuy": _place(*latest) if latest else None,
        "interrupted": interrupted,
    }


def replay_lines(
    runs: Sequence[RunFacts], book: ReplayedBook, *, seconds: float, repeated: bool
) -> Iterator[str]:
    """Yield a replay's summary for people; `repeated` says that the home held runs before."""
    first, last = runs[0], runs[-1]
    decisions = sum(len(run.decisions) for run in runs)
    yield (
        f"{decisions} decisions over {len(runs)} sessions, {first.as_of} to {last.as_of}, "
        f"{last.book_mode} book {last.book}, in {seconds:.1f} s"
    )
    if repeated:
        yield "This home held runs already; these are new ones."
        yield "The same bars, settings and book give the same decisions."
    yield from ("", "What was decided, and why not", *_outcome_table(runs))
    yield from ("", "Which doubts arose (triggers that fired)", *_trigger_table(runs, decisions))
    yield from ("", "What was traded", *_traded(book))
    yield from ("", f"The last session, {last.as_of} (run {last.run_id})")
    for decision in last.decisions:
        yield from decision_why(decision)
    yield from ("", *latest_buy_lines(runs))
    yield from ("", *_next_steps(last))


def outcomes(runs: Sequence[RunFacts]) -> list[tuple[Outcome, Counter[str]]]:
    """Return how often each symbol met each outcome: trades first, then the most frequent."""
    met: dict[Outcome, Counter[str]] = {}
    for decision in _decisions(runs):
        outcome = (decision.final_action, decision.reason_code)
        met.setdefault(outcome, Counter())[decision.symbol] += 1
    order = list(GLYPHS)
    return sorted(
        met.items(), key=lambda each: (order.index(each[0][0]), -each[1].total(), each[0])
    )


def fired(runs: Sequence[RunFacts]) -> list[tuple[str, int]]:
    """Return how often each trigger fired, also those that never did."""
    counts: Counter[str] = Counter()
    for decision in _decisions(runs):
        for trigger in decision.triggers:
            counts[trigger.name] += trigger.fired
    return list(counts.items())


def latest_buy(runs: Sequence[RunFacts]) -> tuple[RunFacts, DecisionFacts] | None:
    """Return the last BUY with its run."""
    buys = (
        (run, decision)
        for run in reversed(runs)
        for decision in run.decisions
        if decision.final_action == "BUY"
    )
    return next(buys, None)


def _decisions(runs: Sequence[RunFacts]) -> Iterator[DecisionFacts]:
    return (decision for run in runs for decision in run.decisions)


def _outcome_table(runs: Sequence[RunFacts]) -> Iterator[str]:
    symbols = sorted({decision.symbol for decision in _decisions(runs)})
    rows = [
        {
            "action": f"{GLYPHS[action]} {action}",
            "reason": reason,
            **{symbol: by_symbol[symbol] for symbol in symbols},
            "all": by_symbol.total(),
            "meaning": REASONS.get(reason, ""),
        }
        for (action, reason), by_symbol in outcomes(runs)
    ]
    return table(rows, ("action", "reason", *symbols, "all", "meaning"))


def _trigger_table(runs: Sequence[RunFacts], decisions: int) -> Iterator[str]:
    rows = [
        {"trigger": name, "fired": count, "share": f"{100 * count / decisions:.1f} %"}
        for name, count in fired(runs)
    ]
    return table(rows, ("trigger", "fired", "share"))


def latest_buy_lines(runs: Sequence[RunFacts]) -> Iterator[str]:
    """Yield the last BUY in full, or that there was none."""
    latest = latest_buy(runs)
    if latest is None:
        yield "No BUY in these sessions."
        return
    run, decision = latest
    yield f"The latest BUY, {run.as_of} (run {run.run_id})"
    yield from decision_why(decision)


def _traded(book: ReplayedBook) -> Iterator[str]:
    """Yield what the book did: orders, outcomes, money, and what refused the rest."""
    placed, outcomes = book.placed, book.outcomes
    exits = ", ".join(f"{count} by {leg}" for leg, count in _exits(book)) or "none"
    yield f"  {placed['entry']} entries; exits: {exits}"
    closed = ", ".join(f"{outcomes.entries.get(status, 0)} {status.value}" for status in CLOSED)
    yield f"  {closed}, {len(book.held)} held; closed trades came to {outcomes.pnl:+.2f} USD net of fees"
    change = book.equity / book.began_with - 1
    yield (
        f"  equity {book.began_with:.2f} -> {book.equity:.2f} USD ({change:+.2%}); "
        f"the broker's cash and ours differ by {book.gap:.2f}"
    )
    for code, count in book.refused.most_common():
        yield f"  {count} order{'' if count == 1 else 's'} refused: {code}"
    if book.failed or book.violations:
        yield f"  {book.failed} cycles failed, {len(book.violations)} violations; trading is {book.state}"


def _exits(book: ReplayedBook) -> Iterator[tuple[str, int]]:
    legs = {**book.placed, "stop": book.stops}
    yield from ((leg, count) for leg, count in legs.items() if leg != "entry" and count)


def _next_steps(last: RunFacts) -> Iterator[str]:
    yield "Look further"
    acts = {
        f"quorate outcomes list --book {last.book}": "every trade from decision to win or loss",
        f"quorate runs show {last.run_id}": "every vote with what it was discounted for",
        "quorate runs": "the list of runs",
        "quorate run AAPL --as-of 2012-06-29": "one run of your own",
        "quorate profiles": "who argues; disable one and run again",
        "quorate audit verify": "prove that the journal is what was written",
    }
    width = max(map(len, acts))
    yield from (f"  {act:<{width}}  {purpose}" for act, purpose in acts.items())


def _place(run: RunFacts, decision: DecisionFacts) -> dict[str, str]:
    return {"runId": run.run_id, "symbol": decision.symbol, "asOf": run.as_of}
