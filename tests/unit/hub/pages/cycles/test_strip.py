"""The strip as it is drawn: a sign, a word and a time for every step."""

from __future__ import annotations

from datetime import timedelta

import pytest

from quorate.bootstrap.cycling import BookView
from quorate.cycle.record import BookStage
from quorate.cycle.schedule import Schedule
from quorate.cycle.stage import CycleStage
from quorate.cycle.strip import StepStanding, StepState
from quorate.execution.halting import TradingLine
from quorate.hub.pages.cycles.card import card_of
from quorate.hub.pages.cycles.listing import state_of
from quorate.hub.pages.cycles.strip import LABELS, audit_tag, stations_of, strip_of
from quorate.kernel.step_message import StepName
from tests.fakes.cycles import BOOK
from tests.unit.hub.pages.cycles.views import line, view


def book(newest, stage=CycleStage.WAITING_FOR_NEXT_CYCLE):
    return BookView(
        standing=TradingLine(book=BOOK),
        stage=BookStage(stage=stage),
        schedule=Schedule(),
        newest=newest,
    )


def test_every_step_has_a_label():
    assert set(LABELS) == set(StepName)


@pytest.mark.parametrize("state", list(StepState))
def test_a_state_is_said_by_a_sign_and_in_words(state):
    (station,) = stations_of([StepStanding(name=StepName.EXECUTION, state=state)])
    assert station.label == "execute"
    assert station.icon
    assert station.said


def test_a_station_tells_how_long_it_took():
    step = StepStanding(
        name=StepName.EXECUTION, state=StepState.DONE, took=timedelta(milliseconds=104)
    )
    assert stations_of([step])[0].took == "104 ms"


def test_no_two_states_look_alike():
    steps = [StepStanding(name=StepName.EXECUTION, state=state) for state in StepState]
    assert len({station.icon for station in stations_of(steps)}) == len(StepState)


async def test_a_book_that_waits_shows_where_it_rests():
    newest = await view()
    assert [station.label for station in strip_of(book(newest))] == [*LABELS.values(), "wait"]
    running = book(newest, CycleStage.FETCHING_DATA)
    assert [station.label for station in strip_of(running)] == [*LABELS.values()]
    assert strip_of(book(None)) == ()


@pytest.mark.parametrize(
    ("violations", "tag"),
    [
        ((), ("audit clean", "gain")),
        (("one",), ("1 violation", "loss")),
        (("one", "two"), ("2 violations", "loss")),
    ],
)
async def test_the_auditors_word_stands_beside_the_title(violations, tag):
    assert audit_tag(await view(violations)) == tag


async def test_before_the_audit_there_is_no_word_of_it():
    assert audit_tag(await view(over=False)) == ("not audited yet", "")


async def test_a_card_tells_the_newest_cycle():
    card = card_of(book(await view(("an order was not approved",))))
    assert card.href == "/admin/cycles/cyc_replay_1_0001"
    assert card.decisions == "1 BUY, 1 HOLD"
    assert card.violations == ("an order was not approved",)
    assert card_of(book(None)).href == ""


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"ended_at": "", "audit_passed": None}, ("backtesting", "brand")),
        ({"audit_passed": True}, ("audit clean", "gain")),
        ({"audit_passed": False}, ("violated", "loss")),
        ({"audit_passed": False, "failed": True}, ("violated", "loss")),
        ({"audit_passed": True, "failed": True}, ("failed", "loss")),
    ],
)
def test_a_line_says_what_became_of_its_cycle(changes, state):
    assert state_of(line(**changes)) == state
