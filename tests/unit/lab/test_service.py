"""The desk: one question, and every way not to get an answer is a value."""

import pytest

from quorate.lab import ANSWERED
from quorate.llm import Message, Purpose
from tests.unit.lab.seats import FULL, desk_of, seat, session, unreachable

QUESTION = (Message(role="user", content="What now?"),)


async def test_a_question_is_a_call_of_the_lab_under_its_own_limit():
    desk, models, _ = desk_of(analyst=["{}"])
    said = await desk.ask(session("0.05"), seat(), QUESTION)
    (call,) = models.asked
    assert (call.purpose, call.run_id, str(call.run_limit)) == (Purpose.LAB, "lab_1", "0.05")
    assert (said.content, said.code, str(said.cost)) == (b"{}", "", "0.001")


@pytest.mark.parametrize(
    ("script", "can_be_asked", "code"),
    [
        pytest.param([unreachable()], True, "TIMEOUT", id="no answer"),
        pytest.param([FULL], True, "BUDGET_EXHAUSTED", id="no money"),
        pytest.param(["{}"], False, "CREDENTIALS", id="no model"),
    ],
)
async def test_no_answer_is_told_with_its_code_and_costs_nothing(script, can_be_asked, code):
    desk, _, _ = desk_of(analyst=script)
    said = await desk.ask(session(), seat(can_be_asked=can_be_asked), QUESTION)
    assert (said.content, said.code, str(said.cost)) == (None, code, "0")
    assert said.detail


async def test_an_answer_is_on_record_with_its_prompt_and_its_words():
    desk, _, rows = desk_of(analyst=["{}"])
    said = await desk.ask(session(), seat(), QUESTION)
    await desk.record(session(), ANSWERED, {"seat": "A"}, said)
    (event,) = rows.events
    assert (event.stream, event.type) == ("lab:lab_1", "lab.answered")
    assert event.payload == {"labId": "lab_1", "seat": "A"}
    assert event.attachments[1] == b"{}"
    assert b"What now?" in event.attachments[0]
