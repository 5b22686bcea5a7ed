from quorate.arena.imported.findings import WORDS, FindingKind, plain
from quorate.arena.imported.source import number_in


def test_every_kind_has_words():
    assert set(WORDS) == set(FindingKind)


def test_a_plain_number_has_no_zeros_behind_it_and_no_exponent():
    assert [plain(number_in(each)) for each in ("10000", "0.50", "0", "-3")] == [
        *("10000", "0.5"),
        *("0", "-3"),
    ]
