from decimal import Decimal

from quorate.arena.imported.bars import read_market
from quorate.arena.imported.baselines import benchmark, equal_weight
from quorate.arena.imported.source import moment_in
from quorate.arena.imported.terms import ArenaTerms
from tests.fakes.other_arenas import bars_of, lines_of

TERMS = ArenaTerms()
DAYS = ("2025-10-01", "2025-10-02", "2025-10-03")
OLD = [
    (f"{day} 10:00:00", 100, 120, 90, close)
    for day, close in zip(DAYS, (110, 90, 120), strict=True)
]
YOUNG = [(f"{DAYS[1]} 10:00:00", 10, 12, 9, 11), (f"{DAYS[2]} 10:00:00", 10, 12, 9, 9)]


def market(*lines):
    return read_market(lines_of("merged.jsonl", lines), TERMS)


def test_a_benchmark_is_bought_at_the_first_open_and_held():
    found = market(bars_of("QQQ", OLD))
    line = benchmark(found.series["QQQ"], moment_in(OLD[0][0]), found.days, TERMS)
    assert (line.name, line.curve) == ("QQQ", (10_000, 11_000, 9_000, 12_000))


def test_equal_parts_wait_in_cash_for_a_symbol_that_has_no_bar_yet():
    found = market(bars_of("OLD", OLD), bars_of("YOUNG", YOUNG))
    line = equal_weight(found, moment_in(OLD[0][0]), found.days, TERMS)
    assert line.curve == (10_000, 5_500 + 5_000, 4_500 + 5_500, 6_000 + 4_500)


def test_who_begins_later_buys_later():
    found = market(bars_of("QQQ", OLD))
    line = benchmark(found.series["QQQ"], moment_in(DAYS[1]), found.days[1:], TERMS)
    assert line.curve == (10_000, 9_000, Decimal(12_000))
