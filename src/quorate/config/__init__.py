"""The configuration: one TOML file and the environment; nobody else reads either."""

from quorate.config.chosen import chosen
from quorate.config.sections import DEFAULT_BOOK
from quorate.config.settings import (
    ConfigCode,
    ConfigError,
    ConfigProblem,
    Settings,
    config_file,
    environment_of,
    known_keys,
    load_settings,
)

__all__ = [
    "DEFAULT_BOOK",
    "ConfigCode",
    "ConfigError",
    "ConfigProblem",
    "Settings",
    "chosen",
    "config_file",
    "environment_of",
    "known_keys",
    "load_settings",
]
