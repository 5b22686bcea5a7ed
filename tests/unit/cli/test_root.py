import pytest

from quorate.cli.root import globals_first


@pytest.mark.parametrize(
    ("given", "ordered"),
    [
        pytest.param("run AAPL --json", "--json run AAPL", id="a flag"),
        pytest.param("runs --limit 5 list", "--limit=5 runs list", id="an option and its value"),
        pytest.param("runs --limit=5", "--limit=5 runs", id="an option with its value"),
        pytest.param("runs --limit", "--limit= runs", id="an option without a value"),
        pytest.param("run -- --json", "run -- --json", id="nothing from behind two dashes"),
        pytest.param(
            "profiles show trend --version 1",
            "profiles show trend --version 1",
            id="a version of something",
        ),
        pytest.param(
            "profiles show trend --version -1",
            "profiles show trend --version -1",
            id="a version that is none",
        ),
        pytest.param("runs --version", "--version runs", id="the program's own version"),
        pytest.param(
            "runs --version --json", "--version --json runs", id="its version before an option"
        ),
        pytest.param("--version runs", "--version runs", id="its version before a command"),
        pytest.param(
            "run AAPL --as-of 2012-06-29", "run AAPL --as-of 2012-06-29", id="others stay"
        ),
    ],
)
def test_global_options_come_first(given, ordered):
    assert globals_first(given.split(), {"--json", "--version"}, {"--limit"}) == ordered.split()
