"""The lab over many inputs: no wish gets more than the limits, and who speaks first changes nothing."""

from collections import Counter
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from quorate.lab.converge import Finding, grouped, krippendorff_alpha
from quorate.lab.converge.judgement import Kind
from quorate.lab.drift import Ground, Wish, allowed_order
from tests.unit.arena.casts import POLICY, profile, scene
from tests.unit.lab.drift.test_allowed import CAP, manager

WORDS = ("limit", "retry", "owner", "journal", "order", "price", "stop", "size")
TEXT = "The order has no limit. The retry has no owner. The journal holds every price."
QUOTES = ("", "no limit", "The retry has no owner.", "has no owner", "holds every", "not there")

wishes = st.builds(
    Wish,
    size_pct=st.decimals(0, 10**9, allow_nan=False, places=4),
    spend_usd=st.just(Decimal(0)),
    confidence=st.floats(0, 1),
    refused=st.booleans(),
    reason=st.text(max_size=80),
)
findings = st.builds(
    Finding,
    kind=st.sampled_from(Kind),
    title=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join),
    quote=st.sampled_from(QUOTES),
)
said = st.lists(st.lists(findings, max_size=5), min_size=1, max_size=5)
units = st.lists(st.lists(st.sampled_from("abc"), max_size=5), max_size=12)


@given(wishes)
def test_no_wish_is_ever_allowed_more_than_the_risk_manager_names(wish):
    ground = Ground(scene=scene(), manager=manager(), policy=POLICY)
    order = allowed_order(wish, profile("analyst"), ground)
    assert 0 <= order.size_pct <= 100 * CAP.value
    assert order.size_pct <= wish.size_pct


@given(said, st.randoms(use_true_random=False))
def test_groups_hold_every_finding_once_and_do_not_depend_on_the_order_of_judges(told, random):
    named = dict(zip("ABCDE", told, strict=False))
    mixed = list(named.items())
    random.shuffle(mixed)
    groups, again = grouped(named, TEXT), grouped(dict(mixed), TEXT)
    shapes = [Counter(frozenset(each.seats) for each in found) for found in (groups, again)]
    assert shapes[0] == shapes[1]
    assert sum(len(group.members) for group in groups) == sum(map(len, told))
    assert all(len(set(group.seats)) == len(group.members) for group in groups)


@given(units, st.randoms(use_true_random=False))
def test_alpha_is_at_most_one_and_knows_no_order(told, random):
    mixed = [random.sample(unit, len(unit)) for unit in random.sample(told, len(told))]
    alpha, again = krippendorff_alpha(told), krippendorff_alpha(mixed)
    assert (alpha is None) == (again is None)
    if alpha is not None:
        assert alpha <= 1 + 1e-12
        assert abs(alpha - again) < 1e-9
