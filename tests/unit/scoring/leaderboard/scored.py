"""Records of a book, made of few words."""

from datetime import date, timedelta

from quorate.scoring.leaderboard import (
    BookFacts,
    BookRecord,
    Known,
    LeaderboardFilter,
    ScoredTurn,
    ScoredView,
    Side,
    ViewKind,
    leaderboard_of,
)

START = date(2012, 1, 2)
BOOK = BookFacts(name="replay", mode="REPLAY", books=("replay",))


def day(number):
    return START + timedelta(days=number)


def view(number=0, name="trend", side=Side.BUY, moved=0.01, length=1, **parts):
    """Return a view stated on day `number` and resolved `length` days later, in the run of that day."""
    told = {
        "kind": ViewKind.VOTE,
        "role": name,
        "provider": "rules",
        "model": f"{name}/1",
        "prompt": f"{name}/1",
        "run_id": f"run_{number:05}",
        "symbol": "AAPL",
        "strategy": "",
        "confidence": 0.6,
        "horizon": length,
        "seq": number * 100 + len(name),
    }
    return ScoredView(
        **{
            **told,
            "name": name,
            "side": side,
            "moved": moved,
            "as_of": day(number),
            "resolved": day(number + length),
            **parts,
        }
    )


def arm(number=0, name="buy_and_hold", side=Side.BUY, moved=0.01, **parts):
    kind = ViewKind.DECISION if name == "arena" else ViewKind.ARM
    empty = {"role": "", "provider": "", "model": "", "prompt": "", "confidence": None}
    return view(number, name, side, moved, **{"kind": kind, **empty, **parts})


def turn(number=0, name="trend", cost=0, **parts):
    """Return the turn behind `view`; `cost` is in nanodollars, None unknown."""
    told = {
        "role": name,
        "provider": "rules",
        "model": f"{name}/1",
        "prompt": f"{name}/1",
        "run_id": f"run_{number:05}",
        "symbols": ("AAPL",),
        "strategy": "",
        "purpose": "answer",
        "asked": 1,
        "latency_us": 2000,
        "settled": day(number + 1),
    }
    return ScoredTurn(**{**told, "name": name, "cost_nanos": cost, **parts})


def recorded(views=(), turns=()):
    record = BookRecord()
    record.add_views(views)
    record.add_turns(turns)
    return record.frozen()


def board(views=(), turns=(), registry=None, **wanted):
    known = {
        name: Known(label=name.title(), tier="rules", provider="rules", role=name, retired=False)
        for name in ("trend", "momentum", "judge")
    }
    asked = LeaderboardFilter(**wanted)
    return leaderboard_of(
        recorded(views, turns), asked, BOOK, known if registry is None else registry
    )


def line(of, name):
    (found,) = [each for each in (*of.items, *of.baselines) if each.name == name]
    return found
