"""What holds for every set of claims: nobody is matched who lacks one required capability."""

from hypothesis import given
from hypothesis import strategies as st

from quorate.fleet.capability import ALIASES, TASK_CAPABILITIES, is_capable

NAMES = sorted({*ALIASES, *(name for needed in TASK_CAPABILITIES.values() for name in needed)})
VALUES = st.one_of(st.booleans(), st.integers(), st.text(max_size=4), st.none())


def plainly_capable(kind, claims):
    """The rule said another way: each need is claimed under some name of its, and denied under none."""
    needed = TASK_CAPABILITIES.get(kind)
    if needed is None:
        return False
    names = {need: [need, *(old for old, new in ALIASES.items() if new == need)] for need in needed}
    said = {need: [claims[name] for name in names[need] if name in claims] for need in needed}
    return all(values and all(value is True for value in values) for values in said.values())


@given(
    kind=st.sampled_from([*TASK_CAPABILITIES, "unknown", ""]),
    claims=st.dictionaries(st.sampled_from(NAMES), VALUES),
)
def test_the_matcher_says_what_the_rule_says(kind, claims):
    assert is_capable(kind, claims) == plainly_capable(kind, claims)


@given(
    kind=st.sampled_from([*TASK_CAPABILITIES, "unknown"]),
    claims=st.dictionaries(st.sampled_from(NAMES), VALUES),
    lost=st.sampled_from(NAMES),
)
def test_taking_a_claim_of_truth_away_never_makes_anybody_capable(kind, claims, lost):
    less = {name: value for name, value in claims.items() if name != lost}
    if claims.get(lost) is True and not is_capable(kind, claims):
        assert not is_capable(kind, less)
