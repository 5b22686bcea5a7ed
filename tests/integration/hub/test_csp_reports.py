"""Reports of browsers about the policy: logged without anybody's secret, and never more than a few a minute."""

import json

import pytest
from structlog.testing import capture_logs

from quorate.hub.security.headers import REPORTS_PATH
from quorate.hub.security.rates import LIMITS, Rate
from tests.integration.hub.served import problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

TYPE = {"Content-Type": "application/csp-report"}


def report(**parts):
    return json.dumps({"csp-report": parts})


async def test_a_violation_is_logged_without_what_follows_an_address(hub, clock):
    clock.move(minutes=2)
    told = report(
        **{
            "document-uri": f"{hub.url}/admin/sign-in?token=arn_secret",
            "effective-directive": "script-src-elem",
            "blocked-uri": "https://evil.example/x.js?k=1",
            "script-sample": "alert(1)",
        }
    )
    with capture_logs() as logged:
        answer = await hub.client().post(REPORTS_PATH, headers=TYPE, content=told)
    assert answer.status_code == 204
    (fact,) = logged
    assert fact["event"] == "csp_violation"
    assert fact["directive"] == "script-src-elem"
    assert fact["blocked"] == "https://evil.example/x.js"
    assert fact["page"] == f"{hub.url}/admin/sign-in"
    assert "arn_secret" not in str(fact)


@pytest.mark.parametrize(
    "body", ["{}", "[]", '{"csp-report": 1}', '{"csp-report": {"blocked-uri": 3}}']
)
async def test_what_is_no_report_is_refused(hub, clock, body):
    clock.move(minutes=2)
    refused = await hub.client().post(REPORTS_PATH, headers=TYPE, content=body)
    assert (refused.status_code, problem(refused)["status"]) == (422, 422)


async def test_a_page_elsewhere_cannot_tell_by_a_plain_form(hub):
    refused = await hub.client().post(
        REPORTS_PATH, headers={"Content-Type": "text/plain"}, content=report()
    )
    assert refused.status_code == 415


async def test_a_flood_of_reports_is_not_logged(hub, clock):
    clock.move(minutes=2)
    client = hub.client()
    with capture_logs() as logged:
        answers = [
            await client.post(REPORTS_PATH, headers=TYPE, content=report()) for _ in range(20)
        ]
    assert [each.status_code for each in answers].count(204) == LIMITS[Rate.WRITING]
    assert len(logged) == LIMITS[Rate.WRITING]
