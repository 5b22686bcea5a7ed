"""The invariants of results that are passed on, and of money: from the rows, and what was noted as it happened.

As `invariants`: plain values and exact decimals, nothing of quorate.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tests.fault.simulation.invariants import ZERO, Seen

Tree = Any
PER_DAY, PER_PROFILE, PER_RUN = Decimal(1), Decimal("0.50"), Decimal("0.50")
POWER_CALLS = 5
"""In a simulated world; 25 in the product."""


def broken(seen: Seen) -> Iterator[str]:
    """Yield every invariant of results and of money that does not hold, by its number."""
    for check in CHECKS:
        number = check.__name__.split("_")[1]
        for said in check(seen):
            yield f"{number}: {said}"


def _11_results(seen: Seen) -> Iterator[str]:
    """Nothing is published or told before its row is committed, and in order; at rest pages show all that is."""
    made = {
        (seq, item["symbol"])
        for seq, kind, told, _ in seen.facts
        if kind == "run.completed"
        for item in told["results"]["items"]
    }
    rows, newest = {row for row, _ in made}, (0, 0)
    for entry in seen.ledger:
        is_told = entry["kind"] in {"published", "applied"}
        if is_told and (entry["row"] not in rows or entry["row"] > entry["head"]):
            yield f"row {entry['row']} was {entry['kind']} at row {entry['head']}"
        if entry["kind"] == "flushed":
            newest = (0, 0)
        elif entry["kind"] == "published":
            number = entry["row"], entry["place"]
            if number <= newest:
                yield f"{number} was published after {newest}"
            newest = number
    told = Counter(
        (entry["reader"], entry["row"], entry["symbol"]) for entry in seen.of_kind("applied")
    )
    yield from (f"{what} was told {count} times" for what, count in told.items() if count > 1)
    yield from _at_rest(seen, made, {(row, symbol) for _, row, symbol in told})


def _at_rest(seen: Seen, made: set[tuple[int, str]], told: set[tuple[int, str]]) -> Iterator[str]:
    """Yield where the pages at the end do not show what the rows make true."""
    newest: dict[str, tuple[str, int]] = {}
    for seq, kind, facts, _ in seen.facts:
        if kind == "run.completed":
            for item in facts["results"]["items"]:
                place = facts["results"]["analyzedAt"], seq
                newest[item["symbol"]] = max(newest.get(item["symbol"], ("", 0)), place)
    wanted = {symbol: seq for symbol, (_, seq) in newest.items()}
    shown = seen.of_kind("shown")
    if not shown or shown[-1]["newest"] != wanted:
        yield f"the rows make {wanted}, what is shown is {shown[-1:]}"
    began = [entry["head"] for entry in seen.of_kind("listening")]
    if not seen.of_kind("flushed") and began:
        lost = {row for row, _ in made - told if row > began[0]}
        yield from (f"row {row} was told nobody" for row in sorted(lost))


def _15_money(seen: Seen) -> Iterator[str]:
    """By no row has a day, a profile or a run more set aside and spent than it may, nor a day more power calls."""
    calls: dict[str, Tree] = {}
    held: dict[str, Decimal] = {}
    for seq, kind, told, row in seen.facts:
        if kind == "call.reserved":
            calls[told["callId"]], held[told["callId"]] = told, Decimal(told["reservedUsd"] or 0)
            if not row["trace_id"] or not told["model"]:
                yield f"row {seq} names no trace or no model"
        elif kind == "call.settled":
            held[told["callId"]] = Decimal(told["countedUsd"])
            if not {"costUsd", "promptTokens", "completionTokens"} <= told.keys():
                yield f"row {seq} says nothing of tokens or cost"
        else:
            continue
        yield from (f"{said} at row {seq}" for said in _over(calls, held))


def _over(calls: dict[str, Tree], held: dict[str, Decimal]) -> Iterator[str]:
    sums: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    power: dict[str, int] = defaultdict(int)
    for id_, told in calls.items():
        sums["day", told["day"]] += held[id_]
        sums["profile", f"{told['day']} {told['profile']}"] += held[id_]
        sums["run", told["runId"]] += held[id_]
        power[told["day"]] += told["tier"] == "power"
    most = {"day": PER_DAY, "profile": PER_PROFILE, "run": PER_RUN}
    yield from (
        f"{kind} {name} has {worth} of {most[kind]}"
        for (kind, name), worth in sums.items()
        if worth > most[kind]
    )
    yield from (
        f"{day} has {count} power calls" for day, count in power.items() if count > POWER_CALLS
    )


CHECKS = (_11_results, _15_money)
