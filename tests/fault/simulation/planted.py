"""Every planted bug: in which world it shows, which invariant it breaks, and the first seed that found it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tests.fault.simulation import bugs, control_bugs, cycle_bugs
from tests.fault.simulation.bugs import Bug


class Planted(NamedTuple):
    """A bug; `seed` is where to look first, as what was found there once is mostly found there again."""

    plant: Bug
    world: str
    invariant: str
    seed: int


_FOUND = (
    Planted(bugs.rejected_on_timeout, "orders", "23", 5),
    Planted(bugs.sent_again_blindly, "orders", "5", 3),
    Planted(bugs.id_with_a_counter, "orders", "4", 0),
    Planted(bugs.sent_before_its_intent, "orders", "5", 0),
    Planted(bugs.claimed_by_everybody, "orders", "7", 4),
    Planted(bugs.halt_not_asked_when_sending, "orders", "13", 0),
    Planted(bugs.execution_booked_twice, "orders", "3", 7),
    Planted(bugs.late_fill_forgotten, "orders", "30", 2),
    Planted(bugs.total_taken_for_a_part, "orders", "3", 3),
    Planted(bugs.sale_added_to_what_is_held, "orders", "2", 1),
    Planted(bugs.decision_never_too_old, "orders", "31", 1),
    Planted(bugs.stop_of_what_was_ordered, "orders", "30", 5),
    Planted(bugs.stop_left_resting, "orders", "32", 16),
    Planted(bugs.doubt_left_alone, "orders", "23", 0),
    Planted(bugs.stop_with_a_used_generation, "orders", "30", 5),
    Planted(cycle_bugs.cash_off_by_a_cent, "replay", "1", 0),
    Planted(cycle_bugs.order_larger_than_its_verdict, "replay", "6", 0),
    Planted(cycle_bugs.verdict_signed_by_nobody, "replay", "6", 0),
    Planted(cycle_bugs.lease_not_asked_for, "replay", "9", 12),
    Planted(cycle_bugs.limits_not_applied, "replay", "14", 0),
    Planted(cycle_bugs.dissent_allowed, "replay", "17", 19),
    Planted(cycle_bugs.stale_bar_taken_for_fresh, "replay", "18", 2),
    Planted(cycle_bugs.message_of_another_step, "replay", "19", 0),
    Planted(cycle_bugs.outcome_never_written, "replay", "20", 0),
    Planted(cycle_bugs.cycle_left_behind, "replay", "9", 0),
    Planted(control_bugs.rows_not_chained, "orders", "10", 0),
    Planted(control_bugs.doubted_twice, "replay", "12", 0),
    Planted(control_bugs.told_each_time_it_comes, "flow", "11", 2),
    Planted(control_bugs.budget_looked_at_by_nobody, "flow", "15", 0),
    Planted(control_bugs.task_taken_without_its_lease, "replay", "16", 0),
    Planted(control_bugs.password_not_masked, "replay", "21", 0),
    Planted(control_bugs.taken_up_again_and_again, "replay", "22", 0),
    Planted(control_bugs.task_left_behind, "replay", "23", 3),
    Planted(control_bugs.auditor_with_a_memory, "replay", "25", 0),
)

PLANTED: Mapping[str, Planted] = {each.plant.__name__: each for each in _FOUND}
