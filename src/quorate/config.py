"""The configuration: one TOML file and the environment, refused as a whole when any key is wrong.

Each room owns its policy; this module gathers them and is the only reader of the environment.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from quorate.agents.policy import AgentsPolicy
from quorate.arena.policy import ArenaPolicy
from quorate.kernel.canonical import Json, as_json, digest
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName

FILE_NAME: Final = "quorate.toml"
PREFIX: Final = "QUORATE_"
DEFAULT_BOOK: Final = BookName("replay")

_PASSWORD = re.compile(r"(?<=password=)[^&]+", re.IGNORECASE)


class ConfigCode(StrEnum):
    """Why a configuration is refused. Source: bad_inputs.jsonl CF-*."""

    SYNTAX = "CONFIG_SYNTAX"
    DUPLICATE_TABLE = "CONFIG_DUPLICATE_TABLE"
    UNKNOWN_KEY = "CONFIG_UNKNOWN_KEY"
    TYPE = "CONFIG_TYPE"
    NON_FINITE = "CONFIG_NON_FINITE"
    RANGE = "CONFIG_RANGE"


_CODES: Final[Mapping[str, ConfigCode]] = {
    "extra_forbidden": ConfigCode.UNKNOWN_KEY,
    "unexpected_keyword_argument": ConfigCode.UNKNOWN_KEY,
    "finite_number": ConfigCode.NON_FINITE,
    "enum": ConfigCode.RANGE,
    "out_of_range": ConfigCode.RANGE,
}
"""Pydantic's kinds of error; every other kind is a wrong type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigProblem:
    """One thing that is wrong: where (`arena.min_confidence`, or the file), what, and its code."""

    key: str
    problem: str
    code: ConfigCode

    def __str__(self) -> str:
        """Return the problem as part of a line."""
        return f"{self.key}: {self.problem} ({self.code})"


class ConfigError(RejectedError):
    """The configuration is refused; `errors` holds everything that is wrong with it."""

    default_slug = "config-refused"

    def __init__(self, file: Path, errors: Sequence[ConfigProblem]) -> None:
        super().__init__(
            f"the configuration is refused: {'; '.join(map(str, errors))}",
            effect="nothing was started",
            fix=f"edit {file} or the {PREFIX}* variables, then: quorate config validate",
        )
        self.errors = tuple(errors)


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSettings:
    """Where the database is and what bounds it. Source: DESIGN 2, RELIABILITY 1.4."""

    url: str = ""
    """`sqlite:///PATH` or `postgresql://USER@HOST/NAME`; empty: `quorate.db` in the home."""

    max_pages: int | None = None
    """The most pages (of 4 KiB) an SQLite file may grow to; none: as the disk allows."""

    busy_seconds: float = 5.0
    """How long a connection waits for another process's lock."""

    def __post_init__(self) -> None:
        """Refuse what no database could be opened with."""
        _require(
            self.url == "" or self.url.startswith(("sqlite:///", "postgresql:", "postgresql+")),
            "url is sqlite:///PATH or postgresql://USER@HOST/NAME",
        )
        _require(self.max_pages is None or self.max_pages > 0, "max_pages is above 0")
        _require(0 < self.busy_seconds <= 3600, "busy_seconds is in (0, 3600]")


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalSettings:
    """When the journal signs its head, and when a silent owner has lost its work."""

    checkpoint_rows: int = 100
    """A checkpoint is signed after this many rows. Source: DESIGN 2."""

    checkpoint_seconds: float = 60.0
    """A checkpoint is signed at the latest after this time. Source: DESIGN 2."""

    lease_seconds: float = 45.0
    """A lease ends this long after its last heartbeat. Source: R-048."""

    def __post_init__(self) -> None:
        """Refuse a journal that would never sign, or never let go."""
        _require(0 < self.checkpoint_rows <= 1_000_000, "checkpoint_rows is in [1, 1000000]")
        _require(0 < self.checkpoint_seconds <= 86_400, "checkpoint_seconds is in (0, 86400]")
        _require(0 < self.lease_seconds <= 86_400, "lease_seconds is in (0, 86400]")


@dataclass(frozen=True, slots=True, kw_only=True)
class BookSettings:
    """The book that a run uses when it names none."""

    name: BookName = DEFAULT_BOOK
    """The default book's name. Source: DESIGN 14."""

    starting_cash: Decimal = Decimal(100_000)
    """What a new REPLAY book starts with, in USD."""

    def __post_init__(self) -> None:
        """Refuse a book without a name or without cash."""
        _require(
            re.fullmatch(r"[a-z][a-z0-9_-]{0,63}", self.name), "name is lower case, as in my-book"
        )
        _require(0 < self.starting_cash <= 10**12, "starting_cash is in (0, 10^12]")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """What is logged."""

    level: LogLevel = LogLevel.WARNING
    """debug, info, warning or error."""


PolicyT = TypeVar("PolicyT")


def _checked(raw: object, validate: ValidatorFunctionWrapHandler) -> object:
    """Return a section's policy, or refuse it naming every key that is wrong."""
    try:
        policy: object = validate(raw)
    except (ValidationError, RejectedError) as error:
        found = _details(error)
    else:
        found = _numbers_given_as_booleans(raw, policy)
        if not found:
            return policy
    if isinstance(raw, Mapping):
        found = [detail for key in raw for detail in _alone(key, raw[key], validate)] or found
    raise ValidationError.from_exception_data("section", found)


def _alone(
    key: str, value: object, validate: ValidatorFunctionWrapHandler
) -> list[InitErrorDetails]:
    """Return what is wrong with one key beside the defaults of all others."""
    try:
        return _numbers_given_as_booleans({key: value}, validate({key: value}))
    except (ValidationError, RejectedError) as error:
        return _details(error, key)


def _details(error: ValidationError | RejectedError, *place: str) -> list[InitErrorDetails]:
    if isinstance(error, RejectedError):
        rule = error.cause.rpartition(" policy: ")[2]
        return [_detail("out_of_range", f"breaks the rule: {rule}", place)]
    return [_detail(e["type"], e["msg"], e["loc"]) for e in error.errors(include_url=False)]


def _numbers_given_as_booleans(raw: object, policy: object) -> list[InitErrorDetails]:
    """Refuse `true` where a number is meant: it would count as 1."""
    given = raw if isinstance(raw, Mapping) else {}
    return [
        _detail("bool_as_number", "Input should be a number, not true or false", (key,))
        for key, value in given.items()
        if isinstance(value, bool) and not isinstance(getattr(policy, key), bool)
    ]


def _detail(kind: str, text: str, place: tuple[int | str, ...]) -> InitErrorDetails:
    custom = PydanticCustomError(kind, "{text}", {"text": text})
    return InitErrorDetails(type=custom, loc=place, input=None)


def _require(holds: object, rule: str) -> None:
    if not holds:
        raise RejectedError(rule)


Section = Annotated[PolicyT, WrapValidator(_checked)]


class Settings(BaseSettings):
    """The effective configuration: defaults, then the file, then the environment.

    `QUORATE_ARENA__MIN_CONFIDENCE` is `min_confidence` of `[arena]`. Three plain names stand beside
    those: QUORATE_HOME, QUORATE_CONFIG (the file) and QUORATE_DATABASE_URL.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
    )

    home: Path = Field(default=Path("~/.quorate"), validate_default=True)
    arena: Section[ArenaPolicy] = ArenaPolicy()
    agents: Section[AgentsPolicy] = AgentsPolicy()
    database: Section[DatabaseSettings] = DatabaseSettings()
    journal: Section[JournalSettings] = JournalSettings()
    book: Section[BookSettings] = BookSettings()
    log: Section[LogSettings] = LogSettings()

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return where values come from; the first that names a key wins."""
        file = TomlConfigSettingsSource(settings_cls, toml_file=config_file())
        return init_settings, _Environment(settings_cls), file

    @property
    def database_url(self) -> str:
        """Return the URL of the database, password included."""
        return self.database.url or f"sqlite:///{self.home / 'quorate.db'}"

    def effective(self) -> dict[str, Json]:
        """Return every value in force as canonical JSON, passwords masked."""
        tree = self._tree()
        return {
            "home": str(self.home),
            **tree,
            "database": {**tree["database"], "url": self._shown_url},
        }

    @property
    def config_hash(self) -> str:
        """Return the hash of all that may change a decision.

        The home's path and the database's URL are left out: the same settings decide the same
        wherever they are kept.
        """
        tree = self._tree()
        return digest({**tree, "database": {**tree["database"], "url": None}})

    @property
    def _shown_url(self) -> str:
        url = self.database_url
        password = urlsplit(url).password
        return _PASSWORD.sub("***", url.replace(f":{password}@", ":***@") if password else url)

    def _tree(self) -> dict[str, dict[str, Json]]:
        rooms = {
            name: asdict(getattr(self, name)) for name in type(self).model_fields if name != "home"
        }
        return {
            name: {key: as_json(value) for key, value in room.items()}
            for name, room in rooms.items()
        }


class _Environment(EnvSettingsSource):
    """The QUORATE_* variables, also those that name a section which does not exist."""

    def __call__(self) -> dict[str, object]:
        tree: dict[str, object] = dict(super().__call__())
        tree.update({section: {} for section in self._unknown_sections()})
        url = self.env_vars.get("quorate_database_url")
        section = tree.get("database", {})
        if url and isinstance(section, dict):
            tree["database"] = {"url": url, **section}
        return tree

    def _unknown_sections(self) -> list[str]:
        prefix = PREFIX.lower()
        named = [name.removeprefix(prefix) for name in self.env_vars if name.startswith(prefix)]
        sections = [name.partition("__")[0] for name in named if "__" in name]
        return [section for section in sections if section not in Settings.model_fields]


def config_file() -> Path:
    """Return the file that is read: QUORATE_CONFIG, else `quorate.toml` in the home."""
    home = Path(os.environ.get(f"{PREFIX}HOME") or "~/.quorate")
    named = os.environ.get(f"{PREFIX}CONFIG")
    return (Path(named) if named else home / FILE_NAME).expanduser()


def load_settings() -> Settings:
    """Return the effective configuration.

    Raises:
        ConfigError: the file or the environment holds something that is not allowed.
    """
    file = config_file()
    try:
        _require_readable(file)
        return Settings()
    except ValidationError as error:
        problems = [_problem(detail) for detail in error.errors(include_url=False)]
    except (OSError, SettingsError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems = [_unreadable(file, error)]
    raise ConfigError(file, problems)


def _require_readable(file: Path) -> None:
    """Refuse a file that is there and cannot be read, or that was named and is not there."""
    if os.environ.get(f"{PREFIX}CONFIG") or file.exists():
        file.read_bytes()


def _problem(error: ErrorDetails) -> ConfigProblem:
    key = ".".join(map(str, error["loc"]))
    code = _CODES.get(error["type"], ConfigCode.TYPE)
    text = error["msg"] if code is not ConfigCode.UNKNOWN_KEY else _unknown(key)
    return ConfigProblem(key=key, problem=text[:1].lower() + text[1:], code=code)


def _unknown(key: str) -> str:
    meant = difflib.get_close_matches(key, known_keys(), n=1)
    return f"no such key; did you mean {meant[0]}?" if meant else "no such key"


def _unreadable(file: Path, error: Exception) -> ConfigProblem:
    text = (error.strerror if isinstance(error, OSError) else None) or str(error)
    twice = isinstance(error, tomllib.TOMLDecodeError) and text.startswith("Cannot declare")
    return ConfigProblem(
        key="the environment" if isinstance(error, SettingsError) else str(file),
        problem=" ".join(text.split()),
        code=ConfigCode.DUPLICATE_TABLE if twice else ConfigCode.SYNTAX,
    )


def known_keys() -> tuple[str, ...]:
    """Return every key that may be set, as `section.key`."""
    tree = Settings.model_construct()._tree()  # noqa: SLF001  (the same module)
    return ("home", *(f"{section}.{key}" for section, keys in tree.items() for key in keys))
