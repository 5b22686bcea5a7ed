"""Walk seeds: `python -m tests.fault.simulation --seed N` tells one of them step by step, `--seeds N` walks many.

`--world orders` is a book's orders at a broker over a bad network, `--world replay` whole cycles over made-up bars.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from contextlib import nullcontext

from tests.fault.simulation.planted import PLANTED
from tests.fault.simulation.walk import WORLDS, Walked, walked


def main(arguments: list[str] | None = None) -> int:
    """Walk what was asked for; 1 when an invariant does not hold."""
    wanted = argparse.ArgumentParser(prog="python -m tests.fault.simulation", description=__doc__)
    wanted.add_argument("--seed", type=int, default=0, help="the only seed, or the first one")
    wanted.add_argument("--seeds", type=int, default=0, help="so many of them")
    wanted.add_argument("--world", choices=sorted(WORLDS), default="orders")
    wanted.add_argument("--bug", choices=sorted(PLANTED), help="plant this bug")
    chosen = wanted.parse_args(arguments)
    with PLANTED[chosen.bug].plant() if chosen.bug else nullcontext():
        if chosen.seeds:
            return many(chosen.seed, chosen.seeds, chosen.world)
        return _told(walked(chosen.seed, chosen.world))


def many(first: int, count: int, kind: str) -> int:
    """Walk `count` seeds of a kind of world and say what was found; 1 when anything was."""
    began, found = time.monotonic(), 0
    kinds: Counter[str] = Counter()
    for seed in range(first, first + count):
        result = walked(seed, kind)
        kinds.update(entry["kind"] for entry in result.ledger)
        found += bool(result.problems)
        for problem in result.problems[:3]:
            print(f"seed {seed}: {problem}", flush=True)
    spent = time.monotonic() - began
    told = ", ".join(f"{count_} {name}" for name, count_ in sorted(kinds.items()))
    print(f"{count} seeds of {kind} in {spent:.1f} s ({told}): {found} with problems")
    return 1 if found else 0


def _told(result: Walked) -> int:
    """Print everything that happened, what the venue saw between the rows that stood by then."""
    rows = list(result.rows)
    for entry in result.ledger:
        while rows and rows[0]["seq"] <= entry["head"]:
            _print_row(rows.pop(0))
        facts = {key: value for key, value in entry.items() if key not in {"kind", "at", "head"}}
        print(f"  {entry['at']:9.3f} s  {entry['kind']}: {json.dumps(facts, default=str)}")
    for row in rows:
        _print_row(row)
    for problem in result.problems:
        print(f"BROKEN {problem}")
    print(f"seed {result.seed}: trace {result.trace_hash}, {len(result.problems)} problems")
    return 1 if result.problems else 0


def _print_row(row: dict[str, object]) -> None:
    print(f"{row['seq']:5} {row['ts']} {row['type']} {row['stream']} {row['payload']}")


if __name__ == "__main__":
    sys.exit(main())
