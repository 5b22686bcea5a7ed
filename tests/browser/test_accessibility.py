"""WCAG 2.2 A and AA, both themes, and the widths of a phone: no violation, no complaint, no sideways scroll."""

import json

import pytest

from tests.browser.barriers import barriers, barriers_on
from tests.browser.hub import quorate, visiting
from tests.fakes.other_arenas import shanghai, write_arena

PATHS = (
    "/admin/safety/resume",  # first, for it asks for a sign-in of the last five minutes
    "/admin",
    "/admin/arena",
    "/admin/arena/runs",
    "/admin/arena/runs?view=no_trade&symbol=AAPL",
    "/admin/arena/runs?view=running",
    "/admin/arena/runs/new",
    "/admin/arena/runs/{run}",
    "/admin/cycles",
    "/admin/cycles/{cycle}",
    "/admin/alerts",
    "/admin/arena/runs/{run}?symbol=FB",
    "/admin/arena/runs/{run}?tab=agents",
    "/admin/arena/runs/{run}?tab=trace",
    "/admin/arena/runs/{run}?tab=trace&view=tree",
    "/admin/arena/runs/{run}?tab=trace&view=log",
    "/admin/arena/runs/{run}?tab=tools",
    "/admin/arena/runs/{run}?tab=consensus",
    "/admin/arena/runs/{run}?tab=prompts",
    "/admin/arena/runs/{run}?tab=cost",
    "/admin/arena/runs/{run}?tab=json",
    "/admin/arena/runs/{run}/replay",
    "/admin/arena/runs/compare",
    "/admin/arena/runs/compare?a={run}&b={run}",
    "/admin/debates",
    "/admin/arena/profiles",
    "/admin/competitions",
    "/admin/competitions/new",
    "/admin/competitions/{competition}",
    "/admin/competitions/{arena}",
    "/admin/competitions/traders",
    "/admin/competitions/traders/new",
    "/admin/competitions/traders/duo",
    "/admin/arena/profiles?view=archived",
    "/admin/arena/profiles/new?role=judge",
    "/admin/arena/profiles/power_macro_judge",
    "/admin/arena/profiles/trend",
    "/admin/arena/profiles/trend?tab=history&version=1",
    "/admin/arena/prompts?role=judge",
    "/admin/cost",
    "/admin/cost?by=run&stack=model&days=30",
    "/admin/cost?tab=calls",
    "/admin/cost?tab=budgets",
    "/admin/cost?tab=prices",
    "/admin/strategies",
    "/admin/strategies/default",
    "/admin/orders",
    "/admin/orders?tab=positions",
    "/admin/orders?tab=outcomes",
    "/admin/fleet",
    "/admin/fleet?workers=row&agents=row&agents=model",
    "/admin/cost?tab=calls&per=50&cols=row&cols=when",
    "/admin/tools",
    "/admin/tools/bars",
    "/admin/arena/profiles/cheap_risk_manager/test",
    "/admin/audit",
    "/admin/audit?tab=traces",
    "/admin/audit?tab=verdicts",
    "/admin/audit?tab=waivers",
    "/admin/audit/waivers/new",
    "/admin/audit/events/1",
    "/admin/audit/verdicts/{run}?verify=yes",
    "/admin/orders?tab=refused",
    "/admin/tasks",
    "/admin/tasks?per=25&cols=row&cols=about",
    "/admin/results",
    "/admin/results?state=stale",
    "/admin/arena/prompts",
    "/admin/settings",
    "/admin/settings?tab=providers",
    "/admin/settings?tab=broker",
    "/admin/settings?tab=tokens",
    "/admin/settings?tab=health&checks=all",
    "/admin/settings?tab=presets",
    "/admin/settings?tab=models",
    "/admin/safety",
    "/admin/safety/halt",
    "/admin/search?q=AAPL",
    "/admin/arena/runs/run_unknown",
)
NOT_FOUND = "Failed to load resource: the server responded with a status of 404"


@pytest.fixture(scope="module")
def run(hub):
    """Return a run over several symbols, FB too short of history among them."""
    listed = json.loads(quorate(hub.home, "runs", "list", "--json", "--limit", "200"))["items"]
    return next(item["runId"] for item in listed if "FB" in item["symbols"])


@pytest.fixture(scope="module")
def competition(hub):
    """Return a competition that was played over 22 sessions."""
    span = ("--from", "2012-06-01", "--to", "2012-07-02")
    quorate(hub.home, "compete", "traders", "add", "duo", "--profiles", "trend,wyckoff")
    span = (*span, "--traders", "duo", "--profiles", "momentum")
    told = quorate(hub.home, "compete", "start", "june", "--symbols", "AAPL,MSFT", *span, "--json")
    return json.loads(told)["competitionId"]


@pytest.fixture(scope="module")
def arena(hub, tmp_path_factory):
    """Return an arena of others with a finding, imported for this."""
    folder = write_arena(tmp_path_factory.mktemp("others") / "shanghai", *shanghai())
    terms = ("--capital", "1000000", "--currency", "CNY")
    told = quorate(hub.home, "compete", "import", str(folder), *terms, "--json")
    return json.loads(told)["competitionId"]


@pytest.fixture(scope="module")
def cycle(hub):
    """Return the newest cycle of the working book, walked for this."""
    return json.loads(quorate(hub.home, "cycle", "once", "--json"))["cycleId"]


@pytest.fixture(scope="module")
def named(run, competition, arena, cycle):
    """Return what stands in the addresses."""
    return {"run": run, "competition": competition, "arena": arena, "cycle": cycle}


def test_no_page_has_a_barrier(browser, hub, named):
    with visiting(browser, hub) as visit:
        assert barriers_on(visit, [path.format(**named) for path in PATHS]) == {}
        assert [said for said in visit.complaints if NOT_FOUND not in said] == []


def test_the_sign_in_page_breaks_no_rule(browser, hub):
    with visiting(browser, hub) as visit:
        visit.context.clear_cookies()
        page = visit.open("/admin/arena/runs")
        assert "/admin/sign-in" in page.url
        assert barriers(page) == []


def test_a_run_on_a_phone_begins_at_its_title(browser, hub, run):
    """Its tabs stand below the fold there: that the current one is in sight of them must not move the page."""
    with visiting(browser, hub, width=390) as visit:
        page = visit.open(f"/admin/arena/runs/{run}")
        page.locator("[data-chart] canvas").first.wait_for(state="attached")
        assert page.evaluate("scrollY") == 0
