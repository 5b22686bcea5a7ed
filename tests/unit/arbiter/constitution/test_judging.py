"""Judging: what passes, what fails, what a waiver can help, and that nothing passes for want of a fact."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quorate.arbiter.constitution import CONSTITUTION, Bench, Delta, Waiver, Word, judged_before
from quorate.arbiter.constitution.judging import judged_after
from quorate.arbiter.predicate import predicate_in
from quorate.arbiter.spec import Acceptance, QualityGate, RiskTier, order_spec
from quorate.arbiter.task import TaskType
from quorate.kernel.account import Account, Subject
from quorate.kernel.ids import Symbol
from quorate.kernel.money import Usd
from tests.fakes.clock import NOON
from tests.fakes.courts import ACCOUNT, SPEC, TASK, WISH, after, bench

RAISE = Waiver(waiver_id="WV-0001", wish=WISH, created_at=NOON)
COVERED = replace(SPEC, gates=(QualityGate(name="coverage", least=Decimal("0.8")),))
ORDER = replace(TASK, type=TaskType.ORDER)
ORDER_SPEC = order_spec((Symbol("AAPL"),), max_portfolio_delta=Decimal("0.02"))
ORDERED = Account(
    subjects=(Subject(name="ord_1", sha256="cd" * 32),),
    cost=Usd(Decimal(0)),
    wall_ms=3,
    facts={"symbols": ["AAPL"], "tools": ["broker"], "portfolioDelta": "-0.014"},
)


def spending(amount, **facts):
    cost = None if amount is None else Usd(Decimal(amount))
    return replace(ACCOUNT, cost=cost, facts={**ACCOUNT.facts, **facts})


def scoring(score):
    return replace(ACCOUNT, facts={**ACCOUNT.facts, "scores": {"coverage": score}})


def failed(judged):
    return [each.gate for each in judged.ruling.failed]


def test_a_run_within_its_mandate_passes():
    judged = after()
    assert (judged.ruling.word, judged.score, judged.broken) == (Word.PASS, 100, ())
    assert judged_before(TASK, SPEC, bench()).ruling.word is Word.PASS


def test_an_order_within_its_mandate_passes():
    assert after(ORDER, ORDER_SPEC, ORDERED).ruling.word is Word.PASS


def test_arbiter_003_a1_a_budget_that_is_exceeded_fails():
    judged = after(account=spending("0.06"))
    assert failed(judged) == ["budget_adherence.usd"]
    assert judged.ruling.word is Word.WAIVER_REQUIRED
    assert after(account=spending("0.05")).ruling.word is Word.PASS


def test_arbiter_003_a2_a_coverage_below_80_fails_its_gate():
    assert failed(after(spec=COVERED, account=scoring("0.79"))) == ["quality_gates.coverage"]
    assert failed(after(spec=COVERED, account=scoring("0.80"))) == []
    assert failed(after(spec=COVERED)) == ["quality_gates.coverage"]


def test_arbiter_003_a3_a_waiver_lets_it_pass_and_stands_in_the_verdict():
    judged = after(account=spending("0.55"), waivers=[RAISE])
    assert judged.ruling.word is Word.PASS
    assert judged.ruling.waivers_used == ("WV-0001",)
    assert failed(after(account=spending("0.5501"), waivers=[RAISE])) == ["budget_adherence.usd"]
    of_quality = replace(WISH, gates=("quality_gates.coverage",), delta=Delta())
    excused = after(spec=COVERED, account=scoring("0.1"), waivers=[replace(RAISE, wish=of_quality)])
    assert (excused.ruling.word, excused.ruling.waivers_used) == (Word.PASS, ("WV-0001",))


def test_arbiter_003_a4_what_is_out_of_scope_is_rejected_waiver_or_not():
    outside = spending("0.01", symbols=["AAPL", "TSLA"])
    judged = after(account=outside, waivers=[RAISE])
    assert failed(judged) == ["scope_adherence.symbols"]
    assert judged.ruling.word is Word.FAIL
    assert after(account=spending("0.01", tools=["shell"])).ruling.word is Word.FAIL


def test_arbiter_003_a5_an_expired_waiver_fails():
    late = after(account=spending("0.06"), waivers=[RAISE], now=WISH.expires_at)
    assert late.ruling.word is Word.WAIVER_REQUIRED
    in_time = WISH.expires_at - timedelta(microseconds=1)
    assert after(account=spending("0.06"), waivers=[RAISE], now=in_time).ruling.word is Word.PASS
    revoked = replace(RAISE, revoked_at=NOON)
    assert failed(after(account=spending("0.06"), waivers=[revoked])) == ["budget_adherence.usd"]


def test_a_waiver_that_the_spec_names_must_be_in_force():
    naming = replace(SPEC, waivers=("WV-0001",))
    assert judged_before(TASK, naming, bench(RAISE)).ruling.word is Word.PASS
    assert failed(judged_before(TASK, naming, bench())) == ["waiver_requirements"]


def test_a_broken_invariant_cannot_be_waived():
    judged = after(broken=("AAPL has 2 decisions",), waivers=[RAISE])
    assert judged.ruling.word is Word.FAIL
    assert "invariants" in failed(judged)
    assert judged.ruling.problems[-1] == "invariants: AAPL has 2 decisions"


@pytest.mark.parametrize(
    ("task", "spec", "gate"),
    [
        pytest.param(TASK, replace(SPEC, symbols=()), "working_spec_validity", id="no symbol"),
        pytest.param(
            TASK,
            replace(SPEC, risk_tier=RiskTier.PLACES_ORDERS),
            "risk_tier_appropriateness",
            id="a run that places orders",
        ),
        pytest.param(
            ORDER,
            replace(ORDER_SPEC, risk_tier=RiskTier.ANALYSIS),
            "risk_tier_appropriateness",
            id="an order of tier 2",
        ),
        pytest.param(TASK, replace(SPEC, tools=("broker",)), "constitution", id="a writing tool"),
        pytest.param(
            TASK,
            replace(SPEC, max_portfolio_delta=Decimal("0.01")),
            "constitution",
            id="a run that moves the portfolio",
        ),
        pytest.param(
            ORDER,
            replace(ORDER_SPEC, max_portfolio_delta=Decimal(2)),
            "constitution",
            id="leverage",
        ),
        pytest.param(
            TASK,
            replace(SPEC, max_cost_usd=Decimal(101)),
            "budget_compliance.usd",
            id="too dear for its tier",
        ),
        pytest.param(
            ORDER,
            replace(ORDER_SPEC, max_cost_usd=None),
            "budget_compliance.usd",
            id="an order that may spend on models",
        ),
        pytest.param(replace(TASK, type="dance"), SPEC, "working_spec_validity", id="no such type"),
        pytest.param(TASK, None, "working_spec_validity", id="no spec"),
        pytest.param(TASK, replace(SPEC, max_wall_ms="x"), "working_spec_validity", id="no number"),
    ],
)
def test_a_task_is_refused_before_its_work(task, spec, gate):
    assert gate in failed(judged_before(task, spec, bench(RAISE)))


@pytest.mark.parametrize(
    ("account", "gate"),
    [
        pytest.param(spending(None), "budget_adherence.usd", id="an unknown cost"),
        pytest.param(spending("-1"), "budget_adherence.usd", id="a cost below nothing"),
        pytest.param(replace(ACCOUNT, power_calls=2), "budget_adherence.power_calls", id="calls"),
        pytest.param(
            replace(ACCOUNT, wall_ms=3_600_001), "budget_adherence.wall_time", id="too long"
        ),
        pytest.param(
            replace(ACCOUNT, wall_ms=float("nan")), "budget_adherence.wall_time", id="no time"
        ),
        pytest.param(replace(ACCOUNT, subjects=()), "constitution", id="nothing made"),
        pytest.param(
            replace(ACCOUNT, subjects=(Subject(name="d", sha256="zz"),)),
            "constitution",
            id="no hash",
        ),
        pytest.param(spending("0.01", symbols="AAPL"), "scope_adherence.symbols", id="no list"),
        pytest.param(
            spending("0.01", note="sk-abcdefgh12345678"), "constitution", id="a secret is told"
        ),
        pytest.param(replace(ACCOUNT, facts=None), "invariants", id="no facts"),
        pytest.param(None, "invariants", id="no account"),
    ],
)
def test_what_was_done_is_refused(account, gate):
    judged = after(account=account)
    assert gate in failed(judged)
    assert judged.ruling.word is not Word.PASS


def test_a_cost_that_nobody_knows_is_what_was_counted():
    assert after(account=spending(None, countedUsd="0.04")).ruling.word is Word.PASS
    assert failed(after(account=spending(None, countedUsd="0.06"))) == ["budget_adherence.usd"]
    unbounded = replace(SPEC, max_cost_usd=None)
    assert after(spec=unbounded, account=spending(None)).ruling.word is Word.PASS


def test_an_order_must_tell_what_it_touched_and_moved():
    for key in ("symbols", "portfolioDelta"):
        facts = {name: value for name, value in ORDERED.facts.items() if name != key}
        assert after(ORDER, ORDER_SPEC, replace(ORDERED, facts=facts)).ruling.word is not Word.PASS
    moved = replace(ORDERED, facts={**ORDERED.facts, "portfolioDelta": "-0.021"})
    assert failed(after(ORDER, ORDER_SPEC, moved)) == ["budget_adherence.portfolio_delta"]


def test_tokens_are_bounded_where_the_spec_says_so():
    bounded = replace(SPEC, max_tokens=100)
    assert failed(after(spec=bounded)) == ["budget_adherence.tokens"]
    assert failed(after(spec=bounded, account=spending("0.01", tokens=100))) == []


@pytest.mark.parametrize(
    ("then", "passes"),
    [("$.account.powerCalls lte 1", True), ("$.account.facts.calm equals yes", False)],
)
def test_acceptance_is_a_predicate_on_the_facts(then, passes):
    criterion = Acceptance(id="A1", given="g", when="w", then=then, check=predicate_in(then))
    judged = after(spec=replace(SPEC, acceptance=(criterion,)))
    assert judged.ruling.word is (Word.PASS if passes else Word.FAIL)


def test_waivers_are_not_even_asked_for_where_all_is_well():
    def asked():
        raise AssertionError("nobody should have asked")

    unasked = Bench(rules=CONSTITUTION, waivers=asked, now=NOON)
    assert judged_after(TASK, SPEC, ACCOUNT, (), unasked).ruling.word is Word.PASS


@given(
    cost=st.decimals(0, 2, places=4),
    calls=st.integers(0, 4),
    raised=st.decimals(0, 1, places=2),
    broken=st.lists(st.text(min_size=1), max_size=2),
)
def test_nothing_passes_beyond_its_budget_and_what_was_waived(cost, calls, raised, broken):
    delta = Delta(usd=raised) if raised else Delta(usd=Decimal("0.01"))
    waiver = replace(RAISE, wish=replace(WISH, delta=delta))
    account = replace(ACCOUNT, cost=Usd(cost), power_calls=calls)
    judged = after(account=account, broken=broken, waivers=[waiver])
    fits = cost <= Decimal("0.05") + delta.usd and calls <= 1 and not broken
    assert (judged.ruling.word is Word.PASS) == fits
    if broken:
        assert judged.ruling.word is Word.FAIL
    assert 0 <= judged.score <= 100
