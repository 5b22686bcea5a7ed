from dataclasses import replace

from quorate.arena.imported.findings import Finding, FindingKind
from quorate.hub.pages.competitions.imported import (
    FINDINGS,
    arena_race,
    arena_rows,
    arena_terms,
    finding_page,
    is_imported,
)
from quorate.hub.pages.competitions.whisker import interval_words, whisker_of
from quorate.portfolio.separation import Interval
from tests.fakes.arenas import shanghai_arena

HREF = "/admin/competitions/imp_1"
ARENA = shanghai_arena()


def findings(count, kind=FindingKind.OUTSIDE_BAR):
    return [
        Finding(kind=kind, participant="a", line=line, moment="", symbol="A", detail="")
        for line in range(count)
    ]


def test_the_race_is_in_the_arenas_currency_and_says_itself_in_words():
    race = arena_race(ARENA)
    assert race.currency == "CNY"
    assert not any(level.label.startswith("$") for level in race.levels)
    assert [line.name for line in race.lines] == ["once", "steady", "equal weight"]
    assert [line.dashed for line in race.lines] == [False, False, True]
    assert race.summary.startswith("Equity from 2025-09-01 to 2025-09-29: once +2.91 %")


def test_a_row_has_the_colour_of_its_line():
    race = arena_race(ARENA)
    rows = arena_rows(ARENA, {line.name: line.colour for line in race.lines})
    assert [(row.called, row.colour) for row in rows] == [
        *(("once", 1), ("steady", 2)),
        ("equal weight", 0),
    ]
    assert rows[0].returned.startswith("+2.91")


def test_terms_say_where_the_marks_are():
    assert dict(arena_terms(ARENA))["Marks"] == "each day's close"
    assert dict(arena_terms(ARENA))["Start capital"] == "1,000,000.00 CNY each"


def test_findings_come_in_pages_of_one_kind_or_all():
    found = [*findings(FINDINGS + 5), *findings(2, FindingKind.ZERO_QUANTITY)]
    first = finding_page(found, HREF)
    assert (len(first.shown), first.first, first.many) == (FINDINGS, 0, FINDINGS + 7)
    assert [(name, many, current) for name, many, _, current in first.views] == [
        ("All", FINDINGS + 7, True),
        ("filled outside its bar", FINDINGS + 5, False),
        ("traded a quantity of nothing", 2, False),
    ]
    assert (first.before, first.after) == ("", f"{HREF}?from={FINDINGS}#findings")
    second = finding_page(found, HREF, "outside_bar", str(FINDINGS))
    assert (len(second.shown), second.many) == (5, FINDINGS + 5)
    assert (second.before, second.after) == (f"{HREF}?finding=outside_bar#findings", "")


def test_a_wrong_address_shows_the_first_page_of_all():
    found = findings(3)
    for kind, begin in (("nonsense", ""), ("", "-1"), ("", "9"), ("", "9" * 40), ("", "²")):
        shown = finding_page(found, HREF, kind, begin)
        assert (shown.first, len(shown.shown)) == (0, 3)


def test_only_ids_of_arenas_are_those_of_arenas():
    assert is_imported("imp_1")
    assert not is_imported("cmp_1")


def test_an_interval_without_a_width_is_not_drawn():
    assert whisker_of(0.1, None, 1.0) is None
    assert whisker_of(0.0, Interval(0.0, 0.0), 1.0) is None
    assert interval_words(Interval(0.0, 0.0)) == ""
    drawn = whisker_of(0.1, Interval(-0.1, 0.3), 0.2)
    assert (drawn.cut, drawn.start < drawn.at < drawn.end) == (True, True)
    assert interval_words(Interval(-0.1, 0.3)) == "\N{MINUS SIGN}10.00 % to +30.00 %"


def test_a_long_name_is_cut_beside_the_line_alone():
    (line, *_) = arena_race(ARENA).lines
    long = replace(line, name="deepseek-chat-v3.1")
    assert (line.label, long.label) == ("once", "deepseek-cha\N{HORIZONTAL ELLIPSIS}")
