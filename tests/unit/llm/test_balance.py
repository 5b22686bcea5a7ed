import pytest

from quorate.llm.balance import (
    EMPTY,
    Balance,
    Hold,
    Room,
    Standing,
    as_charged,
    hold_of,
    require_room,
    rooms,
    supersedes,
    together,
    with_call,
    with_change,
    with_reservation,
    without_call,
)
from quorate.llm.budget import BudgetExhaustedError, BudgetPolicy, CallStatus, Limit
from quorate.llm.tier import Tier
from tests.fakes.money import MODEL, wanted

SIZES = BudgetPolicy().sizes()
DOLLAR = 1_000_000_000
CENT = DOLLAR // 100
ENDED = [status for status in CallStatus if status is not CallStatus.RESERVED]


def test_a_call_holds_its_worst_case_until_it_ends():
    assert hold_of(CallStatus.RESERVED, worst=7, cost=None) == Hold(reserved=7, is_open=1)


@pytest.mark.parametrize(
    ("worst", "charged", "asked"),
    [("0", 0, "0"), ("0", CENT, "0.01"), ("0.002", CENT, "0.002"), (None, CENT, None)],
)
def test_a_free_call_alone_is_held_to_what_its_model_was_charged(worst, charged, asked):
    before = wanted(worst)
    assert as_charged(before, charged) == wanted(asked, call_id=before.call_id)


@pytest.mark.parametrize("status", ENDED)
def test_a_call_that_ended_holds_its_cost_and_the_worst_case_where_nobody_knows_it(status):
    assert hold_of(status, worst=7, cost=3) == Hold(spent=3)
    assert hold_of(status, worst=7, cost=9) == Hold(spent=9)
    assert hold_of(status, worst=7, cost=None) == Hold(spent=7)
    assert hold_of(status, worst=7, cost=0) == Hold()


def test_a_call_without_a_price_is_counted_until_its_cost_is_known():
    assert hold_of(CallStatus.RESERVED, worst=None, cost=None) == Hold(unpriced=1, is_open=1)
    assert hold_of(CallStatus.ANSWERED, worst=None, cost=None) == Hold(unpriced=1)
    assert hold_of(CallStatus.ANSWERED, worst=None, cost=3) == Hold(spent=3)


def test_a_balance_gains_a_call_and_loses_it_again():
    before = Balance(reserved=5, spent=6, calls=7, unpriced=1, power_calls=2, open_calls=1)
    hold = Hold(reserved=3, is_open=1)
    after = with_call(before, hold, Tier.POWER)
    assert after == Balance(8, 6, 8, 1, 3, 2)
    assert without_call(after, hold, Tier.POWER) == before
    assert with_call(before, hold, Tier.CHEAP).power_calls == 2


def test_a_settlement_moves_what_is_held_and_counts_no_new_call():
    open_, ended = Hold(reserved=7, is_open=1), Hold(spent=2)
    balance = with_call(EMPTY, open_, Tier.POWER)
    assert with_change(balance, open_, ended) == Balance(0, 2, 1, 0, 1, 0)


def test_a_day_is_the_sum_of_its_profiles():
    assert together([]) == EMPTY
    assert together([Balance(1, 2, 3, 4, 5, 6), Balance(10, 20, 30, 40, 50, 60)]) == (
        Balance(11, 22, 33, 44, 55, 66)
    )


@pytest.mark.parametrize(
    ("after", "before", "changes"),
    [
        *(pytest.param(each, CallStatus.RESERVED, True, id=f"open, {each}") for each in ENDED),
        pytest.param(CallStatus.LATE, CallStatus.ABANDONED, True, id="the truth after a guess"),
        pytest.param(CallStatus.ABANDONED, CallStatus.ABANDONED, False, id="a guess twice"),
        pytest.param(CallStatus.ANSWERED, CallStatus.ANSWERED, False, id="the same again"),
        pytest.param(CallStatus.ABANDONED, CallStatus.LATE, False, id="a guess after the truth"),
        pytest.param(CallStatus.FAILED, CallStatus.ANSWERED, False, id="another end"),
    ],
)
def test_the_first_end_stands_unless_it_was_a_guess(after, before, changes):
    assert supersedes(after, before) is changes


def room(limit, **about):
    given = {"wanted": wanted(), "standing": Standing(), "sizes": SIZES} | about
    return {each.limit: each for each in rooms(*given.values())}[limit]


def test_each_limit_looks_at_its_own_balance():
    standing = Standing(
        day=Balance(CENT, 2 * CENT, 30, 4, 5, 6),
        profile=Balance(0, 7 * CENT, 8, 0, 0, 0),
        run=9 * CENT,
        profile_run=4 * CENT,
    )
    sizes = {**SIZES, Limit.PROFILE_RUN: 5 * CENT}
    request = wanted("0.01", tier=Tier.POWER)
    assert rooms(request, standing, sizes) == (
        Room(Limit.UNPRICED_CALLS, 500, 4, 0),
        Room(Limit.POWER_CALLS, 25, 5, 1),
        Room(Limit.RUN, DOLLAR // 2, 9 * CENT, CENT),
        Room(Limit.PROFILE_RUN, 5 * CENT, 4 * CENT, CENT),
        Room(Limit.PROFILE_DAY, DOLLAR // 2, 7 * CENT, CENT),
        Room(Limit.DAY, DOLLAR, 3 * CENT, CENT),
    )


def test_a_profile_without_a_budget_for_a_run_is_not_asked_for_it():
    assert Limit.PROFILE_RUN not in {each.limit for each in rooms(wanted(), Standing(), SIZES)}


def test_a_call_outside_of_a_run_wants_nothing_of_a_run():
    assert room(Limit.RUN, wanted=wanted(run_id=None)).wanted == 0


def test_a_cheap_call_wants_no_power_call():
    assert room(Limit.POWER_CALLS).wanted == 0


def test_an_unpriced_call_is_counted_and_fits_where_anything_is_left():
    unpriced = wanted(None)
    assert room(Limit.UNPRICED_CALLS, wanted=unpriced).wanted == 1
    assert room(Limit.DAY, wanted=unpriced).wanted == 1
    full = Standing(day=Balance(spent=DOLLAR))
    assert not room(Limit.DAY, wanted=unpriced, standing=full).is_enough


@pytest.mark.parametrize(
    ("used", "want", "fits"),
    [
        pytest.param(0, 10, True, id="just reached"),
        pytest.param(1, 10, False, id="just passed"),
        pytest.param(9, 1, True, id="the last one"),
        pytest.param(12, 1, False, id="over already"),
        pytest.param(12, 0, True, id="nothing always fits"),
    ],
)
def test_a_limit_has_held_when_it_is_just_reached(used, want, fits):
    assert Room(Limit.DAY, 10, used, want).is_enough is fits


def test_nothing_is_left_of_a_limit_that_was_passed():
    assert (Room(Limit.DAY, 10, 4).left, Room(Limit.DAY, 10, 14).left) == (6, 0)


def test_a_call_that_fits_everywhere_is_not_refused():
    require_room(wanted(), rooms(wanted(), Standing(), SIZES))


@pytest.mark.parametrize(
    ("request_", "standing", "limit", "said", "fix"),
    [
        pytest.param(
            wanted("0.01"),
            Standing(day=Balance(spent=DOLLAR - CENT // 2)),
            Limit.DAY,
            f"the daily budget has $0.005 left of $1.00, and a call of {MODEL} may cost $0.01",
            "wait for 00:00 UTC, or: quorate budget set daily AMOUNT",
            id="the day's",
        ),
        pytest.param(
            wanted("0.6"),
            Standing(),
            Limit.RUN,
            f"the budget of the run has $0.50 left of $0.50, and a call of {MODEL} may cost $0.60",
            "quorate budget set run AMOUNT",
            id="the run's",
        ),
        pytest.param(
            wanted("0.6", run_id=None),
            Standing(),
            Limit.PROFILE_DAY,
            "the daily budget of profile 'analyst' has $0.50 left of $0.50",
            "quorate budget set profile-daily AMOUNT",
            id="the profile's",
        ),
        pytest.param(
            wanted(tier=Tier.POWER),
            Standing(day=Balance(power_calls=25)),
            Limit.POWER_CALLS,
            "all 25 power calls of the day are used",
            "quorate budget set power-calls NUMBER",
            id="power calls",
        ),
        pytest.param(
            wanted(None),
            Standing(day=Balance(unpriced=500)),
            Limit.UNPRICED_CALLS,
            f"{MODEL} has no known price, and all 500 such calls of the day are used",
            "name a model with a known price, or: quorate budget set unpriced-calls NUMBER",
            id="unpriced calls",
        ),
        pytest.param(
            wanted(None),
            Standing(day=Balance(spent=DOLLAR)),
            Limit.DAY,
            f"the daily budget has $0.00 left of $1.00, and a call of {MODEL} costs nobody knows what",
            "quorate budget set daily AMOUNT",
            id="an unpriced call on an empty budget",
        ),
    ],
)
def test_a_refusal_names_the_limit_what_is_left_and_the_next_act(
    request_, standing, limit, said, fix
):
    with pytest.raises(BudgetExhaustedError) as refusal:
        require_room(request_, rooms(request_, standing, SIZES))
    assert refusal.value.limit is limit
    assert refusal.value.slug == "budget-exhausted"
    assert said in refusal.value.cause
    assert fix in refusal.value.fix
    assert refusal.value.effect == "the model was not asked"


def test_a_refusal_carries_the_size_in_dollars_or_calls():
    with pytest.raises(BudgetExhaustedError) as refusal:
        require_room(wanted(), [Room(Limit.DAY, DOLLAR, DOLLAR - CENT, 2 * CENT)])
    assert (str(refusal.value.size), str(refusal.value.left)) == ("1", "0.01")
    with pytest.raises(BudgetExhaustedError) as refusal:
        require_room(wanted(), [Room(Limit.POWER_CALLS, 25, 25, 1)])
    assert (refusal.value.size, refusal.value.left) == (25, 0)


def test_unpriced_calls_may_be_forbidden():
    forbidden = [Room(Limit.UNPRICED_CALLS, 0, 0, 1)]
    with pytest.raises(BudgetExhaustedError, match="such calls are forbidden"):
        require_room(wanted(None), forbidden)


def test_the_first_limit_without_room_is_named():
    standing = Standing(day=Balance(spent=DOLLAR, power_calls=25))
    request = wanted(tier=Tier.POWER)
    with pytest.raises(BudgetExhaustedError) as refusal:
        require_room(request, rooms(request, standing, SIZES))
    assert refusal.value.limit is Limit.POWER_CALLS


def test_a_profile_says_what_it_may_spend_in_a_run():
    request = wanted("0.02")
    sizes = {**SIZES, Limit.PROFILE_RUN: CENT}
    with pytest.raises(BudgetExhaustedError, match="profile 'analyst' for one run") as refusal:
        require_room(request, rooms(request, Standing(), sizes))
    assert refusal.value.fix == "give profile 'analyst' a larger budget for one run"


def test_a_reservation_is_in_the_balance_that_follows():
    assert with_reservation(wanted("0.01"), EMPTY) == Balance(CENT, 0, 1, 0, 0, 1)
    assert with_reservation(wanted(None, tier=Tier.POWER), EMPTY) == Balance(0, 0, 1, 1, 1, 1)
