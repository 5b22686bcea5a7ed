"""The leaderboard as a person reads it: what can be said, the lines, the baselines, what asking more was worth."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from quorate.cli.listing import Row, part_of, parts_of, table
from quorate.cli.run_view import money

ENOUGH: Final = 30
"""Outcomes under which no line is ranked, whatever `--min-outcomes` says. Source: UI 2."""

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


def board_lines(board: Row) -> Iterator[str]:
    """Yield the board with the lines of one page."""
    yield _head(board)
    lines = parts_of(board, "items")
    if not lines:
        yield "Nothing is resolved under these filters yet."
        return
    yield f"What can be said so far: {board['separable']}"
    yield ""
    needed = max(ENOUGH, int(str(board["minOutcomes"])))
    yield from table([_row(line, needed) for line in lines], COLUMNS)
    yield ""
    yield (
        f"{board['outcomes']:,} outcomes counted of {board['of']:,} resolved (those that overlap count once), "
        f"${board['notionalUsd']} a decision, net of model cost."
    )
    if uplift := parts_of(board, "uplift"):
        yield ""
        yield from table([_uplift_row(each) for each in uplift], UPLIFT_COLUMNS)
        for each in uplift:
            yield f"{each['what']}: {each['verdict']}"


def agreement_lines(found: Row) -> Iterator[str]:
    """Yield who agrees with whom, and who is redundant."""
    pairs = parts_of(found, "items")
    if not pairs:
        yield f"No two spoke on the same decision in book {found['book']} under these filters."
        return
    called = dict(zip(_texts(found["names"]), _texts(found["labels"]), strict=True))
    rows = [
        {
            "one": called[str(pair["one"])],
            "other": called[str(pair["other"])],
            "shared": pair["n"],
            "alike": _percent(pair["alike"]),
            "kappa": None if pair["kappa"] is None else f"{pair['kappa']:.2f}",
        }
        for pair in pairs
    ]
    yield from table(rows, PAIR_COLUMNS)
    yield ""
    limit = _percent(found["threshold"])
    redundant = found["redundant"]
    if not redundant:
        yield f"No pair is over {limit}: each brings views of its own."
    for one, other in redundant if isinstance(redundant, list | tuple) else ():
        yield f"{called[one]} and {called[other]} are over {limit}: the second adds cost but little news."


def alike_first(found: Row) -> list[Row]:
    """Return the pairs of an answer, the most alike first; of whom nobody can tell, last."""
    return sorted(
        parts_of(found, "items"),
        key=lambda pair: (
            pair["alike"] is None,
            -float(str(pair["alike"] or 0.0)),
            str(pair["one"]),
        ),
    )


def pair_key(pair: Row) -> str:
    """Return what tells a pair from all others."""
    return f"{pair['one']}:{pair['other']}"


def line_key(line: Row) -> str:
    """Return what tells a line of the board from all others."""
    return f"{line['kind']}:{line['name']}"


def rank_of(line: Row, needed: int) -> str:
    """Return the ranks that the intervals leave open; under enough outcomes none, and how many there are."""
    if line["kind"] == "baseline":
        return "baseline"
    if line["rankLow"] is None or line["rankHigh"] is None:
        n = int(str(line["n"]))
        return f"not ranked ({n} of {needed})" if n < needed else "not ranked (unpriced)"
    same = line["rankLow"] == line["rankHigh"]
    return f"{line['rankLow']}" if same else f"{line['rankLow']}-{line['rankHigh']}"


def _head(board: Row) -> str:
    if board["asOf"] is None:
        return f"book {board['book']}   {board['bookMode']}   nothing is resolved yet"
    since = f"{board['since']} to " if board["since"] else "to "
    return (
        f"book {board['book']}   {board['bookMode']}   sessions {since}{board['asOf']}   "
        f"by {board['groupBy']}"
    )


def _row(line: Row, needed: int) -> dict[str, object]:
    hit = part_of(line, "hitRate")
    net, latency = line["pnlNetUsd"], line["latencyP50Ms"]
    drawdown, brier = line["maxDrawdownPct"], line["brier"]
    return {
        "rank": rank_of(line, needed),
        "name": f"{line['label']} (off)" if line["retired"] else line["label"],
        "outcomes": f"{line['n']:,}"
        if line["n"] == line["of"]
        else f"{line['n']:,} of {line['of']:,}",
        "hit rate": _percent(hit["value"]) if hit else None,
        "95 % interval": f"{_percent(hit['low'])} to {_percent(hit['high'])}" if hit else None,
        "net P&L": "unpriced" if net is None else signed(Decimal(str(net))),
        "drawdown": None if drawdown is None else f"{drawdown:.1f} %",
        "brier": None if brier is None else f"{brier:.3f}",
        "a decision": _per_decision(line),
        "per $100": line["costNote"] or _optional(line["costPer100GainedUsd"]),
        "p50": None if latency is None else _seconds(float(str(latency))),
    }


def _per_decision(line: Row) -> str | None:
    if line["costPerDecisionUsd"] is None:
        return "unpriced" if line["unpriced"] else None
    return money(str(line["costPerDecisionUsd"]))


def _uplift_row(each: Row) -> dict[str, object]:
    low, high, added = each["low"], each["high"], each["upliftUsd"]
    known = low is not None and high is not None
    return {
        "what": each["what"],
        "decisions": each["n"],
        "differing": each["differing"],
        "added": None if added is None else signed(Decimal(str(added))),
        "95 % interval": f"{low:+,.2f} to {high:+,.2f}" if known else None,
        "cost": money(None if each["costUsd"] is None else str(each["costUsd"])),
    }


def signed(amount: Decimal) -> str:
    """Return dollars with their sign and cents."""
    cents = amount.quantize(CENT, ROUND_HALF_UP)
    sign = "+" if cents > 0 else "-" if cents < 0 else ""
    return f"{sign}${abs(cents):,}"


def _optional(amount: object) -> str | None:
    return None if amount is None else money(str(amount))


def _percent(ratio: object) -> str | None:
    return None if ratio is None else f"{100 * float(str(ratio)):.0f} %"


def _seconds(milliseconds: float) -> str:
    return f"{milliseconds:.1f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"


def _texts(value: object) -> list[str]:
    return list(map(str, value)) if isinstance(value, list | tuple) else []
