"""The broker's keys on disk: both or none, their owner's alone, and never in a refusal."""

import pytest

from quorate.adapters.keys.broker_keys import (
    BrokerKeys,
    broker_keys_in,
    remove_broker_keys,
    store_broker_keys,
)
from quorate.kernel.errors import RejectedError
from quorate.kernel.secret import Secret

KEYS = BrokerKeys(Secret("PKCANARY0000000000XY"), Secret("secret-canary-7f3a90c1d2e4b5a6"))


@pytest.fixture
def file(tmp_path):
    return tmp_path / "keys" / "alpaca.toml"


def test_where_there_is_no_file_there_are_no_keys(file):
    assert broker_keys_in(file) is None
    assert remove_broker_keys(file) is False


def test_what_is_stored_is_read_back_by_its_owner_alone(file):
    assert store_broker_keys(file, KEYS) is True
    assert broker_keys_in(file) == KEYS
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["alpaca.toml"]


def test_the_same_keys_again_change_nothing(file):
    store_broker_keys(file, KEYS)
    assert store_broker_keys(file, KEYS) is False


def test_blanks_round_a_key_are_none_of_it(file):
    store_broker_keys(file, BrokerKeys(*(Secret(f" {each.reveal()}\n") for each in KEYS)))
    assert broker_keys_in(file) == KEYS


@pytest.mark.parametrize("broken", ["", "  ", "two words", "k\u00e9y", "x" * 5000])
def test_what_can_be_no_key_is_refused_and_not_repeated(file, broken):
    with pytest.raises(RejectedError) as refused:
        store_broker_keys(file, BrokerKeys(KEYS.key_id, Secret(broken)))
    assert "secret_key" in str(refused.value)
    assert broken.strip() == "" or broken not in str(refused.value)
    assert not file.exists()


def test_both_are_taken_away_together(file):
    store_broker_keys(file, KEYS)
    assert remove_broker_keys(file) is True
    assert broker_keys_in(file) is None


def test_a_file_that_others_can_read_is_not_used(file):
    store_broker_keys(file, KEYS)
    file.chmod(0o640)
    with pytest.raises(RejectedError, match="can be read by others") as refused:
        broker_keys_in(file)
    assert refused.value.fix == f"chmod 600 {file}"


@pytest.mark.parametrize(
    "content",
    ["", 'key_id = "abc"', 'key_id = "abc"\nsecret_key = ""', "key_id = 1\nsecret_key = 2", "= ="],
)
def test_half_a_file_of_keys_is_none_and_not_quoted(file, content):
    store_broker_keys(file, KEYS)
    file.write_text(content)
    with pytest.raises(RejectedError, match="does not hold both keys") as refused:
        broker_keys_in(file)
    assert "abc" not in str(refused.value)
