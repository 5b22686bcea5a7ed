"""Results in the database: those of verified runs alone, newest of each symbol first, and refolded alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from quorate.adapters.sql.results import (
    RESULTS,
    history_of_results,
    newest_result_seq,
    newest_results,
    results_after,
    start_of_last,
)
from quorate.kernel.errors import ConflictError
from quorate.kernel.ids import Symbol, Tenant
from quorate.results.record import results_of
from tests.fakes.clock import NOON
from tests.integration.conftest import ALL_KINDS
from tests.integration.result_facts import result_events

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module", params=ALL_KINDS)
def kind(request):
    return request.param


def read(store, reader, **wanted):
    return store.database.read_now(partial(reader, tenant=store.tenant, **wanted))


def ids(results):
    return [each.result_id for each in results]


async def test_a_result_is_read_back_as_the_journal_tells_it(store):
    await store.add(*result_events(1, degraded=True, hiddenHandWarning="an upthrust"))
    found = read(store, results_after, after=0, most=9)
    assert tuple(found) == results_of(store.rows()[-1])
    assert ids(found) == ["res_1AAPL", "res_1IBM"]
    assert found[0].degraded_inference
    assert store.verified(projections=True).ok


async def test_a_run_that_did_not_pass_its_checks_has_no_results(store):
    requested, completed = result_events(1)
    await store.add(requested, replace(completed, type="run.failed"))
    assert store.table(RESULTS) == []
    assert newest_result_seq_of(store) == 0


async def test_a_run_ends_once_so_its_results_are_never_doubled(store):
    await store.add(*result_events(1))
    with pytest.raises(ConflictError):
        await store.add(result_events(1)[1])
    assert len(store.table(RESULTS)) == 2


async def test_the_newest_of_a_symbol_is_the_one_analysed_last_not_the_one_written_last(store):
    late = NOON + timedelta(hours=1)
    await store.add(*result_events(1, ["AAPL"], analyzed=late))
    await store.add(*result_events(2, ["AAPL", "IBM"], analyzed=NOON))
    assert ids(read(store, newest_results)) == ["res_1AAPL", "res_2IBM"]
    assert ids(read(store, newest_results, symbol=Symbol("IBM"))) == ["res_2IBM"]


async def test_results_are_read_on_from_a_number_and_back_from_one(store):
    for number in range(1, 4):
        await store.add(*result_events(number, ["AAPL", "IBM"]))
    first = read(store, results_after, after=0, most=2)
    rest = read(store, results_after, after=first[-1].result_seq, most=9)
    assert ids(rest) == ["res_2AAPL", "res_2IBM", "res_3AAPL", "res_3IBM"]
    history = read(store, history_of_results, below=rest[0].result_seq, most=9)
    assert ids(history) == ["res_1IBM", "res_1AAPL"]
    assert read(store, start_of_last, most=4) == first[-1].result_seq
    assert read(store, start_of_last, most=99) == 0


async def test_a_tenant_sees_no_other_tenants_results(store):
    await store.add(*result_events(1))
    other = store.of(Tenant("somebody-else"))
    assert read(other, results_after, after=0, most=9) == []
    assert read(other, newest_results) == []
    assert newest_result_seq_of(other) == 0


def newest_result_seq_of(store):
    return read(store, newest_result_seq)
