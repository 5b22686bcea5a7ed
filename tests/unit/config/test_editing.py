import pytest

from quorate.config import ConfigError
from quorate.config.editing import edit_config
from quorate.kernel.errors import RejectedError


@pytest.fixture
def file(quorate_home):
    return quorate_home / "quorate.toml"


@pytest.mark.parametrize(
    ("key", "text", "line"),
    [
        ("log.level", "debug", 'level = "debug"'),
        ("log.level", '"debug"', 'level = "debug"'),
        ("arena.quorum", "3", "quorum = 3"),
        ("arena.max_disagreement", "0.5", "max_disagreement = 0.5"),
        ("risk.allowed_symbols", '["AAPL", "IBM"]', 'allowed_symbols = ["AAPL", "IBM"]'),
        ("database.max_pages", "1000", "max_pages = 1000"),
    ],
)
def test_a_value_is_what_toml_makes_of_it_else_a_text(file, key, text, line):
    assert edit_config({key: text}).applied
    assert line in file.read_text().splitlines()


def test_several_keys_are_set_together_or_not_at_all(file):
    edit_config({"arena.quorum": "3", "log.level": "debug"})
    before = file.read_text()
    with pytest.raises(ConfigError):
        edit_config({"arena.quorum": "4", "log.level": "loud"})
    assert file.read_text() == before


def test_a_table_of_ones_own_is_made(file):
    edit_config({"strategies.calm.horizon": "10"})
    assert edit_config({"strategies.calm.horizon": "10"}).applied is False
    assert "[strategies.calm]" in file.read_text()


def test_the_file_is_its_owners_alone(file):
    edit_config({"log.level": "debug"})
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("key", ["", "log", "log.", ".level", "log.level.more", "nothing.here"])
def test_a_key_that_is_none_is_refused(file, key):
    file.write_text('[log]\nlevel = "error"\n')
    with pytest.raises((RejectedError, ConfigError)):
        edit_config({key: "1"})
    assert file.read_text() == '[log]\nlevel = "error"\n'


def test_a_file_that_is_no_toml_is_left_to_its_owner(file):
    file.write_text("[log\n")
    with pytest.raises(RejectedError, match="no TOML"):
        edit_config({"log.level": "debug"})
    assert file.read_text() == "[log\n"
