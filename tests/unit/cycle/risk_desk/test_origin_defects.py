"""The origin's known defects, where they are the risk desk's: each is a test that names it.

Source: REQUIREMENTS part 2, R-021 to R-026. Those of the auditor stand in tests/unit/audit/test_auditor.py, those of
the cycle's stages and trace in tests/unit/cycle, that of the backtest in tests/unit/backtest.
"""

from dataclasses import fields, replace
from decimal import Decimal

import pytest

from quorate.portfolio.policy import MAX_RISK
from quorate.risk import EntryWish, RiskLimits
from quorate.risk.verdict import recorded_approval
from tests.fakes.desks import DeskStage, TestKey, entry
from tests.unit.risk.orders import AAPL

D = Decimal
LOOSEST = RiskLimits(
    **dict.fromkeys(
        (
            *("max_order_equity", "max_volume_share", "max_position_equity", "max_gross_equity"),
            *("usable_buying_power", "reducing_day_loss", "halting_day_loss"),
            *("halting_drawdown", "escalation_delta", "limit_collar", "move_collar"),
        ),
        D(1),
    ),
    max_order_usd=D(10**9),
    max_order_shares=D(10**9),
)
"""As far as anybody can open the limits."""


def codes(judged):
    return [str(f.code) for f in judged.assessment.findings if f.code]


@pytest.mark.parametrize(
    ("stop", "code"),
    [
        pytest.param("90.00", [], id="0.1 % of equity: neither too much nor zero"),
        pytest.param("0.01", [], id="just below 1 %"),
        pytest.param("100.00", ["RISK_ZERO_WITH_SIZE"], id="a size with a risk of zero"),
    ],
)
async def test_a_what_the_check_reads_is_what_the_desk_tells(stop, code):
    """(a) The auditor read `risk_percent`, risk emitted `total_risk_pct`: > 1 % never fired, 0 % fired always."""
    stage = DeskStage()
    desk = await stage.opened()
    judged = await desk.judged(entry(protective_stop=D(stop)))
    assert codes(judged) == code
    (risk,) = [c for c in judged.event.payload["checks"] if c["number"] == 13]
    assert risk["value"] == 10 * (100 - D(stop)) / 100_000
    assert set(risk) == {"number", "name", "outcome", "code", "value", "limit", "detail"}


async def test_a_the_more_than_one_percent_check_fires():
    """(a) As above, on the side that never fired."""
    stage = DeskStage(limits=LOOSEST)
    desk = await stage.opened()
    assert codes(await desk.judged(entry(quantity="201"))) == ["RISK_EXCEEDS_MAX_PER_TRADE"]


async def test_b_a_size_in_shares_is_not_held_against_a_share_of_the_account():
    """(b) `position_size > 1.0` compared units with a fraction of the account."""
    stage = DeskStage(limits=replace(LOOSEST, max_position_equity=D("0.10")))
    desk = await stage.opened()
    assert codes(await desk.judged(entry(quantity="2", protective_stop=D(95)))) == []
    assert codes(await desk.judged(entry(quantity="101", protective_stop=D(99)))) == [
        "POSITION_EXCEEDS_MAXIMUM"
    ]


def test_g_no_setting_is_about_the_one_percent_rule():
    """(g) A default, `enforce_min_position_size_only`, bypassed the rule."""
    assert Decimal("0.01") == MAX_RISK
    named = {field.name for field in fields(RiskLimits)}
    assert [name for name in sorted(named) if "risk" in name or "enforce" in name] == []


@pytest.mark.parametrize("quantity", [201, 250, 1000, 100_000])
async def test_g_with_every_limit_wide_open_a_trade_risks_at_most_one_percent(quantity):
    """(g) As above: whatever is configured, neither the size nor the check lets more through."""
    stage = DeskStage(limits=LOOSEST)
    stage.broker.account_now = replace(stage.broker.account_now, buying_power=D(10**9))
    desk = await stage.opened()
    wish = EntryWish(
        symbol=AAPL,
        quantity=D(quantity),
        price=D(100),
        stop=D(95),
        step=D(1),
        average_volume=D(10**12),
    )
    assert (await desk.wished(wish)).quantity == 200
    assert "RISK_EXCEEDS_MAX_PER_TRADE" in codes(await desk.judged(entry(quantity=str(quantity))))


async def test_h_judging_twice_adds_nothing_up():
    """(h) The risk agent added to a cumulative risk within execute: run twice, it refused what it had approved."""
    stage = DeskStage(limits=RiskLimits(max_gross_equity=D("0.011")))
    desk = await stage.opened()
    first = await stage.committed(entry())
    for _ in range(20):
        assert (await desk.judged(entry())).assessment == first.assessment
    assert (await desk.account()).pending_buys() == 1000
    assert (await desk.approved(entry())).assessment == first.assessment


async def test_i_every_number_of_a_verdict_is_one_that_somebody_told():
    """(i) Figures were formulas of one day's change, and `trades_analyzed: 100 (simulated)` was made up."""
    stage = DeskStage()
    desk = await stage.opened()
    told = (await desk.judged(entry())).event.payload
    values = {check["number"]: check["value"] for check in told["checks"]}
    assert (values[4], values[5], values[7]) == (D(0), D("0.8"), D(1))
    assert (values[11], values[12], values[14], values[15]) == (D(1000), D(10), D("0.01"), D(1000))
    unknown = [n for n, value in values.items() if value is None]
    assert unknown == [1, 2, 3, 6, 9, 17, 18, 19, 21, 22, 27, 28], "yes or no, so no number"


async def test_a_verdict_of_one_cycle_is_bound_to_its_snapshot():
    """The approval that execution acts on is the one of this evidence and these limits, by their hashes."""
    stage = DeskStage()
    desk = await stage.opened()
    told = (await desk.judged(entry())).event.payload
    assert (told["snapshotHash"], told["limitsHash"]) == ("snap", RiskLimits().hash)
    assert RiskLimits(max_order_usd=D(4000)).hash != RiskLimits().hash
    assert recorded_approval(told["envelope"], entry(), TestKey().is_signed).request == entry()
