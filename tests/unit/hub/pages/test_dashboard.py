from dataclasses import replace
from datetime import date

from quorate.bootstrap import Check
from quorate.hub.pages.dashboard import (
    is_first_use,
    only_rules,
    run_problems,
    series_problems,
    setup_is_done,
)
from quorate.hub.pages.reading import failed
from quorate.kernel.errors import UnavailableError
from quorate.kernel.ids import Symbol
from quorate.market.series import SeriesSummary
from quorate.market.verdicts import Quarantine, QuarantineCode
from tests.unit.hub.pages.lines import ANALYST, TREND, decision, overview, run, views

USED = overview(runs=views(all=1))
FINE = Check(name="bars", ok=True, detail="5 of 5")


def test_a_home_is_new_until_its_first_run():
    assert is_first_use(overview())
    assert not is_first_use(USED)


def test_the_setup_is_shown_until_all_of_it_is_done():
    assert setup_is_done([FINE], USED)
    assert not setup_is_done([FINE], overview())
    assert not setup_is_done([replace(FINE, ok=False)], USED)
    unread = failed(UnavailableError("no answer", source="database"), "The setup")
    assert not setup_is_done(unread, USED)


def test_a_failed_run_needs_somebody():
    (problem,) = run_problems([run("run_1", decision("IBM"), status="failed")])
    assert problem.what == "Run of IBM failed"
    assert problem.href == "/admin/arena/runs/run_1"


def test_a_quarantined_symbol_needs_somebody():
    day = date(2013, 3, 1)
    sound = SeriesSummary(
        symbol=Symbol("IBM"),
        source="csv",
        bars=300,
        first=day,
        last=day,
        actions=0,
        quarantine=None,
        digest="0",
    )
    bad = replace(
        sound,
        symbol=Symbol("BAD"),
        quarantine=Quarantine(code=QuarantineCode.GAP, session=day, last_session=day, detail=""),
    )
    (problem,) = series_problems([sound, bad])
    assert problem.what == "BAD is quarantined"
    assert problem.why == "BAR_GAP from 2013-03-01 on"


def test_rule_agents_alone_need_no_key():
    assert only_rules([TREND, ANALYST])
    assert not only_rules([TREND, replace(ANALYST, enabled=True)])
