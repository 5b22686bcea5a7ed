"""YAML as version 1.2 means it, and what could surprise anybody refused."""

import pytest

from quorate.adapters.files.working_spec_file import LARGEST, parsed, read_working_spec
from quorate.kernel.errors import RejectedError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("true", True),
        ("False", False),
        ("", None),
        ("~", None),
        ("null", None),
        ("1:30", "1:30"),
        ("5m", "5m"),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("-7", -7),
        ("1_000", "1_000"),
        ("1.50", 1.5),
        ("1e3", 1000.0),
        ("2012-01-01", "2012-01-01"),
        ("'7'", "7"),
        ("[1, a]", [1, "a"]),
        ("|\n  two\n  lines\n", "two\nlines\n"),
    ],
)
def test_a_scalar_is_what_yaml_1_2_says(text, value):
    found = parsed(f"key: {text}".encode(), "spec.yaml")
    assert found == {"key": value}
    assert type(found["key"]) is type(value)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"a: 1\na: 2\n", id="a key twice"),
        pytest.param(b"a: &x [1]\nb: *x\n", id="an alias"),
        pytest.param(b"a: !!python/object/apply:os.getcwd []\n", id="a tag of a program"),
        pytest.param(b"1: 2\n", id="a key that is no text"),
        pytest.param(b"a: [", id="half a list"),
        pytest.param(b"\xff\xfe", id="no UTF-8"),
        pytest.param(b"a: 1\n---\nb: 2\n", id="two documents"),
        pytest.param(b"[" * 5000, id="too deep"),
    ],
)
def test_what_could_surprise_is_refused(raw):
    with pytest.raises(RejectedError, match="is no working spec"):
        parsed(raw, "spec.yaml")


def test_a_file_that_is_too_large_or_not_there_is_refused(tmp_path):
    large = tmp_path / "large.yaml"
    large.write_bytes(b"#" * (LARGEST + 1))
    with pytest.raises(RejectedError, match="more than"):
        read_working_spec(large)
    with pytest.raises(RejectedError, match="cannot be read"):
        read_working_spec(tmp_path / "none.yaml")
