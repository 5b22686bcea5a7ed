"""Applying: each result is told once, and the sidebar hears of the newest alone."""

from quorate.results.applying import Applied
from quorate.results.bus import EventBus
from quorate.results.channels import ANALYSIS_EVENTS, SIDEBAR_EVENTS, SIGNAL_EVENTS
from quorate.results.ordering import Arrival
from tests.fakes.results import result


def test_a_result_is_told_once_however_often_it_comes():
    bus = EventBus()
    applied = Applied(bus)
    assert [applied.apply(result()) for _ in range(3)] == [
        Arrival.NEWEST,
        *[Arrival.KNOWN] * 2,
    ]
    assert bus.published == {ANALYSIS_EVENTS: 1, SIGNAL_EVENTS: 1, SIDEBAR_EVENTS: 1}
    assert (applied.told, applied.doubled) == (1, 2)


def test_a_result_that_comes_too_late_is_told_but_not_shown():
    bus = EventBus()
    applied = Applied(bus, [result(8)])
    applied.apply(result(7))
    assert bus.published[ANALYSIS_EVENTS] == 1
    assert SIDEBAR_EVENTS not in bus.published


def test_who_listens_no_more_hears_nothing():
    bus, heard = EventBus(), []
    with bus.subscribed(ANALYSIS_EVENTS, lambda message, _: heard.append(message["resultId"])):
        bus.tell(result(1), is_newest=True)
    bus.tell(result(2), is_newest=True)
    assert heard == ["res_1"]
