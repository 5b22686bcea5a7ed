from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.arena.imported.assembling import PREFIX, arena_id_of, assembled
from quorate.arena.imported.terms import checked_terms
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import is_like_an_id
from tests.fakes.other_arenas import (
    BANK,
    SHANGHAI_DAYS,
    YUAN,
    WrittenLog,
    bars_of,
    shanghai,
    sources_of,
)


def test_a_shares_in_yuan_by_daily_bars_are_kept_as_hours_in_dollars_are():
    logs, bars = shanghai()
    arena = assembled(sources_of(logs, bars), YUAN)
    assert (arena.size, arena.zone, arena.symbols) == ("Daily", "Asia/Shanghai", 2)
    assert arena.participants == ("once", "steady")
    assert len(arena.days) == SHANGHAI_DAYS - 1
    once, steady = arena.books
    assert len(steady.moves) == SHANGHAI_DAYS - 2
    assert steady.findings == ()
    assert [(each.kind.value, each.price) for each in once.findings] == [("outside_bar", 1200)]
    closes = [1400 + 3 * number for number in range(1, SHANGHAI_DAYS - 1)]
    last = round(closes[-1] * 1.005, 2)
    assert once.curve[-1] == 1_000_000 - 120_000 + 100 * Decimal(str(last))
    assert [line.name for line in arena.baselines] == ["equal_weight"]


def test_the_same_files_on_the_same_terms_are_the_same_arena():
    sources = sources_of(*shanghai())
    same = arena_id_of(sources, YUAN)
    assert same == arena_id_of(sources, checked_terms("1000000.00", "CNY", "15:00"))
    assert same != arena_id_of(sources, replace(YUAN, currency="USD"))
    assert same != arena_id_of(replace(sources, digests={"other": "00"}), YUAN)
    assert same.startswith(PREFIX)
    assert is_like_an_id(same)


def test_a_benchmark_stands_beside_the_equal_weight():
    logs, bars = shanghai()
    index = bars_of(
        "000300.SH", [(f"2025-09-{day:02}", 5, 6, 4, 5) for day in range(1, 30)], size="Daily"
    )
    arena = assembled(sources_of(logs, bars, index), YUAN)
    assert [line.name for line in arena.baselines] == ["equal_weight", "000300.SH"]
    assert set(arena.curve_of("000300.SH")) == {1_000_000}


OLD = bars_of("OLD", [("2020-01-02", 5, 6, 4, 5)], size="Daily")
NAMESAKE = bars_of(BANK, [("2025-09-01", 5, 6, 4, 5)], size="Daily")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"logs": {}}, "0 logs: an arena has 1 to 50"),
        ({"logs": dict.fromkeys(map(str, range(51)))}, "51 logs"),
        ({"benchmark": OLD}, "the bars of OLD reach from 2020-01-02 to 2020-01-02"),
        ({"named": BANK, "benchmark": NAMESAKE}, "a participant and a baseline have the same name"),
        ({"bars": [OLD]}, "the logs begin on 2025-09-01, and the bars reach from 2020-01-02"),
    ],
)
def test_logs_and_bars_that_do_not_belong_together_are_refused(changes, said):
    logs, bars = shanghai()
    if name := changes.get("named"):
        logs[name] = WrittenLog(Decimal(1_000_000)).opened("2025-09-01").rested("2025-09-02")
    sources = sources_of(logs, changes.get("bars", bars), changes.get("benchmark"))
    if "logs" in changes:
        sources = replace(sources, logs=changes["logs"])
    with pytest.raises(RejectedError, match=said):
        assembled(sources, YUAN)
