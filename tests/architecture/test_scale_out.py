"""deploy/ and docs/scale-out.md: what they say of commands, options, settings and files is what the code has."""

import re

import pytest
import yaml

from quorate.access.policy import AdminPolicy
from quorate.bootstrap.fleet.worker import TOKEN_VARIABLE
from quorate.config import Settings, load_settings
from quorate.kernel.errors import RejectedError
from tests.architecture.repository import ROOT
from tests.architecture.test_documents import is_command

COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
IMAGE = (ROOT / "deploy" / "Dockerfile").read_text()
PAGE = (ROOT / "docs" / "scale-out.md").read_text()
SERVICES = COMPOSE["services"]
OURS = {name: each for name, each in SERVICES.items() if each["image"] == "quorate"}
HUBS = {name for name, each in OURS.items() if each["command"][0] == "up"}
WORKERS = {name for name, each in OURS.items() if each["command"][0] == "worker"}
SHORT = {"QUORATE_HOME", "QUORATE_DATABASE_URL", "QUORATE_REDIS_URL", TOKEN_VARIABLE}
PROVIDERS = {"OPENROUTER_API_KEY", "OPENAI_API_KEY"}


def settings_named(text):
    return set(re.findall(r"\bQUORATE_[A-Z_]+\b", text))


def is_setting(variable):
    """Return whether a variable names a value of a section, as in QUORATE_FLEET__ANALYSES."""
    section, _, field = variable.removeprefix("QUORATE_").lower().partition("__")
    known = Settings.model_fields.get(section)
    return known is not None and field in known.annotation.__dataclass_fields__


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_command_of_the_compose_file_exists(name):
    assert is_command(" ".join(["quorate", *OURS[name]["command"]]))


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_variable_of_the_compose_file_is_one_that_is_read(name):
    named = set(OURS[name]["environment"])
    assert {each for each in named - SHORT - PROVIDERS if not is_setting(each)} == set()


def filled_in(value):
    """A value as Compose hands it to the container: each variable's default, or a word where one must be set."""
    return re.sub(r"\$\{\w+(?::-([^}]*)|:\?[^}]*)\}", lambda found: found[1] or "chosen", value)


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_service_starts_from_settings_that_are_valid(name, monkeypatch, tmp_path):
    monkeypatch.setenv("QUORATE_HOME", str(tmp_path))
    for variable, value in OURS[name]["environment"].items():
        monkeypatch.setenv(variable, filled_in(value))
    settings = load_settings()
    wanted = OURS[name]["environment"].get("QUORATE_DATABASE_URL")
    assert settings.database.url == (filled_in(wanted) if wanted else "")


def test_a_value_that_no_setting_can_have_is_noticed(monkeypatch, tmp_path):
    monkeypatch.setenv("QUORATE_HOME", str(tmp_path))
    monkeypatch.setenv("QUORATE_FLEET__ANALYSES", "always")
    with pytest.raises(RejectedError):
        load_settings()


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_waits_only_for_what_can_come_true(name):
    """Healthy is what has a health check; completed is what is not started again."""
    waits = SERVICES[name].get("depends_on", [])
    for other in waits:
        assert other in SERVICES
        match waits[other]["condition"] if isinstance(waits, dict) else "service_started":
            case "service_healthy":
                assert SERVICES[other]["healthcheck"]["test"]
            case "service_completed_successfully":
                assert SERVICES[other]["restart"] == "no"
            case condition:
                assert condition == "service_started"


def test_a_home_outlives_its_container():
    """What the image calls its home is where each service's own volume is mounted."""
    home = re.search(r"QUORATE_HOME=(\S+)", IMAGE)[1]
    assert f"VOLUME {home}" in IMAGE
    assert {mount.partition(":")[2] for each in OURS.values() for mount in each["volumes"]} == {
        home
    }
    assert 'ENTRYPOINT ["quorate"]' in IMAGE


def test_a_setting_that_does_not_exist_is_noticed():
    assert is_setting("QUORATE_FLEET__ANALYSES")
    assert not is_setting("QUORATE_FLEET__ANALYZES")
    assert not is_setting("QUORATE_NOTHING")


def test_every_variable_that_the_page_names_is_one_that_is_read():
    assert {each for each in settings_named(PAGE) - SHORT if not is_setting(each)} == set()


def test_every_setting_that_the_page_names_exists():
    named = re.findall(r"`([a-z]+)\.([a-z_]+)`", PAGE)
    assert named
    assert {f"{a}.{b}" for a, b in named if not is_setting(f"QUORATE_{a}__{b}".upper())} == set()


def test_every_worker_reaches_a_hub_in_that_hubs_own_network():
    port = AdminPolicy().port
    assert len(HUBS) == 2
    for name in WORKERS:
        words = OURS[name]["command"]
        assert words[words.index("--hub") + 1] == f"http://127.0.0.1:{port}"
        assert OURS[name]["network_mode"].removeprefix("service:") in HUBS
        assert words[words.index("--name") + 1] == name
        assert TOKEN_VARIABLE in OURS[name]["environment"]
        assert "QUORATE_DATABASE_URL" not in OURS[name]["environment"]


def test_hubs_share_the_database_and_the_stream_and_no_home():
    shared = {OURS[name]["environment"]["QUORATE_DATABASE_URL"] for name in HUBS}
    assert len(shared) == 1
    assert len({OURS[name]["environment"]["QUORATE_REDIS_URL"] for name in HUBS}) == 1
    homes = [
        mount.partition(":")[0] for name in (*HUBS, *WORKERS) for mount in OURS[name]["volumes"]
    ]
    assert len(homes) == len(set(homes)) == len(HUBS) + len(WORKERS)
    assert set(homes) < set(COMPOSE["volumes"])


def test_nothing_is_published_and_no_secret_stands_in_the_file():
    assert [name for name, each in SERVICES.items() if "ports" in each] == []
    text = (ROOT / "deploy" / "compose.yaml").read_text()
    for line in text.splitlines():
        if re.search(r"(PASSWORD|TOKEN|API_KEY):", line):
            assert "${" in line, line


def test_the_image_installs_the_locked_requirements_by_their_hashes():
    assert "FROM python:3.11-slim" in IMAGE
    assert "--require-hashes -r requirements/runtime.txt" in IMAGE
    assert "USER quorate" in IMAGE
    copied = re.findall(r"^COPY (.+) \S+$", IMAGE, re.MULTILINE)
    assert [name for line in copied for name in line.split() if not (ROOT / name).exists()] == []
    locked = (ROOT / "requirements" / "runtime.txt").read_text()
    for extra in ("psycopg", "redis", "hatchling"):
        assert re.search(rf"^{extra}==", locked, re.MULTILINE)


def test_the_page_starts_only_services_that_the_compose_file_has():
    for line in re.findall(r"^\$ docker compose -f (\S+) (.+)$", PAGE, re.MULTILINE):
        file, words = line
        assert (ROOT / file).exists()
        named = set(re.findall(r"\b(?:hub|worker)-\d\b", words))
        assert named <= set(SERVICES)
        if " exec " in f" {words}":
            assert is_command(
                words.partition(" quorate ")[1].strip() + " " + words.partition(" quorate ")[2]
            )
