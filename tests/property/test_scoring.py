"""Scoring, whatever the views: the order in which they come changes nothing, and no rank claims too much."""

import math
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from quorate.kernel.confidence import Confidence
from quorate.scoring.calibrating import KnownOutcomes, KnownView
from quorate.scoring.counting import apart
from quorate.scoring.hit_rate import hit_rate
from quorate.scoring.isotonic import Told, calibration_curve, firm, pooled
from quorate.scoring.leaderboard import (
    BookFacts,
    BookRecord,
    GroupBy,
    Leaderboard,
    LeaderboardFilter,
    ScoredTurn,
    ScoredView,
    Side,
    ViewKind,
    Window,
    agreement_of,
    leaderboard_of,
    selected,
)

START = date(2012, 1, 2)
BOOK = BookFacts(name="replay", mode="REPLAY", books=("replay",))
NAMES = ("trend", "momentum", "judge")
SYMBOLS = ("AAPL", "IBM")


def drawn_view(draw, seq):
    number, length = draw(st.integers(0, 90)), draw(st.sampled_from((1, 1, 3, 20)))
    kind = draw(st.sampled_from((ViewKind.VOTE, ViewKind.VOTE, ViewKind.PANEL, ViewKind.ARM)))
    name = draw(st.sampled_from(NAMES if kind <= ViewKind.PANEL else ("buy_and_hold", "random")))
    return ScoredView(
        kind=kind,
        name=name,
        role=name,
        provider="rules",
        model=draw(st.sampled_from(("one", "two"))),
        prompt=name,
        run_id=f"run_{number}",
        symbol=draw(st.sampled_from(SYMBOLS)),
        strategy=draw(st.sampled_from(("", "swing"))),
        side=draw(st.sampled_from((Side.BUY, Side.SELL, Side.HOLD))),
        confidence=draw(st.none() | st.floats(0, 1)),
        moved=draw(st.integers(-300, 300)) / 1000,
        horizon=length,
        as_of=START + timedelta(days=number),
        resolved=START + timedelta(days=number + length),
        seq=seq,
    )


def drawn_turn(draw):
    number, name = draw(st.integers(0, 90)), draw(st.sampled_from(NAMES))
    return ScoredTurn(
        name=name,
        role=name,
        provider="rules",
        model=draw(st.sampled_from(("one", "two"))),
        prompt=name,
        run_id=f"run_{number}",
        symbols=draw(st.sampled_from((SYMBOLS, SYMBOLS[:1]))),
        strategy="",
        purpose=draw(st.sampled_from(("answer", "panel", "argue"))),
        asked=draw(st.integers(0, 2)),
        latency_us=draw(st.integers(0, 10**6)),
        cost_nanos=draw(st.none() | st.integers(0, 10**8)),
        settled=START + timedelta(days=number + 1),
    )


@st.composite
def books(draw):
    views = [drawn_view(draw, seq) for seq in range(draw(st.integers(0, 120)))]
    return views, [drawn_turn(draw) for _ in range(draw(st.integers(0, 20)))]


@st.composite
def questions(draw):
    return LeaderboardFilter(
        window=draw(st.sampled_from(Window)),
        group_by=draw(st.sampled_from(GroupBy)),
        market=draw(st.none() | st.sampled_from(SYMBOLS)),
        strategy=draw(st.none() | st.sampled_from(("", "swing"))),
        role=draw(st.none() | st.sampled_from(NAMES)),
    )


def record_of(views, turns, parts=1):
    record = BookRecord()
    size = max(1, math.ceil(len(views) / parts))
    for first in range(0, len(views), size):
        record.add_views(views[first : first + size])
        record.frozen()
    record.add_turns(turns)
    return record.frozen()


def rounded(board: Leaderboard) -> object:
    return {**board.as_json(), "window": None}


@settings(max_examples=25)
@given(books(), questions(), st.randoms(use_true_random=False))
def test_the_order_in_which_views_and_turns_come_changes_nothing(book, wanted, chance):
    views, turns = book
    board = leaderboard_of(record_of(views, turns), wanted, BOOK, {})
    agreed = agreement_of(selected(record_of(views, turns), wanted), "replay", "all", {})
    shuffled = chance.sample(views, len(views)), chance.sample(turns, len(turns))
    columns = record_of(*shuffled, parts=5)
    assert rounded(leaderboard_of(columns, wanted, BOOK, {})) == rounded(board)
    assert agreement_of(selected(columns, wanted), "replay", "all", {}) == agreed


@settings(max_examples=25)
@given(books(), questions())
def test_figures_stay_where_they_can_be(book, wanted):
    board = leaderboard_of(record_of(*book), wanted, BOOK, {})
    for line in (*board.items, *board.baselines):
        assert 0 <= line.hits <= line.n <= line.of
        assert line.hit_rate is None or 0 <= line.hit_rate.low <= line.hit_rate.value
        assert line.hit_rate is None or line.hit_rate.value <= line.hit_rate.high <= 1
        assert line.brier is None or 0 <= line.brier <= 1
        assert (line.pnl_net_usd is None) == (line.unpriced > 0)
        assert line.max_drawdown_pct is None or line.max_drawdown_pct >= 0
        assert len(line.trend) <= 60


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from(NAMES), st.integers(-200, 200)), max_size=200))
def test_rank_ranges_are_consistent(moves):
    views = [
        drawn
        for number, (name, moved) in enumerate(moves)
        for drawn in (_daily(number, name, moved / 1000), _daily(number, "wyckoff", 0.001))
    ]
    board = leaderboard_of(record_of(views, []), LeaderboardFilter(), BOOK, {})
    ranked = [line for line in board.items if line.rank_low is not None]
    assert all(line.n >= 30 for line in ranked)
    assert all(1 <= line.rank_low <= line.rank_high <= len(ranked) for line in ranked)
    assert all(line.rank_low is None for line in board.items if line.n < 30)
    for place, line in enumerate(ranked, start=1):
        assert line.rank_low <= place


def _daily(number, name, moved):
    day = START + timedelta(days=number)
    return ScoredView(
        kind=ViewKind.VOTE,
        name=name,
        role=name,
        provider="rules",
        model=name,
        prompt=name,
        run_id=f"run_{number}",
        symbol="AAPL",
        strategy="",
        side=Side.BUY,
        confidence=0.5,
        moved=moved,
        horizon=1,
        as_of=day,
        resolved=day + timedelta(days=1),
        seq=number,
    )


@st.composite
def outcomes(draw, least=1):
    stated = st.sampled_from([place / 20 for place in range(21)])
    pairs = st.tuples(stated, st.booleans())
    return [Told(*pair) for pair in draw(st.lists(pairs, min_size=least, max_size=60))]


@given(outcomes())
def test_pooling_is_the_least_squares_fit_that_never_falls(told):
    """Held against the closed form: the largest over starts of the smallest over ends of the mean between them."""
    stated = sorted({each.stated for each in told})
    counts = [[each.right for each in told if each.stated == value] for value in stated]
    for place, value in enumerate(stated):
        wanted = max(
            min(
                Fraction(
                    sum(map(sum, counts[first : last + 1])), sum(map(len, counts[first : last + 1]))
                )
                for last in range(place, len(stated))
            )
            for first in range(place + 1)
        )
        (block,) = [each for each in pooled(told) if each.low <= value <= each.high]
        assert Fraction(block.hits, block.n) == wanted


@given(outcomes(least=30), st.randoms(use_true_random=False))
def test_a_curve_rises_and_is_the_same_in_any_order(told, chance):
    curve = calibration_curve(told)
    worth = [curve.of(Confidence(place / 100)).value for place in range(101)]
    assert worth == sorted(worth)
    assert worth[0] > 0
    assert worth[-1] < 1
    assert calibration_curve(chance.sample(told, len(told))) == curve
    assert sum(block.n for block in firm(pooled(told))) == len(told)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 25)), max_size=60))
def test_what_counts_never_overlaps_and_nothing_more_could(taken):
    spans = sorted((("key", start, start + length) for start, length in taken), key=_by_end)
    counted = [span for span, counts in zip(spans, apart(spans), strict=True) if counts]
    for former, later in pairwise(counted):
        assert later[1] >= former[2]
    assert len(counted) == _most(spans)


def _by_end(span):
    return span[2], span[1]


def _most(spans):
    """Return how many can be apart at the most, by trying for each whether to take it."""
    best = [0] * (len(spans) + 1)
    for place, span in enumerate(spans, start=1):
        free = sum(other[2] <= span[1] for other in spans[: place - 1])
        best[place] = max(best[place - 1], best[free] + 1)
    return best[-1]


@given(st.integers(0, 500), st.integers(1, 500))
def test_an_interval_holds_its_share_and_narrows(hits, of):
    share = min(hits, of)
    rate, more = hit_rate(share, of), hit_rate(share * 4, of * 4)
    assert 0 <= rate.low <= rate.value <= rate.high <= 1
    assert more.high - more.low < rate.high - rate.low


@given(
    st.lists(
        st.tuples(
            st.integers(0, 80), st.sampled_from((1, 5)), st.sampled_from(SYMBOLS), st.booleans()
        ),
        max_size=150,
    ),
    st.integers(0, 90),
    st.randoms(use_true_random=False),
)
def test_a_calibration_knows_nothing_of_what_came_later(taken, before, chance):
    views = [
        KnownView(_day(at + length), _day(at), seq, symbol, 0.5 + seq % 7 / 20, right)
        for seq, (at, length, symbol, right) in enumerate(taken)
    ]
    session = _day(before)
    known = _known(view for view in views if view.resolved < session)
    everything = _known(chance.sample(views, len(views)))
    assert everything.curve_before(session) == known.curve_before(session)
    assert everything.known_before(session) == known.known_before(session)
    lies = [
        view if view.resolved < session else view._replace(right=not view.right) for view in views
    ]
    assert _known(lies).curve_before(session) == known.curve_before(session)


def _known(views):
    known = KnownOutcomes()
    for view in views:
        known.add(view)
    return known


def _day(number):
    return START + timedelta(days=number)
