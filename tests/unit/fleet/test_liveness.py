from quorate.fleet.liveness import Allowance, silent


def test_a_worker_is_dead_only_past_the_limit():
    assert silent({"w1": 0.0}, 45.0, 45.0) == ()
    assert silent({"w1": 0.0, "w2": 1.0}, 45.5, 45.0) == ("w1",)


def test_a_second_of_messages_is_allowed_at_once_and_no_more():
    allowance = Allowance.full(50, 0.0)
    for _ in range(50):
        allowance = allowance.after_message(0.0)
        assert allowance is not None
    assert allowance.after_message(0.0) is None


def test_who_keeps_to_the_rate_may_go_on_for_ever():
    allowance = Allowance.full(50, 0.0)
    for number in range(1000):
        allowance = allowance.after_message(number / 50)
        assert allowance is not None


def test_a_clock_that_stands_still_gives_nothing_back():
    allowance = Allowance.full(1, 5.0).after_message(5.0)
    assert allowance.after_message(4.0) is None
