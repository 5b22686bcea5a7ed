"""Databases of both kinds, migrated once, each test on a tenant or a file of its own."""

from __future__ import annotations

import itertools
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from quorate.adapters.sql.database import Database, DatabasePolicy
from quorate.adapters.sql.migration import migrate
from quorate.adapters.sql.projections import metadata
from quorate.kernel.ids import Tenant
from tests.integration.stores import Ground, OpenStore

_TENANTS = (Tenant(f"tenant-{number}") for number in itertools.count())

BOTH = ("sqlite", "postgres")
ALL_KINDS = (*BOTH, pytest.param("one-by-one", id="postgres-one-by-one"))
"""Also PostgreSQL as it is written to after a contended batch: each use case in its savepoint."""


def migrated(url: str) -> str:
    """Bring the database at `url` to the newest schema and return `url`."""
    database = Database(DatabasePolicy(url=url))
    try:
        migrate(database)
    finally:
        database.close()
    return url


@contextmanager
def made_database(server_url: str) -> Iterator[str]:
    """Yield the URL of a new PostgreSQL database, dropped afterwards; each costs the server a checkpoint."""
    import psycopg  # noqa: PLC0415  (the extra may be absent)

    name = f"quorate_test_{secrets.token_hex(6)}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        try:
            yield urlsplit(server_url)._replace(path=f"/{name}").geturl()
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def emptied(url: str) -> str:
    """Take everything out of the PostgreSQL database at `url` and return `url`."""
    import psycopg  # noqa: PLC0415  (the extra may be absent)

    with psycopg.connect(url, autocommit=True) as server:
        server.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return url


def cleared(url: str) -> str:
    """Take every row out of the migrated PostgreSQL database at `url`; tables made anew take 20 times as long."""
    import psycopg  # noqa: PLC0415  (the extra may be absent)

    with psycopg.connect(url, autocommit=True) as server:
        server.execute("; ".join(f'DELETE FROM "{table}"' for table in metadata.tables))  # noqa: S608  (our own tables)
    return url


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("migrated") / "quorate.db"
    migrated(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str) -> str:
    return migrated(postgres_url)


@pytest.fixture(scope="session")
def scratch_postgres(postgres_url: str) -> Iterator[str]:
    """Return a second database, for tests that take turns to have one for themselves alone."""
    with made_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="session")
def spare_postgres(postgres_url: str) -> Iterator[str]:
    """Return a third database, migrated, for tests that take turns to have its tables for themselves alone."""
    with made_database(postgres_url) as url:
        yield migrated(url)


@pytest.fixture
def empty_postgres(scratch_postgres: str) -> str:
    return emptied(scratch_postgres)


@pytest.fixture
def sqlite_ground(migrated_file: Path, tmp_path: Path) -> Ground:
    return _ground_on_file(migrated_file, tmp_path)


@pytest.fixture
def postgres_ground(migrated_postgres: str, tmp_path: Path) -> Ground:
    return Ground(url=migrated_postgres, tenant=next(_TENANTS), folder=tmp_path)


@pytest.fixture(scope="module", params=BOTH)
def kind(request: pytest.FixtureRequest) -> str:
    """Return what a store is on; a module about guards takes `ALL_KINDS` instead."""
    return str(request.param)


def _ground_of(kind: str, request: pytest.FixtureRequest, folder: Path) -> Ground:
    if kind == "sqlite":
        return _ground_on_file(request.getfixturevalue("migrated_file"), folder)
    url = request.getfixturevalue("migrated_postgres")
    return Ground(url=url, tenant=next(_TENANTS), folder=folder, one_by_one=kind == "one-by-one")


def _ground_on_file(template: Path, folder: Path) -> Ground:
    file = shutil.copy(template, folder / "quorate.db")
    return Ground(url=f"sqlite:///{file}", tenant=next(_TENANTS), folder=folder)


@pytest.fixture
def ground(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Ground:
    """Return where this test may open stores of its own."""
    return _ground_of(kind, request, tmp_path)


@pytest.fixture(scope="module")
def standing_store(
    kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OpenStore]:
    with _ground_of(kind, request, tmp_path_factory.mktemp(kind)).opened() as opened:
        yield opened


@pytest.fixture
def store(standing_store: OpenStore) -> OpenStore:
    """Return the module's open store as a tenant sees it that has nothing yet."""
    return standing_store.of(next(_TENANTS))


@pytest.fixture
def other_tenant() -> Tenant:
    return next(_TENANTS)


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of a database that nothing was ever written to."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    return str(request.getfixturevalue("empty_postgres"))


@pytest.fixture(params=BOTH)
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of a database at the newest schema with nothing in it: what is tested is no migration."""
    if request.param == "sqlite":
        file = shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "migrated.db")
        return f"sqlite:///{file}"
    return cleared(request.getfixturevalue("spare_postgres"))


@pytest.fixture
def count_rows() -> Callable[[str, Tenant], int]:
    """Return how to ask a database, over a connection of its own, how many rows a tenant's chain has."""

    def count(url: str, tenant: Tenant) -> int:
        database = Database(DatabasePolicy(url=url))
        try:
            query = "SELECT count(*) FROM journal WHERE tenant = '{}'"
            return int(
                database.read_now(
                    lambda connection: connection.exec_driver_sql(query.format(tenant)).scalar_one()
                )
            )
        finally:
            database.close()

    return count
