"""Cycles and alerts over the API and on pages: both readings, where a book stands, and what somebody has to see."""

from __future__ import annotations

import json
from datetime import date

import pytest
import pytest_asyncio

from quorate.access import Scope
from quorate.arena.request import RunRequest
from quorate.bootstrap import open_app
from quorate.cycle.watch import Alert, Severity
from quorate.kernel.ids import Symbol
from quorate.kernel.journal import Event
from quorate.kernel.step_message import KEYS, StepName
from tests.fakes.cycles import BOOK, Walk
from tests.fakes.homes import settings_of
from tests.integration.hub.served import serving_app

pytestmark = pytest.mark.asyncio(loop_scope="module")

VIOLATION = "the entry of AAPL (dec_1) was executed without an approval"


async def seeded(app):
    """Fill a home with a run and four cycles of one book: clean, failed, violated, and one that goes on."""
    day = date(2012, 6, 29)
    run = await app.run_arena(RunRequest(symbols=(Symbol("AAPL"), Symbol("IBM")), as_of=day))
    journal = app._store.journal
    payload = {"name": BOOK, "mode": "REPLAY", "cash": "100000"}
    opened = Event(stream=f"book:{BOOK}", type="book.opened", payload=payload, book=BOOK)
    await journal.commit(lambda _tx: [opened])
    await Walk(journal, number=1, run_id=run.run_id).whole()
    await Walk(journal, number=2).whole(until=StepName.EXECUTION, error="no <b>answer</b>")
    await Walk(journal, number=3).whole(violations=(VIOLATION,))
    last = Walk(journal, number=4)
    await last.whole(until=StepName.BACKTESTING)
    await app.alerts.watch.told(
        [
            told("audit_violation", Severity.ERROR, VIOLATION),
            told("order_refused", Severity.WARNING, "key sk-abcdef123456 <script>"),
            told("reconciled", Severity.INFO, "the books agree"),
        ]
    )


def told(kind, severity, text):
    cycle_id = Walk(None, number=3).facts.cycle_id
    return Alert(kind=kind, severity=severity, text=text, book=BOOK, cycle_id=cycle_id)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory):
    async with open_app(settings_of(tmp_path_factory.mktemp("cycles"))) as app:
        await seeded(app)
        async with serving_app(app) as served:
            yield served


@pytest_asyncio.fixture(loop_scope="module")
async def browser(hub):
    return await hub.browser()


async def got(browser, path, status=200):
    answer = await browser.get(f"/api/admin{path}")
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_the_cycles_of_the_newest_book_come_newest_first(browser):
    told = await got(browser, "/cycles")
    assert told["book"] == BOOK
    assert [(each["number"], each["auditPassed"], each["failed"]) for each in told["items"]] == [
        (4, None, False),
        (3, False, False),
        (2, True, True),
        (1, True, False),
    ]
    first = told["items"][-1]
    assert first["runId"].startswith("run_")
    assert (first["session"], first["trigger"]) == ("2012-06-29", "replay")


async def test_a_list_goes_on_by_its_cursor_and_by_no_other(browser):
    first = await got(browser, "/cycles?limit=3")
    rest = await got(browser, f"/cycles?limit=3&cursor={first['nextCursor']}")
    assert [each["number"] for each in (*first["items"], *rest["items"])] == [4, 3, 2, 1]
    assert rest["nextCursor"] is None
    for wrong in ("nonsense", first["nextCursor"][:-2] + "AA"):
        refused = await got(browser, f"/cycles?cursor={wrong}", 400)
        assert refused["code"] == "invalid-cursor"
    elsewhere = await got(browser, f"/cycles?book=replay&cursor={first['nextCursor']}", 400)
    assert elsewhere["code"] == "invalid-cursor"


async def test_a_book_without_cycles_has_none_and_a_wrong_name_is_refused(browser):
    assert (await got(browser, "/cycles?book=replay"))["items"] == []
    assert (await got(browser, "/cycles?book=Not!", 422))["errors"][0]["pointer"] == "?book"


async def test_a_cycle_has_two_readings(browser):
    (line,) = (await got(browser, "/cycles"))["items"][3:]
    told = await got(browser, f"/cycles/{line['cycleId']}")
    assert [entry["agent"] for entry in told["trace"]] == list(StepName)
    assert {tuple(entry) for entry in told["trace"]} == {KEYS}
    assert [(move["from"], move["to"]) for move in told["history"]][:2] == [
        ("IDLE", "FETCHING_DATA"),
        ("FETCHING_DATA", "ANALYZING_MARKET"),
    ]
    assert told["history"][-1]["event"] == "audited"
    assert told["audit"] == {"passed": True, "violations": []}
    assert [step["state"] for step in told["steps"]] == ["done"] * 7
    assert all(step["durationMs"] is not None for step in told["steps"])


async def test_a_failed_cycle_keeps_what_failed_in_its_trace(browser):
    told = await got(browser, f"/cycles/{Walk(None, number=2).facts.cycle_id}")
    failed = told["trace"][-2]
    assert (failed["agent"], failed["success"], failed["error"]) == (
        *("Execution", False, "no <b>answer</b>"),
    )
    assert [step["state"] for step in told["steps"]] == [
        *(*["done"] * 4, "failed", "left_out", "done"),
    ]


async def test_a_violated_cycle_says_so_and_names_its_alerts(browser):
    told = await got(browser, f"/cycles/{Walk(None, number=3).facts.cycle_id}")
    assert told["audit"] == {"passed": False, "violations": [VIOLATION]}
    assert [alert["kind"] for alert in told["alerts"]] == [
        *("audit_violation", "order_refused", "reconciled"),
    ]


@pytest.mark.parametrize("name", ["cyc_none", "..", "%2e%2e", "x" * 50])
async def test_an_unknown_cycle_is_not_found(browser, name):
    assert (await browser.get(f"/api/admin/cycles/{name}")).status_code == 404


async def test_where_a_book_stands_is_told_with_its_running_cycle(browser):
    told = await got(browser, "/cycles/current")
    assert (told["book"], told["bookMode"], told["state"]) == (BOOK, "REPLAY", "BACKTESTING")
    assert told["cycleId"] == told["cycle"]["cycleId"] == Walk(None, number=4).facts.cycle_id
    assert [step["state"] for step in told["steps"]] == [
        *("done", "done", "running", *["waiting"] * 4),
    ]
    assert told["trading"]["state"] == "ACTIVE"
    assert (told["schedule"], told["nextStartAt"]) == ("stopped", None)


async def test_the_dashboard_tells_the_cycle_the_equity_and_the_open_alerts(browser):
    told = await got(browser, "/dashboard")
    assert told["cycle"]["book"] == BOOK
    assert told["equity"] == []
    assert {alert["kind"] for alert in told["alerts"]} <= {"audit_violation", "order_refused"}


async def test_alerts_are_listed_without_secrets_and_acknowledged_once(hub, browser):
    listed = (await got(browser, "/alerts"))["items"]
    assert [each["kind"] for each in listed] == ["reconciled", "order_refused", "audit_violation"]
    assert "sk-abcdef" not in json.dumps(listed)
    target = next(each for each in listed if each["kind"] == "order_refused")
    path = f"/api/admin/alerts/{target['alertId']}/acknowledge"
    reader = await hub.program(Scope.READ)
    assert (await reader.post(path, json={})).status_code == 403
    guard = await hub.program(Scope.SAFETY)
    first, again = [(await guard.post(path, json={})).json() for _ in range(2)]
    assert (first["applied"], again["applied"]) == (True, False)
    assert again["alert"]["acknowledgedBy"]
    left = (await got(browser, "/alerts?open=true"))["items"]
    assert [each["kind"] for each in left] == ["audit_violation"]
    assert (await guard.post("/api/admin/alerts/alr_none/acknowledge", json={})).status_code == 404


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/admin/cycles", ["Cycles of replay-1", "violated", "failed", "backtesting"]),
        (f"/admin/cycles/{Walk(None, number=1).facts.cycle_id}", ["audit clean", "1 BUY, 1 HOLD"]),
        (
            f"/admin/cycles/{Walk(None, number=2).facts.cycle_id}",
            ["no &lt;b&gt;answer&lt;/b&gt;", "left out", "Workflow history"],
        ),
        (
            f"/admin/cycles/{Walk(None, number=3).facts.cycle_id}",
            ["1 violation", "The entry of AAPL (dec_1) was executed without an approval"],
        ),
        (f"/admin/cycles/{Walk(None, number=4).facts.cycle_id}", ["not audited yet", "At work"]),
        (
            "/admin/alerts?severity=all",
            ["Audit violation", "key *** &lt;script&gt;", "for information", "<h1>Alerts</h1>"],
        ),
        ("/admin", ["Trading cycle", "What needs you", "No equity curve yet"]),
        ("/admin/arena", ["Trading cycle", "Auditor"]),
    ],
)
async def test_a_page_shows_what_was_recorded_and_nothing_of_it_is_markup(browser, path, said):
    page = await browser.get(path)
    assert page.status_code == 200
    assert [text for text in said if text not in page.text] == []
    assert "<b>answer</b>" not in page.text


async def test_an_open_page_gets_its_part_anew(browser):
    for path, part in (("/admin/cycles", 'id="cycles"'), ("/admin/alerts", 'id="alerts"')):
        told = await browser.get(path, headers={"HX-Request": "true"})
        assert part in told.text
        assert "<html" not in told.text


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("", "Audit violation", "for information"),
        ("?severity=errors", "Audit violation", "for information"),
        ("?severity=informing", "for information", "Audit violation"),
        ("?severity=nonsense", "Audit violation", "for information"),
    ],
)
async def test_alerts_that_only_inform_are_left_out_until_somebody_asks(
    browser, query, shown, hidden
):
    part = (await browser.get(f"/admin/alerts{query}", headers={"HX-Request": "true"})).text
    assert shown in part
    assert hidden not in part
    assert f'hx-get="/admin/alerts{query}"'.replace("?severity=nonsense", "") in part


async def test_the_bell_shows_open_alerts_on_every_page(browser):
    for path in ("/admin/tools", "/admin/alerts/bell"):
        page = await browser.get(path)
        assert 'id="bell-alerts"' in page.text
        assert "Audit violation" in page.text
    assert "data-bell-dot>" in (await browser.get("/admin/tools")).text


async def test_an_alert_is_acknowledged_on_a_page(browser):
    (alert,) = (await got(browser, "/alerts?open=true"))["items"]
    href = f"/admin/alerts/{alert['alertId']}/acknowledge"
    answer = await browser.post(href, headers={"HX-Request": "true"})
    assert answer.status_code == 200, answer.text
    assert "seen to by" in answer.text
    assert (await got(browser, "/alerts?open=true"))["items"] == []
