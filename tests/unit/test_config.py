"""The configuration: what wins, what is refused, what the hash covers, what the docs say."""

import re
from dataclasses import fields, is_dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from quorate.arena.strategy import NO_STRATEGY
from quorate.config import ConfigCode, ConfigError, Settings, known_keys, load_settings
from quorate.llm.provider import ProviderPolicy

DOCS = Path(__file__).parents[2] / "docs" / "configuration.md"
TYPES = {
    "float": "number",
    "bool": "true or false",
    "int": "whole number",
    "Decimal": "decimal",
    "str": "text",
    "BookName": "text",
    "BrokerAdapter": "auto, alpaca or simulated",
    "BrokerMode": "paper",
    "Severity": "info, warning or error",
    "LogLevel": "debug, info, warning or error",
    "Preset": "text",
    "Strategy": "bandit, thompson or round_robin",
    "Analyses": "auto, embedded or remote",
    "tuple[str, ...]": "list of texts",
    "int | None": "whole number or none",
    "float | None": "number or none",
    "Decimal | None": "decimal or none",
    "Preset | None": "text or none",
    "Dialect | None": "plain, openai or openrouter, or none",
    "bool | None": "true, false or none",
    "Routing": "table",
    "Thresholds": "table",
    "Mapping[str, Tier]": "table",
    "Mapping[str, tuple[str, ...]]": "table",
    "Mapping[str, StatedPrice]": "table",
    "RetryPolicy": "table",
    "BreakerPolicy": "table",
}

NAMED = {"strategies": NO_STRATEGY, "providers": ProviderPolicy()}
"""The sections of which there may be several, each under a name: NAME in the docs."""


@pytest.fixture
def configured(quorate_home):
    def load(text=""):
        (quorate_home / "quorate.toml").write_text(text)
        return load_settings()

    return load


@pytest.fixture
def refused(configured):
    def problems(text):
        with pytest.raises(ConfigError) as refusal:
            configured(text)
        return {error.key: error.code for error in refusal.value.errors}

    return problems


def test_nothing_has_to_be_set(quorate_home):
    settings = load_settings()
    assert settings.home == quorate_home
    assert settings.arena.max_disagreement == 0.34
    assert settings.agents.entry_pct_equity == Decimal("0.014")
    assert settings.database_url == f"sqlite:///{quorate_home}/quorate.db"


def test_the_environment_wins_over_the_file_key_by_key(configured, monkeypatch):
    monkeypatch.setenv("QUORATE_ARENA__MIN_CONFIDENCE", "0.8")
    arena = configured("[arena]\nmin_confidence = 0.7\nquorum = 3\n").arena
    assert (arena.min_confidence, arena.quorum) == (0.8, 3)


def test_the_database_has_a_plain_name_in_the_environment(configured, monkeypatch):
    monkeypatch.setenv("QUORATE_DATABASE_URL", "postgresql://me@here/q")
    settings = configured("[database]\nurl = 'sqlite:////x.db'\nbusy_seconds = 1\n")
    assert settings.database_url == "postgresql://me@here/q"
    assert settings.database.busy_seconds == 1.0


def test_another_file_can_be_named(quorate_home, tmp_path, monkeypatch):
    (quorate_home / "quorate.toml").write_text("[arena]\nquorum = 3\n")
    (tmp_path / "other.toml").write_text("[arena]\nquorum = 4\n")
    monkeypatch.setenv("QUORATE_CONFIG", str(tmp_path / "other.toml"))
    assert load_settings().arena.quorum == 4


def test_a_decimal_is_taken_as_it_is_written(configured):
    assert configured("[book]\nstarting_cash = 0.1\n").book.starting_cash == Decimal("0.1")


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        pytest.param(
            "[arena]\nmin_confidence = nan\n",
            {"arena.min_confidence": ConfigCode.NON_FINITE},
            id="CF-003",
        ),
        pytest.param(
            "[book]\nstarting_cash = inf\n",
            {"book.starting_cash": ConfigCode.NON_FINITE},
            id="infinite money",
        ),
        pytest.param(
            '[brokers]\nmode = "paper"\n', {"brokers": ConfigCode.UNKNOWN_KEY}, id="unknown section"
        ),
        pytest.param(
            '[broker]\nbase_url = "https://api.alpaca.markets"\nmode = "paper"\n',
            {"broker.base_url": ConfigCode.LIVE_URL},
            id="CF-004",
        ),
        pytest.param(
            '[broker]\nmode = "live"\n', {"broker.mode": ConfigCode.RANGE}, id="no live trading"
        ),
        pytest.param(
            "[broker]\nrequests_per_minute = 10\ncancel_reserve = 10\n",
            {"broker.requests_per_minute": ConfigCode.RANGE},
            id="nothing left to ask",
        ),
        pytest.param("verbose = 1", {"verbose": ConfigCode.UNKNOWN_KEY}, id="unknown plain key"),
        pytest.param(
            "[agents]\nnonsense = 1\n", {"agents.nonsense": ConfigCode.UNKNOWN_KEY}, id="inside"
        ),
        pytest.param("arena = 3", {"arena": ConfigCode.TYPE}, id="a section is a table"),
        pytest.param(
            "[arena]\nquorum = 'many'\n", {"arena.quorum": ConfigCode.TYPE}, id="no number"
        ),
        pytest.param("[arena]\nquorum = 2.5\n", {"arena.quorum": ConfigCode.TYPE}, id="not whole"),
        pytest.param(
            "[arena]\nmin_confidence = true\n",
            {"arena.min_confidence": ConfigCode.TYPE},
            id="true is no number",
        ),
        pytest.param(
            "[arena]\nmin_confidence = 1.01\n",
            {"arena.min_confidence": ConfigCode.RANGE},
            id="no probability",
        ),
        pytest.param(
            "[journal]\ncheckpoint_rows = 0\n",
            {"journal.checkpoint_rows": ConfigCode.RANGE},
            id="count of zero",
        ),
        pytest.param(
            "[agents]\nrsi_oversold = 70\nrsi_overbought = 60\n",
            {"agents": ConfigCode.RANGE},
            id="each allowed alone, not together",
        ),
        pytest.param("[log]\nlevel = 'loud'\n", {"log.level": ConfigCode.RANGE}, id="no level"),
        pytest.param(
            "[database]\nurl = 'mysql://x/y'\n", {"database.url": ConfigCode.RANGE}, id="database"
        ),
        pytest.param("[book]\nname = 'A b'\n", {"book.name": ConfigCode.RANGE}, id="book"),
        pytest.param(
            '[admin]\nbind = "0.0.0.0"\ntls = false\n',
            {"admin.bind": ConfigCode.PUBLIC},
            id="CF-007",
        ),
        pytest.param(
            "[admin]\nbind = 'hub.example'\n", {"admin.bind": ConfigCode.PUBLIC}, id="a name"
        ),
        pytest.param(
            "[admin]\nbind = '127.0.0.2'\n", {"admin.bind": ConfigCode.RANGE}, id="loopback alias"
        ),
        pytest.param("[admin]\nport = 0\n", {"admin.port": ConfigCode.RANGE}, id="no port"),
        pytest.param("[admin]\ntls = true\n", {"admin.tls": ConfigCode.RANGE}, id="no TLS yet"),
    ],
)
def test_what_is_wrong_is_named_by_key_and_code(refused, text, problems):
    assert refused(text) == problems


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param(
            "[arena]\nmin_confidence = 0.62\n[arena]\nmin_confidence = 0.0\n",
            ConfigCode.DUPLICATE_TABLE,
            id="CF-006",
        ),
        pytest.param("[arena\n", ConfigCode.SYNTAX, id="not TOML"),
        pytest.param("[arena]\nquorum = 2\nquorum = 3\n", ConfigCode.SYNTAX, id="a key twice"),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused(refused, quorate_home, text, code):
    assert refused(text) == {str(quorate_home / "quorate.toml"): code}


def test_everything_wrong_is_named_at_once(refused):
    text = "[arena]\nquorum = 0\nmin_confidence = inf\nquorim = 2\n[log]\nlevel = 'loud'\n[x]\n"
    assert refused(text) == {
        "arena.quorum": ConfigCode.RANGE,
        "arena.min_confidence": ConfigCode.NON_FINITE,
        "arena.quorim": ConfigCode.UNKNOWN_KEY,
        "log.level": ConfigCode.RANGE,
        "x": ConfigCode.UNKNOWN_KEY,
    }


@pytest.mark.parametrize(
    ("name", "key"),
    [
        pytest.param("QUORATE_ARENA__TYPO", "arena.typo", id="key"),
        pytest.param("QUORATE_AREN__QUORUM", "aren", id="section"),
    ],
)
def test_a_variable_that_names_no_key_is_refused(refused, monkeypatch, name, key):
    monkeypatch.setenv(name, "1")
    assert refused("") == {key: ConfigCode.UNKNOWN_KEY}


def test_bytes_that_are_no_text_are_refused(quorate_home):
    (quorate_home / "quorate.toml").write_bytes(b"\xff\xfe[arena]")
    with pytest.raises(ConfigError, match="CONFIG_SYNTAX"):
        load_settings()


def test_a_file_that_was_named_must_be_there(monkeypatch, tmp_path):
    monkeypatch.setenv("QUORATE_CONFIG", str(tmp_path / "gone.toml"))
    with pytest.raises(ConfigError, match="No such file"):
        load_settings()


def test_the_refusal_is_one_line_with_the_likely_key_and_the_next_act(configured):
    with pytest.raises(ConfigError) as refusal:
        configured("[arena]\nmin_confidense = 0.7\n")
    assert "did you mean arena.min_confidence?" in str(refusal.value)
    assert "Nothing was started. Fix: edit " in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_refusal_never_shows_a_password(monkeypatch):
    monkeypatch.setenv("QUORATE_DATABASE_URL", "mysql://me:sesame@here/q")
    with pytest.raises(ConfigError) as refusal:
        load_settings()
    assert "sesame" not in str(refusal.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:sesame@here/q", "postgresql://me:***@here/q"),
        ("postgresql://me@here/q?password=sesame&x=1", "postgresql://me@here/q?password=***&x=1"),
        ("postgresql://me:ses:ame@here/q", "postgresql://me:***@here/q"),
        ("sqlite:////tmp/q.db", "sqlite:////tmp/q.db"),
    ],
)
def test_the_effective_configuration_masks_passwords(url, shown, monkeypatch):
    monkeypatch.setenv("QUORATE_DATABASE_URL", url)
    effective = load_settings().effective()
    assert effective["database"]["url"] == shown


def test_the_hash_knows_the_settings_but_not_where_they_are_kept(configured, monkeypatch, tmp_path):
    before = configured().config_hash
    assert configured("[arena]\nquorum = 3\n").config_hash != before
    monkeypatch.setenv("QUORATE_HOME", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("QUORATE_DATABASE_URL", "postgresql://me:sesame@here/q")
    assert load_settings().config_hash == before


def documented():
    rows = re.findall(r"^\| `([\w.]+)` \| ([^|]+) \| ([^|]+) \|", DOCS.read_text(), re.MULTILINE)
    return {key: (kind, default.strip("`").removeprefix('""')) for key, kind, default in rows}


def in_code():
    settings = Settings.model_construct()
    keys = {"home": ("path", "~/.quorate")}
    for key in known_keys()[1:]:
        section, *_, name = key.split(".")
        room = NAMED.get(section) or getattr(settings, section)
        (field,) = (field for field in fields(room) if field.name == name)
        value = getattr(room, name)
        said = str(value).lower() if isinstance(value, bool) else str(value)
        said = "the defaults" if is_dataclass(value) else said
        said = "none" if value in ((), {}) and section in NAMED else said
        keys[key] = (TYPES[field.type], "none" if value is None else said)
    return keys


def test_the_docs_list_every_key_with_its_type_and_default():
    assert documented() == in_code()


def test_the_docs_list_every_code():
    assert set(re.findall(r"`(CONFIG_\w+)` \|", DOCS.read_text())) == set(ConfigCode)


STRATEGY = """
[strategies.calm]
symbols = ["AAPL"]
max_cost = 0.05
[strategies.calm.thresholds]
min_confidence = 0.7
entry_pct_equity = 0.01
"""


def test_a_strategy_stands_over_the_arena_key_by_key(configured):
    settings = configured(f"[arena]\nquorum = 3\n{STRATEGY}")
    calm = settings.strategies["calm"]
    policy = calm.thresholds.over(settings.arena)
    assert (policy.min_confidence, policy.quorum) == (0.7, 3)
    assert policy.entry_pct_equity == Decimal("0.01")
    assert (calm.symbols, calm.max_cost) == (("AAPL",), Decimal("0.05"))


def test_the_hash_knows_every_strategy(configured):
    before = configured().config_hash
    assert configured(STRATEGY).config_hash != before
    assert configured(STRATEGY.replace("0.7", "0.8")).config_hash != before


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        pytest.param("symbolz = ['AAPL']", {"symbolz": ConfigCode.UNKNOWN_KEY}, id="unknown key"),
        pytest.param("horizon = 0", {"horizon": ConfigCode.RANGE}, id="no horizon"),
        pytest.param("horizon = true", {"horizon": ConfigCode.TYPE}, id="true is no number"),
        pytest.param("symbols = ['A A']", {"symbols": ConfigCode.RANGE}, id="no symbol"),
        pytest.param("profiles = ['A b']", {"profiles": ConfigCode.RANGE}, id="no profile"),
        pytest.param("preset = 'all'", {"preset": ConfigCode.RANGE}, id="no preset"),
        pytest.param("max_cost = nan", {"max_cost": ConfigCode.NON_FINITE}, id="no amount"),
        pytest.param("max_cost = 0", {"max_cost": ConfigCode.RANGE}, id="nothing to spend"),
        pytest.param("answer_ttl_s = -1", {"answer_ttl_s": ConfigCode.RANGE}, id="no time"),
        pytest.param(
            "thresholds = { min_confidenc = 0.7 }",
            {"thresholds.min_confidenc": ConfigCode.UNKNOWN_KEY},
            id="unknown threshold",
        ),
        pytest.param(
            "thresholds = { min_confidence = true }",
            {"thresholds.min_confidence": ConfigCode.TYPE},
            id="true is no threshold",
        ),
        pytest.param(
            "thresholds = { min_confidence = inf }",
            {"thresholds.min_confidence": ConfigCode.NON_FINITE},
            id="infinite threshold",
        ),
        pytest.param(
            "thresholds = { quorum = 1 }",
            {"thresholds": ConfigCode.RANGE},
            id="nobody decides alone",
        ),
    ],
)
def test_what_is_wrong_in_a_strategy_is_named_by_key_and_code(refused, text, problems):
    named = {f"strategies.calm.{key}": code for key, code in problems.items()}
    assert refused(f"[strategies.calm]\n{text}\n") == named


def test_a_strategy_is_named_as_a_profile_is(refused):
    assert refused('[strategies."A b"]\n') == {"strategies.A b.[key]": ConfigCode.RANGE}


def test_a_table_in_a_section_takes_no_truth_for_a_number(refused):
    assert refused("[gateway.retry]\nbase_s = true\n") == {"gateway.retry.base_s": ConfigCode.TYPE}


def test_a_price_that_is_no_number_is_refused(refused):
    """CF-009: a price that nobody knows is left out, it is not a word and not 0."""
    found = refused('[models.prices."openai/x"]\nprompt = "free"\ncompletion = 1\n')
    assert set(found.values()) == {ConfigCode.TYPE}


OLLAMA = "[providers.ollama]\nbase_url = 'http://127.0.0.1:11434/v1'\n"


def test_a_provider_of_ones_own_is_a_table_with_its_name(configured):
    providers = configured(
        OLLAMA
        + "[providers.openrouter]\nstrict_schema = true\n"
        + "routing = {data_collection = 'deny', order = ['deepinfra'], zdr = true}\n"
    ).providers
    assert providers["ollama"].base_url == "http://127.0.0.1:11434/v1"
    assert providers["openrouter"].routing.as_json() == {
        "order": ["deepinfra"],
        "data_collection": "deny",
        "zdr": True,
    }


def test_where_a_model_is_asked_is_part_of_the_hash(configured):
    here = configured(OLLAMA).config_hash
    assert here != configured("").config_hash
    assert here != configured(OLLAMA.replace("11434", "8000")).config_hash
    assert here != configured(OLLAMA + "dialect = 'openai'\n").config_hash


@pytest.mark.parametrize("word", ["key", "api_key", "API-KEY", "token", "secret"])
def test_a_key_in_the_configuration_is_refused_without_repeating_it(configured, word):
    with pytest.raises(ConfigError) as refusal:
        configured(f"[providers.openai]\n{word} = 'sk-canary-7f3a90c1d2e4b5a6'\n")
    (error,) = refusal.value.errors
    assert (error.key, error.code) == (f"providers.openai.{word}", ConfigCode.SECRET)
    assert "quorate keys set openai" in error.problem
    assert "canary" not in str(refusal.value)


def test_a_key_in_a_variable_of_the_configuration_is_refused_too(configured, monkeypatch):
    monkeypatch.setenv("QUORATE_PROVIDERS__OPENAI__API_KEY", "sk-canary-7f3a90c1d2e4b5a6")
    with pytest.raises(ConfigError) as refusal:
        configured("")
    assert "canary" not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        pytest.param(
            "[providers.ollama]\n", {"providers.ollama": ConfigCode.RANGE}, id="no address"
        ),
        pytest.param(
            OLLAMA.replace("ollama", "Ollama"),
            {"providers.Ollama": ConfigCode.RANGE},
            id="no name",
        ),
        pytest.param(
            "[providers.openai]\nrouting = {order = ['a']}\n",
            {"providers.openai": ConfigCode.RANGE},
            id="nobody routes",
        ),
        pytest.param(
            OLLAMA.replace("http:", "ftp:") + "nonsense = 1\n",
            {
                "providers.ollama.base_url": ConfigCode.RANGE,
                "providers.ollama.nonsense": ConfigCode.UNKNOWN_KEY,
            },
            id="two at once",
        ),
        pytest.param(
            OLLAMA + "dialect = 'latin'\n",
            {"providers.ollama.dialect": ConfigCode.RANGE},
            id="no dialect",
        ),
    ],
)
def test_what_is_wrong_with_a_provider_is_named(refused, text, problems):
    assert refused(text) == problems
