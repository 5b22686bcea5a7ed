"""What holds for every value made canonical and every table of moves."""

import json
import math
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quorate.kernel.canonical import as_json, canonical_json, digest
from quorate.kernel.confidence import Confidence
from quorate.kernel.errors import ConflictError, InvariantBrokenError
from quorate.kernel.ids import CROCKFORD, RunId, Symbol, crockford, decision_id
from quorate.kernel.lease import acquired, renewed
from quorate.kernel.stamps import moment_of, stamp

TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=12)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20)
PLAIN = st.none() | st.booleans() | st.integers() | TEXTS
RICH = PLAIN | NUMBERS | DECIMALS | st.dates()


def trees(leaves):
    return st.recursive(
        leaves, lambda kids: st.lists(kids) | st.dictionaries(TEXTS, kids), max_leaves=8
    )


@given(trees(PLAIN))
def test_a_plain_tree_reads_back_as_it_was(tree):
    assert json.loads(canonical_json(tree)) == tree


@given(trees(RICH))
def test_what_reads_back_has_the_same_text_again(tree):
    text = canonical_json(tree)
    assert json.loads(text) == as_json(tree)
    assert canonical_json(json.loads(text)) == text


@given(st.dictionaries(TEXTS, PLAIN | NUMBERS, max_size=6), st.data())
def test_the_order_of_keys_does_not_matter(tree, data):
    items = data.draw(st.permutations(list(tree.items())))
    assert canonical_json(dict(items)) == canonical_json(tree)
    assert digest(dict(items)) == digest(tree)


@given(trees(PLAIN), trees(PLAIN))
def test_two_trees_have_the_same_text_only_if_they_are_the_same(one, other):
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (canonical_json(one) == canonical_json(other)) is same


@given(NUMBERS)
def test_a_float_reads_back_bit_for_bit(number):
    text = json.loads(canonical_json(number))
    assert float(text) == number
    assert math.copysign(1, float(text)) == math.copysign(1, number)


@given(DECIMALS)
def test_a_decimal_reads_back_equal_and_without_an_exponent(number):
    text = json.loads(canonical_json(number))
    assert Decimal(text) == number
    assert "E" not in text


@given(
    trees(RICH), st.sampled_from([math.nan, math.inf, -math.inf, Decimal("NaN"), "\x00", "\ud800"])
)
def test_a_bad_leaf_spoils_the_whole_tree(tree, leaf):
    with pytest.raises(InvariantBrokenError):
        canonical_json([tree, {"deep": [leaf]}])


SINCE_1000 = st.datetimes(min_value=datetime(1000, 1, 2), max_value=datetime(9999, 12, 30))  # noqa: DTZ001


@given(SINCE_1000, st.integers(-14 * 60, 14 * 60))
def test_a_stamp_reads_back_as_the_same_moment(naive, minutes):
    moment = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert moment_of(stamp(moment)) == moment


@given(SINCE_1000, SINCE_1000)
def test_stamps_are_ordered_as_their_moments(one, other):
    one, other = one.replace(tzinfo=UTC), other.replace(tzinfo=UTC)
    assert (stamp(one) < stamp(other)) is (one < other)


@given(st.integers(0, 2**130 - 1))
def test_an_id_spells_its_number(number):
    assert int("".join(f"{CROCKFORD.index(c):05b}" for c in crockford(number, 26)), 2) == number


@given(st.lists(st.tuples(st.text("abc\n"), st.text("abc")), unique=True, max_size=20))
def test_different_decisions_have_different_ids(pairs):
    ids = {decision_id(RunId(run), Symbol(symbol)) for run, symbol in pairs}
    assert len(ids) == len(pairs)


@given(st.floats(0, 1), st.lists(st.floats(0, 1), max_size=6))
def test_discounts_never_raise_a_confidence_nor_leave_the_interval(value, factors):
    confidence = Confidence(value)
    for factor in factors:
        lower = confidence.discounted(factor)
        assert 0 <= lower.value <= confidence.value
        confidence = lower


MOVES = st.lists(
    st.tuples(st.sampled_from(["take", "renew"]), st.sampled_from("abc"), st.integers(0, 90)),
    max_size=40,
)


@given(MOVES)
def test_at_any_time_one_holder_at_most_and_the_token_only_grows(moves):
    """Everybody acts on what they last saw; only the newest holding ever gets its way."""
    now, current, seen = datetime(2026, 1, 1, tzinfo=UTC), None, {}
    lease_time = timedelta(seconds=45)
    for move, who, seconds in moves:
        now += timedelta(seconds=seconds)
        before = current
        try:
            if move == "take":
                lease = acquired(current, name="x", owner=who, now=now, duration=lease_time)
                assert before is None or not before.is_held(now)
                assert lease.token == (before.token if before else 0) + 1
            elif who in seen:
                lease = renewed(current, seen[who], now=now, duration=lease_time)
                assert lease.token == before.token
                assert lease.owner == before.owner == who
            else:
                continue
        except ConflictError:
            continue
        current = seen[who] = lease


@given(st.lists(st.dates()))
def test_days_sort_as_text(days):
    assert sorted(days, key=canonical_json) == sorted(days)
