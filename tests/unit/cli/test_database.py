def test_a_migration_says_from_where_to_where(quorate):
    shown = quorate("db", "migrate", "--json")
    assert shown.code == 0
    assert (shown.json["applied"], shown.json["before"], shown.json["after"]) == (True, "", "0002")


def test_a_check_that_finds_something_ends_with_3(quorate):
    shown = quorate("db", "check")
    assert shown.code == 3
    assert shown.lines == ["BAD schema  at 0000  Fix: quorate db migrate"]


def test_a_vacuum_says_what_it_gave_back(quorate):
    shown = quorate("db", "vacuum", "--json").json
    assert (shown["bytesBefore"], shown["bytesAfter"]) == (8192, 4096)
    assert quorate("db", "vacuum").lines == ["8192 bytes before, 4096 after."]
