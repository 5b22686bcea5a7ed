def test_a_migration_says_from_where_to_where(quorate):
    shown = quorate("db", "migrate", "--json")
    assert shown.code == 0
    assert (shown.json["applied"], shown.json["before"], shown.json["after"]) == (True, "", "0002")


def test_a_check_that_finds_something_ends_with_3(quorate):
    shown = quorate("db", "check")
    assert shown.code == 3
    assert shown.lines == ["BAD schema  at 0000  Fix: quorate db migrate"]
