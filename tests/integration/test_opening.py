"""Opening a home: seeded once, whoever comes first, and what a dead process left is finished."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest

from quorate.access import Scope
from quorate.adapters.clock.system import SystemClock
from quorate.adapters.sql.database import Database, DatabasePolicy
from quorate.adapters.sql.projections import STATE_TABLES, metadata
from quorate.agents.defaults import DEFAULT_PROFILES
from quorate.arena.competition.contest import CompetitionRequest
from quorate.arena.record import RunFilter
from quorate.bootstrap.trading import ReplayTerms
from quorate.cycle.strategies.backtest import BacktestRequest
from quorate.kernel.ids import ProfileName, Symbol
from quorate.llm.budget import Limit
from quorate.llm.catalogue import StatedPrice, model_id
from tests.fakes.alerts import alert
from tests.fakes.money import charge, wanted
from tests.fakes.other_arenas import YUAN, shanghai, write_arena
from tests.integration.children import dies_running, ended, opens
from tests.integration.conftest import cleared
from tests.integration.homes import REQUEST, open_once, opened_home
from tests.integration.stores import Ground, OpenStore

pytestmark = pytest.mark.integration

TABLES = tuple(metadata.tables)

ONE_COMMIT = [
    "batch_taken",
    "chain_taken",
    "savepoint_opened",
    "savepoint_released",
    "use_cases_decided",
    "rows_inserted",
    "checkpoint_inserted",
    "before_commit",
    "after_commit",
    "checkpoint_copied",
    "callers_not_yet_woken",
]
"""The failpoints of a use case that gives rows, and of the checkpoint that is due with it."""


OF_MODELS = {"kept_answers", "tool_calls", "budget_warnings"}
"""What only answers of models fill; tests/integration has a module on each."""

TRADED = ReplayTerms(
    first=date(2012, 3, 1), last=date(2012, 6, 29), symbols=(Symbol("AAPL"), Symbol("MSFT"))
)
"""Sessions in which entries fill, stops are hit, locks are set and votes come due."""

OF_WORK = {"fetched_series", "usage_counters"}
"""What only a broker's market data fills; tests/integration has a module on each."""

OF_TROUBLE = {"cycle_skips", "trading_states"}
"""What only two cycles at once fill, and a halt; tests/integration has a module on each."""

OF_PEOPLE = {"waivers", "agent_standings", "control_switches", "task_overrides"}
"""What only a person's word fills; tests/integration has a module on each."""

OF_WORKERS = {"workers", "worker_tasks"}
"""What only workers elsewhere fill; tests/integration has a module on each."""

PRICE = StatedPrice(prompt=Decimal("0.1"), completion=Decimal("0.2"))
CONTEST = CompetitionRequest(
    name="two sessions",
    symbols=(Symbol("AAPL"),),
    profiles=(ProfileName("trend"), ProfileName("momentum")),
    first=REQUEST.as_of - timedelta(days=1),
    last=REQUEST.as_of,
)


def news_file(home):
    """Write a file with one item of news."""
    path = home / "news.jsonl"
    item = {"published_at": "2012-06-29T14:30:00Z", "headline": "A quiet day", "symbols": ["AAPL"]}
    path.write_text(json.dumps(item) + "\n")
    return path


class LaterClock(SystemClock):
    """The machine's clock, so many seconds on."""

    def __init__(self, seconds: float) -> None:
        self._ahead = timedelta(seconds=seconds)

    def now(self):
        return super().now() + self._ahead


@pytest.fixture(scope="module")
def seeded(kind, request, tmp_path_factory):
    """Return a home that was opened once, and the URL of its database; on PostgreSQL its rows are kept aside."""
    home = tmp_path_factory.mktemp("seeded")
    if kind == "sqlite":
        url = f"sqlite:///{home / 'quorate.db'}"
        asyncio.run(open_once(home, url))
        yield home, url
        return
    url = cleared(request.getfixturevalue("spare_postgres"))
    asyncio.run(open_once(home, url))
    carry_out(url, "CREATE SCHEMA kept", *(f"CREATE TABLE kept.{t} AS TABLE {t}" for t in TABLES))
    yield home, url
    carry_out(url, "DROP SCHEMA kept CASCADE")


@pytest.fixture
def home(seeded, tmp_path):
    """Return a home of the test's own that was opened once before."""
    template, url = seeded
    copy = shutil.copytree(template, tmp_path / "home")
    if url.startswith("sqlite"):
        return copy, f"sqlite:///{copy / 'quorate.db'}"
    cleared(url)
    carry_out(url, *(f"INSERT INTO {t} SELECT * FROM kept.{t}" for t in TABLES))  # noqa: S608  (our own tables)
    return copy, url


def carry_out(url, *statements):
    database = Database(DatabasePolicy(url=url))

    def each(connection):
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.commit()

    database.read_now(each)
    database.close()


def store_of(app) -> OpenStore:
    """Return what stands behind the application, as the tests look at it."""
    inner = app._store
    return OpenStore(
        tenant=inner.tenant,
        database=inner.database,
        writer=inner.writer,
        notary=inner.notary,
        clock=inner.clock,
    )


async def listed_rows(app):
    return [line.row for line in (await app.list_runs(RunFilter(), 9, None)).items]


async def test_a_home_is_seeded_with_key_book_profiles_and_bars(home):
    async with opened_home(*home) as app:
        seeds = Counter(row.type for row in store_of(app).rows())
        assert seeds == {
            "key.registered": 1,
            "book.opened": 1,
            "profile.registered": len(DEFAULT_PROFILES),
            "series.imported": 5,
        }
        assert app.started == ()
        assert {line.symbol for line in await app.series_listing()} == {
            *("AAPL", "FB", "GOOG", "IBM", "MSFT")
        }


async def test_opening_again_writes_nothing(home):
    async with opened_home(*home) as app:
        before = store_of(app).rows()
    for _ in range(2):
        async with opened_home(*home) as app:
            assert store_of(app).rows() == before
            found = await app.verify(projections=True, against=None)
            assert (found.ok, found.problems, found.checkpoint) == (True, (), len(before))


async def test_what_a_person_changed_is_not_seeded_over(home):
    async with opened_home(*home) as app:
        await app.set_profile_enabled(ProfileName("wyckoff"), False)
    async with opened_home(*home) as app:
        (wyckoff,) = [each for each in await app.profiles() if each.name == "wyckoff"]
        assert not wyckoff.enabled


def test_four_processes_may_open_a_home_first(empty_url, tmp_path):
    home = tmp_path / "fresh"
    home.mkdir()
    assert ended(opens, [(home, empty_url)] * 4) == [0] * 4
    with Ground(url=empty_url, tenant="local", folder=tmp_path).opened() as store:
        kinds = Counter(row.type for row in store.rows())
        assert kinds["book.opened"] == kinds["key.registered"] == 1
        assert kinds["profile.registered"] == len(DEFAULT_PROFILES)
        assert kinds["series.imported"] == 5
        assert [row.seq for row in store.rows()] == list(range(1, kinds.total() + 1))


async def test_a_configuration_is_recorded_once_under_its_hash(home):
    for variables in ({}, {}, {"ARENA__QUORUM": "3"}, {}):
        async with opened_home(*home, **variables) as app:
            await app.run_arena(REQUEST)
            await app.run_arena(REQUEST)
            rows = store_of(app).rows()
    recorded = [row.facts["configHash"] for row in rows if row.type == "config.recorded"]
    used = [row.facts["configHash"] for row in rows if row.type == "run.requested"]
    assert len(recorded) == 2
    assert list(dict.fromkeys(used)) == recorded
    assert [used.count(each) for each in recorded] == [6, 2]


async def test_after_real_runs_the_tables_are_what_the_journal_says(home):
    async with opened_home(*home) as app:
        await app.run_arena(REQUEST)
        await app.set_profile_enabled(ProfileName("wyckoff"), False)
        await app.run_arena(REQUEST)
        await app.set_profile_enabled(ProfileName("wyckoff"), True)
        await app.money.set_budget(Limit.DAY, Decimal(2))
        await app.prompts.add("judge", "Your seat: judge. Be slow.")
        await app.news.import_news(news_file(home[0]))
        await app.competitions.traders.add({"name": "duo", "profiles": ["trend", "momentum"]})
        await app.arenas.import_folder(write_arena(home[0] / "others", *shanghai()), YUAN, "test")
        await app.competitions.play(
            (await app.competitions.create(CONTEST, "the test")).competition_id
        )
        paid = await app.money.purse.reserve(wanted())
        await app.money.purse.settle(paid, charge())
        await app.money.set_price(model_id("ollama/llama3.3"), PRICE)
        _secret, session = await app.sign_in(await app.issue_sign_in())
        await app.sign_out(session.id)
        _secret, token = await app.create_token("a program", [Scope.READ], timedelta(days=1))
        await app.revoke_token(token.token_id)
        await app.strategy_desk.switch("default", enabled=True, by="the test")
        day = BacktestRequest(strategy="default", first=REQUEST.as_of, last=REQUEST.as_of)
        await app.strategy_desk.backtests.run(day, "the test")
        await app.alerts.watch.told([alert()])
        await app.trading.replay(TRADED)
        await app.trading.start(3600.0)
        found = await app.verify(projections=True, against=None)
        assert (found.ok, found.problems) == (True, ())
        store = store_of(app)
        assert {
            table.name for table in STATE_TABLES if not store.table(table)
        } == OF_MODELS | OF_WORK | OF_TROUBLE | OF_PEOPLE | OF_WORKERS


async def test_a_run_that_a_dead_process_left_is_finished_once_its_lease_ran_out(home):
    path, url = home
    (code,) = ended(dies_running, [(path, url, "after_commit", 3)])
    assert code == -signal.SIGKILL
    async with opened_home(path, url) as app:
        assert app.started == (), "its holder may still live"
        (left,) = await listed_rows(app)
        assert left.status == "running"
    async with opened_home(path, url, clock=LaterClock(46)) as app:
        (said,) = app.started
        assert said.startswith(f"{left.run_id}, left ")
        assert said.endswith("is COMPLETED now")
        assert (await app.recorded_run(left.run_id)).as_json()["status"] == "completed"
        found = await app.verify(projections=True, against=None)
        assert (found.ok, found.problems) == (True, ())
        tokens = [r.facts["token"] for r in store_of(app).rows() if r.type == "lease.acquired"]
        assert tokens == [1, 2]
    async with opened_home(path, url, clock=LaterClock(120)) as app:
        assert app.started == ()


async def test_a_finished_run_decides_what_an_unbroken_one_decides(home):
    path, url = home
    ended(dies_running, [(path, url, "after_commit", 4)])
    async with opened_home(path, url, clock=LaterClock(46)) as app:
        (finished,) = await listed_rows(app)
        unbroken = await app.run_arena(REQUEST)
        again = await app.recorded_run(finished.run_id)
        assert [made.fact.action for made in again.decisions] == [
            made.fact.action for made in unbroken.decisions
        ]
        assert again.header.fact.as_of == unbroken.header.fact.as_of


async def test_of_several_that_open_at_once_one_finishes_the_run(home):
    path, url = home
    ended(dies_running, [(path, url, "after_commit", 3)])
    async with (
        opened_home(path, url, clock=LaterClock(46)) as one,
        opened_home(path, url, clock=LaterClock(46)) as other,
    ):
        assert len(one.started) + len(other.started) == 1
        kinds = Counter(row.type for row in store_of(one).rows())
        assert (kinds["task.adopted"], kinds["run.completed"]) == (1, 1)


async def test_the_failpoints_of_a_commit_stand_in_this_order(home):
    passed: list[str] = []
    async with opened_home(*home, failpoint=passed.append, JOURNAL__CHECKPOINT_ROWS="1") as app:
        passed.clear()
        await app.set_profile_enabled(ProfileName("wyckoff"), False)
        assert passed == ONE_COMMIT
        await app.set_profile_enabled(ProfileName("wyckoff"), True)
        assert passed == ONE_COMMIT * 2
