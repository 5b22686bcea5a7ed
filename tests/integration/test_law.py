"""The law of a home: every run has a verdict that verifies offline, waivers count to the moment, keys rotate."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from quorate.arbiter.constitution import Delta, WaiverWish
from quorate.arbiter.constitution.listing import VerdictFilter, VerdictKind
from quorate.arena.record import decision_hash
from quorate.audit.listing import EventFilter
from quorate.bootstrap.law import HomeCourt, Standing
from quorate.kernel.canonical import canonical_json
from quorate.kernel.errors import RejectedError
from quorate.kernel.money import Usd
from tests.fakes.courts import ACCOUNT, SPEC, TASK
from tests.integration.homes import REQUEST, open_once, opened_home
from tests.integration.test_opening import home, seeded

__all__ = ["home", "seeded"]

pytestmark = pytest.mark.integration

PAGE = Path(__file__).parents[2] / "docs" / "concepts" / "verdicts.md"
DEAR = replace(ACCOUNT, cost=Usd(Decimal("0.06")))


def wish(app, **changes):
    return WaiverWish(
        **{
            "title": "a dear run",
            "reason": "the models cost more today",
            "gates": ("budget_adherence.usd",),
            "approved_by": "anna",
            "expires_at": app.clock.now() + timedelta(days=1),
            "delta": Delta(usd=Decimal("0.05")),
            **changes,
        }
    )


@pytest.fixture
def own(tmp_path_factory, once):
    """Return a home of the test's own, on SQLite: what it looks at does not depend on the database."""
    copy = shutil.copytree(once, tmp_path_factory.mktemp("own") / "home")
    return copy, f"sqlite:///{copy / 'quorate.db'}"


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """Return a home that was opened once."""
    made = tmp_path_factory.mktemp("once")
    asyncio.run(open_once(made, f"sqlite:///{made / 'quorate.db'}"))
    return made


async def test_every_decision_of_a_run_has_a_verdict_that_verifies_and_is_listed(home):
    async with opened_home(*home) as app:
        run = await app.run_arena(REQUEST)
        decisions = [cited.fact for cited in run.decisions]
        assert len(decisions) == 2
        task_id = run.header.fact.task_id
        for name in (*(each.decision_id for each in decisions), run.run_id, task_id):
            shown = await app.law.verdict(name)
            assert (shown.check.ok, shown.check.problems) == (True, ())
            assert (shown.line.task_id, shown.line.passed) == (task_id, True)
            subjects = {each["name"]: each["digest"] for each in shown.check.statement["subject"]}
            assert {
                each.decision_id: {"sha256": decision_hash(each)} for each in decisions
            }.items() <= subjects.items()
        assert (await app.law.verdict(shown.line.verdict_id)).line == shown.line
        assert (await app.verify(projections=True, against=None)).ok
        entries, following = await app.law.trace(shown.trace_id, 200)
        kinds = {entry.type for entry in entries}
        assert {"task.received", "decision.made", "verdict.issued", "run.completed"} <= kinds
        assert {entry.trace_id for entry in entries} == {shown.trace_id}
        assert following is None
        for _ in range(2):
            await app.run_arena(REQUEST)
        await listed_a_page_at_a_time(app)


async def listed_a_page_at_a_time(app):
    first = await app.law.verdicts(VerdictFilter(), 2)
    rest = await app.law.verdicts(VerdictFilter(), 2, first.next_below)
    seqs = [line.seq for line in (*first.items, *rest.items)]
    assert seqs == sorted(seqs, reverse=True)
    assert (len(first.items), len(rest.items), rest.next_below) == (2, 1, None)
    assert (await app.law.verdicts(VerdictFilter(passed=False), 9)).items == []
    assert (await app.law.verdicts(VerdictFilter(kind=VerdictKind.ORDER), 9)).items == []
    with pytest.raises(RejectedError, match="there is no verdict"):
        await app.law.verdict("dec_none")


async def test_a_task_that_is_refused_has_a_signed_verdict_too(own):
    async with opened_home(*own) as app:
        store = app._store
        judgement = HomeCourt(store).before(TASK, replace(SPEC, tools=("broker",)))
        assert not judgement.passed
        await store.journal.commit(lambda _tx: judgement.events)
        shown = await app.law.verdict(TASK.task_id)
        assert (shown.check.ok, shown.line.passed, shown.line.word) == (True, False, "fail")
        assert (await app.law.verdicts(VerdictFilter(passed=False), 9)).items == [shown.line]


async def test_a_waiver_that_another_process_revokes_counts_for_no_further_judgement(home):
    async with opened_home(*home) as app, opened_home(*home) as other:
        court = HomeCourt(app._store)
        assert not court.after(TASK, SPEC, DEAR, ()).passed
        added = await other.law.add_waiver(wish(other))
        judgement = court.after(TASK, SPEC, DEAR, ())
        assert judgement.passed
        assert judgement.events[0].payload["waiversUsed"] == [added.waiver.waiver_id]
        await other.law.revoke_waiver(added.waiver.waiver_id, by="bert", reason="it was a mistake")
        assert not court.after(TASK, SPEC, DEAR, ()).passed


async def test_waivers_are_numbered_kept_and_revoked_once(home):
    async with opened_home(*home) as app:
        first = await app.law.add_waiver(wish(app))
        second = await app.law.add_waiver(wish(app, title="another"))
        assert [first.waiver.waiver_id, second.waiver.waiver_id] == ["WV-0001", "WV-0002"]
        assert [each.waiver_id for each in await app.law.waivers()] == ["WV-0002", "WV-0001"]
        assert (await app.law.waiver("WV-0001")).wish == first.waiver.wish
        taken = await app.law.revoke_waiver("WV-0001", by="bert", reason="it was a mistake")
        again = await app.law.revoke_waiver("WV-0001", by="carl", reason="it was a mistake")
        assert (taken.applied, again.applied, again.waiver.revoked_by) == (True, False, "bert")
        for bad in ({"gates": ("invariants",)}, {"reason": "short"}):
            with pytest.raises(RejectedError):
                await app.law.add_waiver(wish(app, **bad))
        with pytest.raises(RejectedError, match="no waiver"):
            await app.law.revoke_waiver("WV-0009", by="bert", reason="it was a mistake")
        assert len(await app.law.waivers()) == 2
        rows = await app.law.events(EventFilter(type="waiver.*"), 10)
        assert [each.type for each in rows.items] == ["waiver.revoked", *["waiver.added"] * 2]
        assert (await app.verify(projections=True, against=None)).ok


async def test_what_the_old_key_signed_verifies_after_a_rotation(own):
    async with opened_home(*own) as app:
        run = await app.run_arena(REQUEST)
        before = await app.law.verdict(run.run_id)
        rotated = await app.law.rotate_key("anna")
        assert rotated.old_key_id == before.check.key_id
        second = await app.run_arena(REQUEST)
        assert (await app.law.verdict(second.run_id)).check.key_id == rotated.new_key_id
    async with opened_home(*own) as app:
        assert [each.is_own for each in await app.law.keys()] == [True, False]
        assert (await app.law.check(dict(before.envelope))).ok
        assert (await app.law.verdict(run.run_id)).check.ok
        assert (await app.law.verdict(second.run_id)).check.ok
        found = await app.verify(projections=True, against=None)
        assert (found.ok, found.problems) == (True, ())


async def test_a_verdict_that_was_replayed_or_changed_in_the_journal_is_found(own):
    async with opened_home(*own) as app:
        run = await app.run_arena(REQUEST)
        shown = await app.law.verdict(run.run_id)
        (entry,) = (await app.law.events(EventFilter(type="verdict.issued"), 9)).items
        store = app._store
        court = HomeCourt(store)
        (row,) = court.after(TASK, SPEC, ACCOUNT, ()).events
        facts = {**row.payload, "envelope": dict(shown.envelope)}
        await store.journal.commit(lambda _tx: [replace(row, payload=facts)])
        found = await app.verify(projections=False, against=None)
        assert not found.ok
        assert found.first_bad > entry.seq
        assert any("says otherwise than what was signed" in each for each in found.problems)
        assert not (await app.law.verdict(TASK.task_id)).check.ok


async def test_a_verdict_of_another_home_is_refused_and_the_pages_script_proves_it(own, tmp_path):
    (script,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert "quorate" not in script
    assert len([line for line in script.splitlines() if line]) <= 10
    async with opened_home(*own) as app:
        run = await app.run_arena(REQUEST)
        ours = await app.law.verdict(run.decisions[0].fact.decision_id)
        key = (await app.law.keys())[0].public_key
    other, public = tmp_path / "other", bytes.fromhex(key)
    other.mkdir()
    async with opened_home(other, f"sqlite:///{other / 'quorate.db'}") as app:
        assert not (await app.law.check(dict(ours.envelope))).ok
        assert (await app.law.check({"envelope": dict(ours.envelope)}, public)).ok
        assert not (await app.law.check({"not": "an envelope"}, public)).ok
    program, export = tmp_path / "verify_verdict.py", tmp_path / "verdict.json"
    program.write_text(script)
    tree = json.loads(canonical_json(ours.as_json()))

    def verified():
        export.write_text(json.dumps(tree))
        words = [sys.executable, str(program), str(export), key]
        return subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603

    done = verified()
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["predicate"]["taskId"] == run.header.fact.task_id
    tree["envelope"]["payload"] = tree["envelope"]["payload"].replace("e", "f", 1)
    assert verified().returncode != 0


async def test_a_home_whose_rows_hold_is_proven_and_a_verdict_compared_with_what_is_stored(own):
    async with opened_home(*own) as app:
        run = await app.run_arena(REQUEST)
        shown = await app.law.verdict(run.run_id)
        compared = await app.law.compared(shown)
        assert [each.what for each in compared] == ["decision", "decision", "snapshot"]
        assert {each.standing for each in compared} == {Standing.AGREES}
        assert app.law.proving.last is None
        proof = await app.law.proving.prove(projections=True)
        assert (proof.found.ok, proof.around, app.law.proving.last) == (True, [], proof)
        assert (await app.law.event(1)).holds
        with pytest.raises(RejectedError, match="there is no row"):
            await app.law.event(10**6)
    with sqlite3.connect(own[0] / "quorate.db") as database:
        ((seq,),) = database.execute(
            "SELECT MAX(seq) FROM journal WHERE type = 'decision.made'"
        ).fetchall()
        database.execute(
            "UPDATE journal SET payload = replace(payload, '\"escalated\":false', '\"escalated\":true')"
            " WHERE seq = ?",
            (seq,),
        )
    async with opened_home(*own) as app:
        shown = await app.law.verdict(run.run_id)
        standings = {each.standing for each in await app.law.compared(shown)}
        assert standings == {Standing.AGREES, Standing.DIFFERS}
        proof = await app.law.proving.prove()
        assert (proof.found.first_bad, proof.is_rewritten) == (seq, True)
        assert [(each.entry.seq, each.holds) for each in proof.around] == [
            (seq - 1, True),
            (seq, False),
            (seq + 1, True),
        ]
