"""The configuration: one TOML file and the environment, refused as a whole when any key is wrong.

Each room owns its policy; this module gathers them and is the only reader of the environment.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar
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

from quorate.access.policy import PUBLIC_WITHOUT_TLS, AdminPolicy
from quorate.agents.policy import AgentsPolicy
from quorate.arbiter.routing.policy import RoutingPolicy
from quorate.arena.policy import ArenaPolicy
from quorate.arena.strategy import NO_STRATEGY, Strategy
from quorate.config.chosen import PREFIX, plain, with_chosen
from quorate.config.providers import SECRET, Complete, Keyless
from quorate.config.sections import (
    LIVE_URL_IN_PAPER,
    BookSettings,
    BrokerSettings,
    DatabaseSettings,
    JournalSettings,
    LogSettings,
    ResultsSettings,
    TelemetrySettings,
)
from quorate.cycle.policy import CyclePolicy
from quorate.cycle.watch.policy import AlertsPolicy
from quorate.fleet.policy import FleetPolicy
from quorate.kernel.canonical import Json, as_json, digest
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import NAME, StrategyName
from quorate.llm.budget import BudgetPolicy
from quorate.llm.catalogue import CataloguePolicy
from quorate.llm.gateway import GatewayPolicy
from quorate.llm.provider import ProviderPolicy
from quorate.portfolio.policy import PortfolioPolicy
from quorate.risk import RiskLimits

FILE_NAME: Final = "quorate.toml"

_UNDECIDING: Final = frozenset({"admin", "alerts", "results", "fleet", "telemetry"})
"""The sections that change no decision."""

_PASSWORD = re.compile(r"(?<=password=)[^&]+", re.IGNORECASE)


class ConfigCode(StrEnum):
    """Why a configuration is refused. Source: bad_inputs.jsonl CF-*."""

    SYNTAX = "CONFIG_SYNTAX"
    DUPLICATE_TABLE = "CONFIG_DUPLICATE_TABLE"
    UNKNOWN_KEY = "CONFIG_UNKNOWN_KEY"
    TYPE = "CONFIG_TYPE"
    NON_FINITE = "CONFIG_NON_FINITE"
    RANGE = "CONFIG_RANGE"
    SECRET = "CONFIG_SECRET"  # noqa: S105  (a code, no secret)
    PUBLIC = "CONFIG_PUBLIC_WITHOUT_TLS"
    LIVE_URL = "CONFIG_LIVE_URL_IN_PAPER"


_CODES: Final[Mapping[str, ConfigCode]] = {
    "extra_forbidden": ConfigCode.UNKNOWN_KEY,
    "unexpected_keyword_argument": ConfigCode.UNKNOWN_KEY,
    "finite_number": ConfigCode.NON_FINITE,
    "enum": ConfigCode.RANGE,
    "string_pattern_mismatch": ConfigCode.RANGE,
    "out_of_range": ConfigCode.RANGE,
    PUBLIC_WITHOUT_TLS: ConfigCode.PUBLIC,
    LIVE_URL_IN_PAPER: ConfigCode.LIVE_URL,
    SECRET: ConfigCode.SECRET,
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
        kind = error.slug if error.slug in _CODES else "out_of_range"
        return [_detail(kind, f"breaks the rule: {rule}", place)]
    return [_detail(e["type"], e["msg"], e["loc"]) for e in error.errors(include_url=False)]


def _numbers_given_as_booleans(
    raw: object, policy: object, place: tuple[str, ...] = ()
) -> list[InitErrorDetails]:
    """Refuse `true` where a number is meant, in the section and in its tables: it would count as 1."""
    found: list[InitErrorDetails] = []
    for key, value in raw.items() if isinstance(raw, Mapping) else ():
        present = getattr(policy, key)
        if is_dataclass(present):
            found += _numbers_given_as_booleans(value, present, (*place, key))
        elif isinstance(value, bool) and not isinstance(present, bool):
            text = "Input should be a number, not true or false"
            found.append(_detail("bool_as_number", text, (*place, key)))
    return found


def _detail(kind: str, text: str, place: tuple[int | str, ...]) -> InitErrorDetails:
    custom = PydanticCustomError(kind, "{text}", {"text": text})
    return InitErrorDetails(type=custom, loc=place, input=None)


Section = Annotated[PolicyT, WrapValidator(_checked)]
_Named = Annotated[StrategyName, Field(pattern=f"^{NAME}$")]


class Settings(BaseSettings):
    """The effective configuration: defaults, then the file, then the environment.

    `QUORATE_ARENA__MIN_CONFIDENCE` is `min_confidence` of `[arena]`. Four plain names stand beside
    those: QUORATE_HOME, QUORATE_CONFIG (the file), QUORATE_DATABASE_URL and QUORATE_REDIS_URL.
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
    routing: Section[RoutingPolicy] = RoutingPolicy()
    portfolio: Section[PortfolioPolicy] = PortfolioPolicy()
    risk: Section[RiskLimits] = RiskLimits()
    cycle: Section[CyclePolicy] = CyclePolicy()
    database: Section[DatabaseSettings] = DatabaseSettings()
    journal: Section[JournalSettings] = JournalSettings()
    book: Section[BookSettings] = BookSettings()
    broker: Section[BrokerSettings] = BrokerSettings()
    budget: Section[BudgetPolicy] = BudgetPolicy()
    models: Section[CataloguePolicy] = CataloguePolicy()
    gateway: Section[GatewayPolicy] = GatewayPolicy()
    providers: Annotated[Mapping[str, Section[ProviderPolicy]], Keyless, Complete] = Field(
        default_factory=dict
    )
    log: Section[LogSettings] = LogSettings()
    results: Section[ResultsSettings] = ResultsSettings()
    telemetry: Section[TelemetrySettings] = TelemetrySettings()
    fleet: Section[FleetPolicy] = FleetPolicy()
    alerts: Section[AlertsPolicy] = AlertsPolicy()
    admin: Section[AdminPolicy] = AdminPolicy()
    strategies: Mapping[_Named, Section[Strategy]] = Field(default_factory=dict)

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
            "alerts": {**tree["alerts"], "webhook_url": self.alerts.shown_url},
            "results": {**tree["results"], "redis_url": self.results.shown_url},
        }

    @cached_property
    def config_hash(self) -> str:
        """Return the hash of all that may change a decision.

        The home's path, the database's URL and tenant, where the hub listens and whom alerts are told are left out:
        the same settings decide the same wherever they are kept.
        """
        tree = {name: room for name, room in self._tree().items() if name not in _UNDECIDING}
        database = {key: value for key, value in tree["database"].items() if key != "tenant"}
        return digest({**tree, "database": {**database, "url": None}})

    @property
    def _shown_url(self) -> str:
        url = self.database_url
        password = urlsplit(url).password
        return _PASSWORD.sub("***", url.replace(f":{password}@", ":***@") if password else url)

    def _tree(self) -> dict[str, dict[str, Json]]:
        sections = (name for name in type(self).model_fields if name != "home")
        return {name: _table(getattr(self, name)) for name in sections}


def _table(section: object) -> dict[str, Json]:
    """Return a section's values; one that holds named tables has those under their names."""
    if isinstance(section, Mapping):
        return {name: _table(table) for name, table in section.items()}
    return {key: as_json(value) for key, value in _values(section).items()}


def _values(section: object) -> dict[str, Any]:
    if not is_dataclass(section) or isinstance(section, type):
        raise TypeError(f"{section!r} is no section")
    return asdict(section)


class _Environment(EnvSettingsSource):
    """The QUORATE_* variables, also those that name a section which does not exist."""

    def __call__(self) -> dict[str, object]:
        tree: dict[str, object] = dict(super().__call__())
        tree.update({section: {} for section in self._unknown_sections()})
        url = self.env_vars.get("quorate_database_url")
        section = tree.get("database", {})
        if url and isinstance(section, dict):
            tree["database"] = {"url": url, **section}
        redis, results = self.env_vars.get("quorate_redis_url"), tree.get("results", {})
        if redis and isinstance(results, dict):
            tree["results"] = {"redis_url": redis, **results}
        return with_chosen(tree)

    def _unknown_sections(self) -> list[str]:
        prefix = PREFIX.lower()
        named = [name.removeprefix(prefix) for name in self.env_vars if name.startswith(prefix)]
        sections = [name.partition("__")[0] for name in named if "__" in name]
        return [section for section in sections if section not in Settings.model_fields]


def config_file() -> Path:
    """Return the file that is read: QUORATE_CONFIG, else `quorate.toml` in the home."""
    home = Path(plain("HOME") or "~/.quorate")
    named = plain("CONFIG")
    return (Path(named) if named else home / FILE_NAME).expanduser()


def environment_of(names: Iterable[str]) -> Mapping[str, str]:
    """Return those of the environment variables `names` that are set: for what must not stand in a file of settings."""
    return {name: os.environ[name] for name in names if name in os.environ}


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
    if plain("CONFIG") or file.exists():
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
    tree["strategies"] = {f"NAME.{key}": None for key in asdict(NO_STRATEGY)}
    tree["providers"] = {f"NAME.{key}": None for key in asdict(ProviderPolicy())}
    return ("home", *(f"{section}.{key}" for section, keys in tree.items() for key in keys))
