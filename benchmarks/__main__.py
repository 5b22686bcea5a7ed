"""`make bench`: measure, print, and write docs/benchmarks.md.

PostgreSQL is measured where QUORATE_TEST_DATABASE_URL names a server whose user may create databases.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from benchmarks import (
    arena,
    books,
    fleet,
    gateway,
    halting,
    hub,
    journal,
    law,
    models,
    money,
    pages,
    replay,
    results,
    risk,
    routing,
    scale,
    scoring,
)
from benchmarks.instant_model import instant_model
from benchmarks.measure import Figure, machine
from quorate.config import load_settings

PAGE = Path("docs/benchmarks.md")
SERVER = os.environ.get(
    "QUORATE_TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres"
)
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"


def main() -> int:
    """Measure everything, or the `--only` named; 1 when a bar was not reached."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only", choices=PARTS, action="append", help="this part alone, the page left as it is"
    )
    only = parser.parse_args().only
    measured = []
    for part in only or PARTS:
        for figure in PARTS[part]():
            mark = "reached" if figure.reached else "NOT reached"
            print(f"{figure.what}: {figure.figure} ({figure.bar}: {mark})", flush=True)
            measured.append(figure)
    if not only:
        _write(measured)
    return 0 if all(figure.reached for figure in measured) else 1


def _fleet() -> Iterator[Figure]:
    with _home():
        yield from fleet.figures(load_settings())


def _journal() -> Iterator[Figure]:
    with _home():
        yield from journal.figures(load_settings(), "SQLite (synchronous=FULL)", alone_ms=4)
        yield journal.verification(load_settings())


def _runs() -> Iterator[Figure]:
    with _home():
        yield from asyncio.run(_collected())
    yield arena.start()


def _trading() -> Iterator[Figure]:
    with _home():
        yield from money.figures(load_settings(), "SQLite", five_ms=3)
        yield from risk.figures(load_settings(), "SQLite")
        yield from books.figures(load_settings(), "SQLite")
        yield from halting.figures(load_settings(), "SQLite")


def _law() -> Iterator[Figure]:
    with _home():
        yield from law.figures(load_settings())


def _replay() -> Iterator[Figure]:
    with _home():
        yield from asyncio.run(_replayed())


def _models() -> Iterator[Figure]:
    with _home(), instant_model() as url, models.ample(url):
        yield from asyncio.run(models.run_figures(load_settings()))
        yield from asyncio.run(models.task_figures(load_settings(), "SQLite"))


def _hub() -> Iterator[Figure]:
    with _home():
        yield from hub.figures(load_settings())


def _pages() -> Iterator[Figure]:
    """Measure over the home that QUORATE_BENCH_HOME names, filled where it is not yet; else over one of its own."""
    kept = os.environ.get("QUORATE_BENCH_HOME", "")
    with _home(kept):
        yield from pages.figures(load_settings())


def _results() -> Iterator[Figure]:
    with _home():
        yield from results.figures(load_settings())


def _scoring() -> Iterator[Figure]:
    with _home():
        yield from scoring.figures(load_settings())


def _gateway() -> Iterator[Figure]:
    yield from asyncio.run(gateway.figures())


def _on_postgres() -> Iterator[Figure]:
    try:
        with _postgres() as url, _home(QUORATE_DATABASE_URL=url):
            yield from journal.figures(load_settings(), "PostgreSQL", alone_ms=8)
        with _postgres() as url, _home(QUORATE_DATABASE_URL=url):
            yield from scale.figures(load_settings())
    except ConnectionError as error:
        print(f"PostgreSQL is left out: {error}")


PARTS: Final[Mapping[str, Callable[[], Iterator[Figure]]]] = {
    "fleet": _fleet,
    "journal": _journal,
    "runs": _runs,
    "trading": _trading,
    "law": _law,
    "replay": _replay,
    "models": _models,
    "hub": _hub,
    "pages": _pages,
    "results": _results,
    "scoring": _scoring,
    "routing": routing.figures,
    "gateway": _gateway,
    "postgres": _on_postgres,
}
"""Each in a home of its own, in the page's order."""


async def _collected() -> list[Figure]:
    return [figure async for figure in arena.figures(load_settings())]


async def _replayed() -> list[Figure]:
    return [figure async for figure in replay.figures(load_settings(), "SQLite")]


@contextmanager
def _home(kept: str = "", **variables: str) -> Iterator[None]:
    """Have settings read an empty home, gone afterwards, or the one at `kept`, which stays."""
    with tempfile.TemporaryDirectory(prefix="quorate-bench-", dir=Path.cwd()) as made:
        folder = kept or made
        os.environ.update(QUORATE_HOME=folder, **variables)
        try:
            yield
        finally:
            for name in ("QUORATE_HOME", *variables):
                del os.environ[name]


@contextmanager
def _postgres() -> Iterator[str]:
    """Yield the URL of a new database, dropped afterwards."""
    try:
        import psycopg  # noqa: PLC0415  (an extra)

        server = psycopg.connect(SERVER, autocommit=True, connect_timeout=3)
    except (ImportError, OSError, psycopg.OperationalError) as error:
        raise ConnectionError(error) from error
    name = f"quorate_bench_{secrets.token_hex(4)}"
    server.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urlsplit(SERVER)._replace(path=f"/{name}").geturl()
    finally:
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        server.close()


def _write(measured: Sequence[Figure]) -> None:
    rows = [
        f"| {f.what} | {f.figure} | {f.bar} | {'yes' if f.reached else '**no**'} |"
        for f in measured
    ]
    today = datetime.now(UTC).date()
    table = [
        BEGIN,
        "",
        f"Measured {today} on {machine()}.",
        "",
        "| What | Figure | Bar | Reached |",
        "|---|---|---|---|",
        *rows,
        "",
        END,
    ]
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    PAGE.write_text(before + "\n".join(table) + rest.partition(END)[2])


if __name__ == "__main__":
    sys.exit(main())
