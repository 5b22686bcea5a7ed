"""The same order always has the same id, and no two orders share one."""

import re

import pytest

from quorate.execution import client_order_id
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import DecisionId, Symbol
from quorate.risk import Leg, Side

ENTRY = (DecisionId("dec_1"), Symbol("AAPL"), Side.BUY, Leg.ENTRY)


def test_its_shape():
    said = client_order_id(*ENTRY, generation=7)
    assert re.fullmatch(r"a1-[0-9A-HJKMNP-TV-Z]{26}-07", said)
    assert len(said) == 32


def test_it_is_the_same_every_time():
    assert client_order_id(*ENTRY) == client_order_id(*ENTRY)
    assert client_order_id(*ENTRY) == "a1-0DGH252Q8SYTYYA6ARDW4QWWEM-00"


def test_each_part_makes_another_one():
    ids = {
        client_order_id(*ENTRY),
        client_order_id(*ENTRY, generation=1),
        client_order_id(DecisionId("dec_2"), *ENTRY[1:]),
        client_order_id(ENTRY[0], Symbol("IBM"), Side.BUY, Leg.ENTRY),
        client_order_id(ENTRY[0], ENTRY[1], Side.SELL, Leg.ENTRY),
        client_order_id(*ENTRY[:3], Leg.STOP),
    }
    assert len({each[:-3] for each in ids}) == 6


@pytest.mark.parametrize("generation", [-1, 100])
def test_there_are_a_hundred_generations(generation):
    with pytest.raises(InvariantBrokenError):
        client_order_id(*ENTRY, generation=generation)
