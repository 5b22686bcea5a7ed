from dataclasses import replace

from quorate.arena.rerun.identity import (
    Conclusion,
    conclusions_of,
    differences,
    digest_of,
    recorded_conclusions,
)
from quorate.kernel.journal import Event
from tests.unit.arena.casts import entries
from tests.unit.arena.record.runs import facts

ROWS = entries(facts())
RECORDED = recorded_conclusions(ROWS)


def test_a_run_concludes_its_votes_decisions_and_shadows():
    assert {each.type for each in RECORDED} == {"vote.cast", "decision.made", "shadows.drawn"}


def test_what_is_recomputed_has_the_bytes_that_the_journal_keeps():
    events = [Event(stream="run:run_1", type=row.type, payload=row.facts) for row in ROWS]
    assert conclusions_of(events) == RECORDED
    assert differences(RECORDED, conclusions_of(events)) == ()


def test_a_changed_field_is_named_with_both_values():
    changed = list(RECORDED)
    place = next(n for n, each in enumerate(changed) if each.name == "decision.made AAPL")
    text = changed[place].payload.replace('"finalAction":"BUY"', '"finalAction":"SELL"')
    changed[place] = replace(changed[place], payload=text)
    (found,) = differences(RECORDED, changed)
    assert (found.conclusion, found.field) == ("decision.made AAPL", "finalAction")
    assert (found.recorded, found.recomputed) == ("BUY", "SELL")
    assert digest_of(changed) != digest_of(RECORDED)


def test_a_conclusion_that_is_missing_is_told_whole():
    (found,) = differences(RECORDED, RECORDED[1:])
    assert (found.conclusion, found.field, found.recomputed) == (RECORDED[0].name, "", None)
    assert found.recorded == RECORDED[0].facts
    (found,) = differences(RECORDED[1:], RECORDED)
    assert found.recorded is None


def test_another_order_is_a_difference_too():
    turned = (RECORDED[1], RECORDED[0], *RECORDED[2:])
    (found,) = differences(RECORDED, turned)
    assert found.conclusion == "order"


def test_a_field_that_is_null_differs_from_one_that_is_not_there():
    there, absent = Conclusion("vote.cast", '{"a":null}'), Conclusion("vote.cast", "{}")
    assert [found.field for found in differences([there], [absent])] == ["a"]
