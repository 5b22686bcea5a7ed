"""An act: the same wish has one id, whoever has it, and its next try another."""

from dataclasses import replace

from quorate.execution.acts import ActType
from quorate.execution.acts.act import carried_over, successor
from quorate.kernel.ids import BookName
from tests.fakes.order_work import order_act


def test_the_same_act_has_the_same_id_and_another_one_another():
    act = order_act(key="k")
    assert act.task_id == order_act(key="k", other="payload").task_id
    others = [
        order_act(key="l"),
        order_act(ActType.POSITION_CLOSE, key="k"),
        replace(act, book=BookName("other")),
    ]
    assert len({act.task_id, *(each.task_id for each in others)}) == 4
    assert act.task_id.startswith("tsk_")


def test_the_next_try_of_a_task_has_one_id_and_not_that_tasks():
    first = order_act().task_id
    assert successor(first) == successor(first) != first
    assert successor(successor(first)) not in {first, successor(first)}


def test_an_item_of_the_former_queue_keeps_what_told_it_from_others():
    assert carried_over("wrk_0123") == "tsk_0123"
