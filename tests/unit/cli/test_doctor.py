from quorate.kernel.errors import UnavailableError
from tests.unit.cli.fake_app import FakeCheck


def test_all_is_well(quorate):
    shown = quorate("doctor", "--json")
    assert shown.code == 0
    assert shown.json == {"checks": [{"name": "database", "ok": True, "detail": "fine", "fix": ""}]}


def test_one_bad_check_ends_with_3_and_says_what_to_do(quorate, fake_app):
    fake_app.checks = (FakeCheck("disk", ok=False, detail="1 MB left", fix="make room"),)
    shown = quorate("doctor")
    assert shown.code == 3
    assert shown.lines == ["BAD disk  1 MB left  Fix: make room"]


def test_what_cannot_even_be_opened_is_a_finding(quorate, quorate_home):
    (quorate_home / "quorate.toml").write_text("[arena]\nquorum = 'many'\n")
    shown = quorate("doctor", "--json")
    assert shown.code == 3
    assert shown.json["checks"][0]["name"] == "configuration"


def test_a_database_that_gives_no_answer_is_a_finding(quorate, fake_app):
    async def silent():
        raise UnavailableError("no answer", source="database", fix="start it")

    fake_app.doctor = silent
    assert quorate("doctor").lines == ["BAD application  no answer  Fix: start it"]


def test_what_is_safe_to_mend_is_mended_first_and_told(quorate, quorate_home):
    shown = quorate("doctor", "--fix", "--json")
    made = f"{quorate_home} was made"
    assert shown.code == 0
    assert shown.json["mended"] == [made, "the schema is at 0002 now, it was empty"]
    assert f"mended: {made}" in shown.err


def test_a_configuration_that_is_refused_is_not_mended(quorate, quorate_home):
    (quorate_home / "quorate.toml").write_text("[arena]\nquorum = 'many'\n")
    shown = quorate("doctor", "--fix", "--json")
    assert (shown.code, shown.json["mended"]) == (3, [])
