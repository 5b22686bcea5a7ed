"""The file of keys: who may read it, and how a key gets into it and out again."""

import pytest

from quorate.adapters.openai_compatible.keys import keys_in, remove_key, store_key
from quorate.kernel.errors import RejectedError
from quorate.kernel.secret import Secret

KEY = "sk-or-v1-0123456789abcdef"


@pytest.fixture
def file(tmp_path):
    """Return how to write the file of keys, its owner's alone unless a mode is given."""

    def written(text, mode=0o600):
        path = tmp_path / "providers.toml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        path.chmod(mode)
        return path

    return written


def test_the_file_names_a_key_a_line(file):
    path = file(f'openrouter = "{KEY}"\nvllm = "EMPTY"\nopenai = ""\n')
    assert keys_in(path) == {"openrouter": Secret(KEY), "vllm": Secret("EMPTY")}


def test_without_a_file_there_are_no_keys(tmp_path):
    assert keys_in(tmp_path / "providers.toml") == {}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o601])
def test_a_file_that_others_can_read_is_refused(file, mode):
    path = file(f'openrouter = "{KEY}"', mode)
    with pytest.raises(RejectedError, match="can be read by others") as caught:
        keys_in(path)
    assert caught.value.fix == f"chmod 600 {path}"
    assert caught.value.slug == "config-refused"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(KEY, id="a key alone"),
        pytest.param(f"[{KEY}]\n[{KEY}]", id="the key as a table"),
        pytest.param(f'openai = ["{KEY}"]', id="a list"),
        pytest.param("openai = 5", id="a number"),
        pytest.param(f'"Open AI" = "{KEY}"', id="a name that is none"),
        pytest.param(b"\xff\xfe", id="no text"),
    ],
)
def test_a_file_that_holds_something_else_is_refused_without_quoting_it(file, text):
    with pytest.raises(RejectedError, match="something else than keys") as caught:
        keys_in(file(text))
    assert KEY not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_folder_in_the_files_place_is_refused(tmp_path):
    with pytest.raises(RejectedError, match="cannot be read"):
        keys_in(tmp_path)


def test_a_stored_key_is_its_owners_alone_from_its_first_byte_on(tmp_path):
    path = tmp_path / "keys" / "providers.toml"
    assert store_key(path, "openrouter", Secret(f" {KEY}\n"))
    assert keys_in(path) == {"openrouter": Secret(KEY)}
    assert [each.stat().st_mode & 0o077 for each in path.parent.iterdir()] == [0, 0]


def test_a_key_is_stored_beside_others_and_once(tmp_path):
    path = tmp_path / "providers.toml"
    assert store_key(path, "openrouter", Secret(KEY))
    assert store_key(path, "my-vllm", Secret('a"b\\c'))
    assert not store_key(path, "openrouter", Secret(KEY))
    assert keys_in(path) == {"openrouter": Secret(KEY), "my-vllm": Secret('a"b\\c')}


def test_a_key_is_taken_away_and_the_others_stay(tmp_path):
    path = tmp_path / "providers.toml"
    store_key(path, "openrouter", Secret(KEY))
    store_key(path, "openai", Secret("sk-another"))
    assert remove_key(path, "openrouter")
    assert not remove_key(path, "openrouter")
    assert keys_in(path) == {"openai": Secret("sk-another")}


def test_where_there_is_no_file_there_is_nothing_to_take_away(tmp_path):
    assert not remove_key(tmp_path / "none" / "providers.toml", "openai")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("key", ["", "  ", "two words", "line\nbreak", "k\u00e9y", "x" * 5000])
def test_what_is_no_key_is_refused_without_repeating_it(tmp_path, key):
    path = tmp_path / "providers.toml"
    with pytest.raises(RejectedError, match="is no key") as caught:
        store_key(path, "openai", Secret(key))
    assert not key.strip() or key not in str(caught.value)
    assert not path.exists()


@pytest.mark.parametrize("name", ["", "Open AI", "../x", "rules"])
def test_a_name_that_is_none_gets_no_key(tmp_path, name):
    with pytest.raises(RejectedError, match="no name of a provider"):
        store_key(tmp_path / "providers.toml", name, Secret(KEY))


def test_a_file_that_others_can_read_is_not_written_to(file):
    path = file('openai = "sk-another"', 0o644)
    with pytest.raises(RejectedError, match="can be read by others"):
        store_key(path, "openrouter", Secret(KEY))
    assert KEY not in path.read_text()


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "keys").write_text("a file")
    with pytest.raises(RejectedError, match="cannot be written"):
        store_key(tmp_path / "keys" / "providers.toml", "openai", Secret(KEY))
