"""The audit as a person meets it: verify, an order and its proven verdict, a waiver, a journal that was touched."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import expect

from quorate.bootstrap import open_app
from tests.browser.barriers import barriers, barriers_on
from tests.browser.hub import serving, visiting
from tests.fakes.homes import settings_of
from tests.integration.hub.test_orders import TERMS

AUDIT = "/admin/audit"


async def made(home):
    """Replay a month; return a trace, a verdict on a task, and one on an order."""
    async with open_app(settings_of(home)) as app:
        await app.trading.replay(TERMS)


@pytest.fixture(scope="module")
def replayed(tmp_path_factory):
    home = tmp_path_factory.mktemp("audit") / "home"
    home.mkdir()
    with ThreadPoolExecutor(1) as aside:  # this thread's event loop is the browser's
        aside.submit(lambda: asyncio.run(made(home))).result()
    return home


@pytest.fixture(scope="module")
def touched(replayed, tmp_path_factory):
    """Return a copy of the home in which somebody changed a decision behind our back, and its row."""
    copy = shutil.copytree(replayed, tmp_path_factory.mktemp("touched") / "home")
    with sqlite3.connect(copy / "quorate.db") as database:
        ((seq,),) = database.execute(
            "SELECT MIN(seq) FROM journal WHERE type = 'decision.made'"
        ).fetchall()
        database.execute(
            "UPDATE journal SET payload = replace(payload, 'NO_TRADE', 'BUY') WHERE seq = ?", (seq,)
        )
    return copy, seq


@pytest.fixture(scope="module")
def audited(replayed):
    with serving(replayed) as hub:
        yield hub


@pytest.fixture(scope="module")
def paths(audited):
    """Return every kind of page of the audit."""
    with sqlite3.connect(audited.home / "quorate.db") as database:
        newest = "SELECT verdict_id, trace_id, seq FROM verdicts ORDER BY seq DESC LIMIT 1"
        verdict, trace, seq = database.execute(newest).fetchone()
        (order,) = database.execute("SELECT MAX(verdict_id) FROM risk_verdicts").fetchone()
    return (
        AUDIT,
        f"{AUDIT}?type=vote.*",
        f"{AUDIT}?type=nothing",
        f"{AUDIT}?tab=traces",
        f"{AUDIT}?tab=verdicts",
        f"{AUDIT}?tab=verdicts&outcome=failed&kind=task",
        f"{AUDIT}?tab=waivers",
        f"{AUDIT}/waivers/new",
        f"{AUDIT}/events/{seq}",
        f"{AUDIT}/traces/{trace}",
        f"{AUDIT}/verdicts/{verdict}",
        f"{AUDIT}/verdicts/{order}?verify=yes",
    )


def test_no_page_of_the_audit_has_a_barrier(browser, audited, paths):
    with visiting(browser, audited) as visit:
        assert barriers_on(visit, paths, held=True) == {}
        assert not visit.complaints


def test_from_an_order_to_its_verdict_compared_with_what_is_stored(browser, audited):
    with visiting(browser, audited) as visit:
        page = visit.open("/admin/orders")
        page.get_by_role("link", name="Verdict on a1-").last.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Verdict on the")
        page.get_by_role("link", name="Verify").click()
        expect(page.get_by_text("Signature holds.")).to_be_visible()
        expect(page.get_by_text("agrees", exact=True).first).to_be_visible()
        page.get_by_role("link", name="journal:").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("risk.judged")
        assert not visit.complaints


def test_the_journal_is_verified_at_a_word(browser, audited):
    with visiting(browser, audited) as visit:
        page = visit.open("/admin")
        menu = page.get_by_role("navigation", name="AdminHub")
        menu.get_by_role("link", name="Audit").click()
        page.get_by_role("button", name="Verify").click()
        expect(page.get_by_text("Intact")).to_be_visible()
        assert not visit.complaints


def test_a_waiver_is_revoked_only_after_it_was_asked(browser, audited):
    with visiting(browser, audited) as visit:
        page = visit.open(f"{AUDIT}/waivers/new")
        page.get_by_label("Title").fill("a dear week")
        page.get_by_label("Reason").fill("the models cost more")
        page.get_by_label("US dollars spent").check()
        page.get_by_label("US dollars", exact=True).fill("0.50")
        page.get_by_label("I approve").check()
        page.get_by_role("button", name="Add the waiver").click()
        page.get_by_role("button", name="Revoke WV-0001").click()
        dialog = page.get_by_role("dialog", name="Revoke WV-0001")
        expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
        dialog.get_by_label("Reason").fill("it was a mistake")
        dialog.get_by_role("button", name="Revoke the waiver").click()
        expect(page.get_by_text("revoked", exact=True)).to_be_visible()
        assert not visit.complaints


def test_a_journal_that_was_touched_is_told_with_its_first_bad_row(browser, touched):
    home, seq = touched
    with serving(home) as hub, visiting(browser, hub, width=390) as visit:
        page = visit.open(AUDIT)
        page.get_by_role("button", name="Verify").click()
        alert = page.get_by_role("alert").filter(has_text="does not hold")
        expect(alert).to_contain_text(f"at row {seq}")
        expect(page.get_by_role("row", name=str(seq)).first).to_contain_text("stored")
        assert barriers(page) == []
        assert not visit.complaints
