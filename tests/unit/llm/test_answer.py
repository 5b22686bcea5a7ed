"""What a call cost in all: known only where every hop's cost is."""

import pytest

from quorate.kernel.money import total_cost
from quorate.llm.answer import Hop, weakest_source
from quorate.llm.budget import CostSource
from quorate.llm.call import NO_USAGE
from tests.unit.llm.calls import FIRST, usd

TOLD, TABLE, UNKNOWN = CostSource.PROVIDER, CostSource.PRICE_TABLE, CostSource.UNKNOWN


def hop(cost, source):
    return Hop(
        call_id="call_1",
        model=FIRST,
        model_served="",
        code="",
        latency_ms=1.0,
        cost=None if cost is None else usd(cost),
        cost_source=source,
        usage=NO_USAGE,
    )


@pytest.mark.parametrize(
    ("hops", "cost", "source"),
    [
        pytest.param([], "0", TOLD, id="no hop"),
        pytest.param([("0.1", TOLD), ("0.2", TOLD)], "0.3", TOLD, id="all told"),
        pytest.param([("0.1", TOLD), ("0.2", TABLE)], "0.3", TABLE, id="one by the table"),
        pytest.param([("0.1", TABLE), (None, UNKNOWN)], None, UNKNOWN, id="one unknown"),
    ],
)
def test_a_total_is_as_good_as_its_weakest_part(hops, cost, source):
    made = [hop(*each) for each in hops]
    assert total_cost(each.cost for each in made) == (None if cost is None else usd(cost))
    assert weakest_source(made) is source
