from decimal import Decimal

import pytest

from quorate.arena.imported.baselines import Baseline
from quorate.arena.imported.findings import Finding, FindingKind
from quorate.arena.imported.keeping import ImportedBook
from quorate.arena.imported.scores import block_of, standing_of, verdict

DAYS = 40
ENOUGH = 30


def curve(*steps):
    """Return a worth per day that goes through `steps` again and again."""
    worth = [Decimal(10_000)]
    for day in range(DAYS):
        worth.append(worth[-1] + steps[day % len(steps)])
    return tuple(worth)


def book(name, worth, outcomes=ENOUGH, findings=()):
    return ImportedBook(
        name=name,
        lines=1,
        curve=worth,
        moves=(),
        findings=findings,
        outcomes=tuple(Decimal(number % 3 - 1) for number in range(outcomes)),
    )


def finding(kind):
    return Finding(kind=kind, participant="a", line=1, moment="", symbol="A", detail="")


@pytest.mark.parametrize(("days", "block"), [(1, 1), (20, 3), (29, 3), (252, 6), (2520, 14)])
def test_a_block_is_the_cube_root_of_the_days(days, block):
    assert block_of(days) == block


def test_who_gains_every_day_is_told_from_who_loses_every_day():
    standing = standing_of(
        [book("loser", curve(-30, -20, -25)), book("winner", curve(30, 20, 25))], (), seed=7
    )
    assert [score.name for score in standing.scores] == ["winner", "loser"]
    assert (standing.separable, standing.pairs) == (1, 1)
    assert [(score.rank, score.range) for score in standing.scores] == [(1, (1, 1)), (2, (2, 2))]
    assert (
        verdict(standing, DAYS) == "1 of 1 pair of participants is separable at 95 % over 40 days."
    )


def test_two_that_do_the_same_are_never_told_apart():
    twins = [book("one", curve(30, -20)), book("other", curve(-20, 30))]
    standing = standing_of(twins, (), seed=7)
    assert standing.separable == 0
    assert {score.range for score in standing.scores} == {(1, 2)}
    assert "this order may be luck" in verdict(standing, DAYS)


def test_the_same_curves_and_seed_give_the_same_intervals():
    books = [book("one", curve(30, -20)), book("other", curve(5))]
    assert standing_of(books, (), seed=3) == standing_of(books, (), seed=3)
    assert standing_of(books, (), seed=3) != standing_of(books, (), seed=4)


def test_under_thirty_outcomes_there_is_no_rank_and_too_few_days_give_no_interval():
    short = tuple(each[:20] for each in (curve(30), curve(20)))
    standing = standing_of(
        [book("few", short[0], outcomes=29), book("enough", short[1])],
        [Baseline(name="QQQ", curve=short[1])],
        seed=1,
    )
    few, enough, line = standing.scores
    assert (few.rank, few.provisional, few.interval) == (None, True, None)
    assert (enough.rank, enough.range, enough.interval) == (1, (1, 1), None)
    assert (line.baseline, line.rank, line.provisional) == (True, None, False)
    said = verdict(standing, 19)
    assert said.startswith("Not decided: 19 days are too few to tell anybody from luck")
    assert "few has fewer than 30 closed outcomes and no rank." in said


def test_a_score_counts_findings_by_kind_and_wins_among_outcomes():
    kinds = (FindingKind.OUTSIDE_BAR, FindingKind.OUTSIDE_BAR, FindingKind.ZERO_QUANTITY)
    standing = standing_of([book("a", curve(10, -30), findings=tuple(map(finding, kinds)))], (), 1)
    (score,) = standing.scores
    assert (score.outside, score.zero_quantity, score.findings) == (2, 1, 3)
    assert (score.outcomes, score.wins, score.win_rate) == (30, 10, pytest.approx(1 / 3))
    assert score.returned == pytest.approx(-0.04)
    assert score.max_drawdown == pytest.approx(1 - 9600 / 10010)
    assert "nobody to compare it with" in verdict(standing, DAYS)
