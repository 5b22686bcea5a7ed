from quorate.market import Event, wyckoff_of
from quorate.market.wyckoff.campaign import MEMORY
from tests.unit.market.wyckoff.schematics import decline, history, sideways, spring


def coloured_by(shapes):
    study = wyckoff_of(history(shapes))
    return study.findings[-1].event


def test_an_event_is_forgotten_after_a_month():
    story = [*decline(), *sideways(), spring()]
    assert coloured_by([*story, *sideways(MEMORY)]) is Event.SPRING
    assert coloured_by([*story, *sideways(MEMORY + 1)]) is Event.NONE


def test_a_close_far_below_the_range_ends_the_story():
    broken = (93.0, 95.0, 94.0, 1000)
    assert coloured_by([*decline(), *sideways(), spring(), broken]) is Event.NONE
