"""The leaderboard as a person reads it: what can be said, the lines, the baselines, what asking more was worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from quorate.cli.listing import table
from quorate.cli.run_view import money

if TYPE_CHECKING:
    from quorate.scoring.leaderboard import Agreement, Leaderboard, Line, Pair, Uplift

CENT: Final = Decimal("0.01")

COLUMNS: Final = (
    "rank",
    "name",
    "outcomes",
    "hit rate",
    "95 % interval",
    "net P&L",
    "drawdown",
    "brier",
    "a decision",
    "per $100",
    "p50",
)
UPLIFT_COLUMNS: Final = ("what", "decisions", "differing", "added", "95 % interval", "cost")
PAIR_COLUMNS: Final = ("one", "other", "shared", "alike", "kappa")


def board_lines(board: Leaderboard, lines: Sequence[Line]) -> Iterator[str]:
    """Yield the board with the lines of one page."""
    yield _head(board)
    if not lines:
        yield "Nothing is resolved under these filters yet."
        return
    yield f"What can be said so far: {board.separable}"
    yield ""
    yield from table([_row(line, board.wanted.needed) for line in lines], COLUMNS)
    yield ""
    yield (
        f"{board.outcomes:,} outcomes counted of {board.of:,} resolved (those that overlap count once), "
        f"${board.notional_usd} a decision, net of model cost."
    )
    if board.uplift:
        yield ""
        yield from table([_uplift_row(each) for each in board.uplift], UPLIFT_COLUMNS)
        for each in board.uplift:
            yield f"{each.what}: {each.verdict}"


def agreement_lines(found: Agreement, pairs: Sequence[Pair]) -> Iterator[str]:
    """Yield who agrees with whom, and who is redundant."""
    if not pairs:
        yield f"No two spoke on the same decision in book {found.book} under these filters."
        return
    called = dict(zip(found.names, found.labels, strict=True))
    rows = [
        {
            "one": called[pair.one],
            "other": called[pair.other],
            "shared": pair.n,
            "alike": _percent(pair.alike),
            "kappa": None if pair.kappa is None else f"{pair.kappa:.2f}",
        }
        for pair in pairs
    ]
    yield from table(rows, PAIR_COLUMNS)
    yield ""
    limit = f"{100 * found.threshold:.0f} %"
    if not found.redundant:
        yield f"No pair is over {limit}: each brings views of its own."
    for one, other in found.redundant:
        yield f"{called[one]} and {called[other]} are over {limit}: the second adds cost but little news."


def rank_of(line: Line, needed: int) -> str:
    """Return the ranks that the intervals leave open; under enough outcomes none, and how many there are."""
    if line.kind.value == "baseline":
        return "baseline"
    if line.rank_low is None or line.rank_high is None:
        return f"not ranked ({line.n} of {needed})" if line.n < needed else "not ranked (unpriced)"
    same = line.rank_low == line.rank_high
    return f"{line.rank_low}" if same else f"{line.rank_low}-{line.rank_high}"


def _head(board: Leaderboard) -> str:
    if board.as_of is None:
        return f"book {board.book}   {board.book_mode}   nothing is resolved yet"
    since = f"{board.since} to " if board.since else "to "
    return f"book {board.book}   {board.book_mode}   sessions {since}{board.as_of}   by {board.wanted.group_by}"


def _row(line: Line, needed: int) -> dict[str, object]:
    hit = line.hit_rate
    return {
        "rank": rank_of(line, needed),
        "name": f"{line.label} (off)" if line.retired else line.label,
        "outcomes": f"{line.n:,}" if line.n == line.of else f"{line.n:,} of {line.of:,}",
        "hit rate": None if hit is None else _percent(hit.value),
        "95 % interval": None if hit is None else f"{_percent(hit.low)} to {_percent(hit.high)}",
        "net P&L": "unpriced" if line.pnl_net_usd is None else signed(line.pnl_net_usd),
        "drawdown": None if line.max_drawdown_pct is None else f"{line.max_drawdown_pct:.1f} %",
        "brier": None if line.brier is None else f"{line.brier:.3f}",
        "a decision": _per_decision(line),
        "per $100": line.cost_note or _optional(line.cost_per_100_gained_usd),
        "p50": None if line.latency_p50_ms is None else _seconds(line.latency_p50_ms),
    }


def _per_decision(line: Line) -> str | None:
    if line.cost_per_decision_usd is None:
        return "unpriced" if line.unpriced else None
    return money(str(line.cost_per_decision_usd))


def _uplift_row(each: Uplift) -> dict[str, object]:
    known = each.low is not None and each.high is not None
    interval = f"{each.low:+,.2f} to {each.high:+,.2f}" if known else None
    return {
        "what": each.what,
        "decisions": each.n,
        "differing": each.differing,
        "added": None if each.uplift_usd is None else signed(each.uplift_usd),
        "95 % interval": interval,
        "cost": money(None if each.cost_usd is None else str(each.cost_usd)),
    }


def signed(amount: Decimal) -> str:
    """Return dollars with their sign and cents."""
    cents = amount.quantize(CENT, ROUND_HALF_UP)
    sign = "+" if cents > 0 else "-" if cents < 0 else ""
    return f"{sign}${abs(cents):,}"


def _optional(amount: Decimal | None) -> str | None:
    return None if amount is None else money(str(amount))


def _percent(ratio: float | None) -> str | None:
    return None if ratio is None else f"{100 * ratio:.0f} %"


def _seconds(milliseconds: float) -> str:
    return f"{milliseconds:.1f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"
